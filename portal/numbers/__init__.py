"""How the shop goes: figures of what is in the tables, by day, as charts for leads."""

from flask import Flask

from portal.numbers import routes
from portal.numbers import sync as sync


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
