"""The desk: where the shop's people find a customer, and see how things stand with them."""

from flask import Flask

from portal.support import routes
from portal.support import tasks as tasks


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.register_blueprint(routes.visits_bp)
