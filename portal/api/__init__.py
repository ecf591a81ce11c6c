"""The door for the shop's own systems: an HTTP API that says what it takes, and takes nothing else."""

from flask import Flask

from portal.api import sync as sync
from portal.api.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
