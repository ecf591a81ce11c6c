"""What can be bought and swapped, at which price."""

from flask import Flask


def init_app(app: Flask) -> None: ...
