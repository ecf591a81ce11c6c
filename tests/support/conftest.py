"""A shop with Alice's box in it, and Jonas at the desk."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Role
from portal.kit.db import db, transaction
from portal.support.models import Look
from tests.accounts.builders import staff
from tests.browser import Browser
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe)


@pytest.fixture
def jonas(request: pytest.FixtureRequest, app: Flask) -> int:
    if "alice" in request.fixturenames:
        request.getfixturevalue("alice")  # before anybody else is there: so she can be put back
    with app.app_context(), transaction():
        return staff("jonas@halfjar.example", "Jonas").id


@pytest.fixture
def desk(app: Flask, jonas: int) -> Browser:
    """Jonas, an agent, is in."""
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    return browser


@pytest.fixture
def lead(app: Flask) -> Browser:
    return _with(app, Role.LEAD)


@pytest.fixture
def admin(app: Flask) -> Browser:
    return _with(app, Role.ADMIN)


def _with(app: Flask, role: Role) -> Browser:
    with app.app_context(), transaction():
        person = staff(f"{role}@halfjar.example", f"The {role}", role=role).id
    browser = Browser(app)
    browser.sign_in_staff(person)
    return browser


def looks(app: Flask) -> list[tuple[int, int, str]]:
    """Who, whom, where; oldest first."""
    with app.app_context():
        return [(look.staff_id, look.customer_id, look.page) for look in db.session.scalars(select(Look).order_by(Look.id))]
