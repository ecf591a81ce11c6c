"""The door, the You page, and the desk's entrance."""

from flask import Flask

from portal.accounts.routes import account, desk, door


def init_app(app: Flask) -> None:
    for room in door, account, desk:
        app.register_blueprint(room.bp)
