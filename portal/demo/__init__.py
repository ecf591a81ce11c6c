"""The demo: a shop with people in it, a mailbox, and a clock that can be moved."""

from flask import Flask


def init_app(app: Flask) -> None: ...
