"""Customers and staff, and how they sign in."""

from flask import Flask

from portal.accounts import current, routes
from portal.accounts import sync as sync
from portal.accounts.news import on_verified as on_verified


def init_app(app: Flask) -> None:
    current.init_app(app)
    routes.init_app(app)
