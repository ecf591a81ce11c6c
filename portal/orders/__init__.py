"""What was sent, and where it is."""

from flask import Flask


def init_app(app: Flask) -> None: ...
