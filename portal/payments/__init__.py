"""The payment provider, in our words."""

from flask import Flask


def init_app(app: Flask) -> None: ...
