"""The customer's first screen: what comes next, what is on its way."""

from flask import Flask

from portal.home.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
