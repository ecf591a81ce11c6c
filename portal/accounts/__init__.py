"""Customers and staff, and how they sign in."""

from flask import Flask

from portal.accounts import current


def init_app(app: Flask) -> None:
    current.init_app(app)
