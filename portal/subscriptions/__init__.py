"""What a customer receives, how often, and when the next box leaves."""

from flask import Flask

from portal.subscriptions import paying as paying
from portal.subscriptions import suggested as suggested
from portal.subscriptions import sync as sync
from portal.subscriptions.history import often as often
from portal.subscriptions.news import on_confirmed as on_confirmed
from portal.subscriptions.routes import again_bp, bp, receipt_bp, undo_bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(again_bp)
    app.register_blueprint(receipt_bp)
    app.register_blueprint(undo_bp)
