"""The portal alone, at a moment that stands still, and a lead who looks."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.kit import clock
from portal.kit.db import transaction
from tests.accounts.builders import staff
from tests.browser import Browser
from tests.ground import standing
from tests.numbers.world import NOW


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    with clock.at(NOW), standing(database_url) as app:
        yield app


@pytest.fixture
def lead(app: Flask) -> Browser:
    return comes(app, "lead")


@pytest.fixture
def agent(app: Flask) -> Browser:
    return comes(app, "agent")


def comes(app: Flask, role: str) -> Browser:
    with app.app_context(), transaction():
        person = staff(f"{role}@halfjar.example", f"The {role}", role=role).id
    browser = Browser(app)
    browser.sign_in_staff(person)
    return browser
