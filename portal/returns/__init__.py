"""What went wrong with an order, or is not wanted any more, and what is done about it."""

from flask import Flask

from portal.returns import sync as sync
from portal.returns.queries.claims import claims_about
from portal.returns.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["claims_about"] = claims_about
