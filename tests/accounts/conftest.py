"""The door needs no Stripe: a portal over real HTTP with a clock, and nothing else beside it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from portal import create_app
from portal.kit.db import db
from tests.harness.serving import serve
from tests.settings import settings


@pytest.fixture
def app(time: Callable[[timedelta], None], database_url: str) -> Iterator[Flask]:
    app = create_app(settings(database_url))
    with serve(app) as app.config["PORTAL_BASE_URL"]:
        yield app
    with app.app_context():
        db.engine.dispose()
