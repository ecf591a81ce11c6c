"""Whose word counts about where a visitor comes from."""

import pytest
from flask import Flask, request

from portal import create_app
from tests.settings import settings


def app_behind(proxies: int) -> Flask:
    app = create_app(settings("sqlite://", TRUSTED_PROXIES=proxies))
    app.add_url_rule("/where-from", view_func=lambda: request.remote_addr or "")
    return app


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.9")])
def test_only_as_many_proxies_are_believed_as_there_are(proxies: int, address: str) -> None:
    told = {"X-Forwarded-For": "192.0.2.1, 198.51.100.9, 203.0.113.7"}
    assert app_behind(proxies).test_client().get("/where-from", headers=told).text == address
