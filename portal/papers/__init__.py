"""What a customer keeps of an order: its receipt, and its invoice, as PDF."""

from flask import Flask

from portal.papers.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
