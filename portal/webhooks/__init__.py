"""News for the shop's own machines: signed, sent after the commit, tried again until it has arrived."""

from flask import Flask

from portal.webhooks import listening as listening
from portal.webhooks import sync as sync
from portal.webhooks.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
