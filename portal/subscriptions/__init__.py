"""What a customer receives, how often, and when the next box leaves."""

from flask import Flask


def init_app(app: Flask) -> None: ...
