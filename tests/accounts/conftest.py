"""The door needs no Stripe: a portal over real HTTP, a mail server, a clock, and a worker."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from portal import create_app
from portal.kit.db import db, transaction
from tests.accounts.builders import customer, staff
from tests.harness.serving import serve
from tests.mail import Mail, mail_server
from tests.settings import settings


@pytest.fixture
def mail() -> Iterator[Mail]:
    with mail_server() as mail:
        yield mail


@pytest.fixture
def app(time: Callable[[timedelta], None], mail: Mail, database_url: str) -> Iterator[Flask]:
    app = create_app(settings(database_url, SMTP_URL=mail.url))
    with serve(app) as app.config["PORTAL_BASE_URL"]:
        yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com", "Alice").id


@pytest.fixture
def bob(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("bob@example.com", "Bob").id


@pytest.fixture
def jonas(app: Flask) -> int:
    """He works here."""
    with app.app_context(), transaction():
        return staff("jonas@halfjar.example", "Jonas").id
