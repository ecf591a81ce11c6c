"""What operators see of the work between us and the provider, and what they can do about it."""

from flask import Flask

from portal import outbox
from portal.operations import sync as sync
from portal.operations.owners import owners_of as owners_of
from portal.operations.routes import bp
from portal.operations.watching import watch


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    outbox.watch(watch)
