"""Customers and staff, and how they sign in."""

from flask import Flask


def init_app(app: Flask) -> None: ...
