"""Latchkey: the door that a shop gives its customers after the purchase."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import (
    accounts,
    api,
    billing,
    carriers,
    catalog,
    demo,
    home,
    imports,
    incidents,
    notifications,
    numbers,
    operations,
    orders,
    outbox,
    papers,
    payments,
    photos,
    prepared,
    returns,
    schedule,
    subscriptions,
    support,
    webhooks,
)
from portal.kit import db, health, styleguide, web


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The portal; `settings` are those of `config.from_environment()`."""
    app = Flask(__name__, template_folder="../templates", static_folder="../static", static_url_path="/static")
    app.config.from_mapping(settings)
    for tool in db, web, health, styleguide:
        tool.init_app(app)
    for room in (
        outbox,
        notifications,
        payments,
        carriers,
        accounts,
        photos,
        prepared,
        billing,
        catalog,
        orders,
        papers,
        subscriptions,
        returns,
        operations,
        incidents,
        numbers,
        home,
        support,
        imports,
        api,
        webhooks,
    ):
        room.init_app(app)
    schedule.init_app(app)
    if app.config["DEMO"]:
        demo.init_app(app)
    if hops := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app
