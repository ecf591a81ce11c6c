"""The doors, the You page with the address book, and what staff sign in with."""

from flask import Flask

from portal.accounts.routes import account, addresses, door, second_step, your_sign_in


def init_app(app: Flask) -> None:
    for bp in door.bp, door.desk, second_step.bp, your_sign_in.bp, account.bp, addresses.bp:
        app.register_blueprint(bp)
