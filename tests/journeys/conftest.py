"""Alice has a box that was charged today and comes each month; a worker runs; she has a phone, and no cookie on it yet."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.journeys.phone import phone as a_phone
from tests.journeys.phone import sign_in
from tests.journeys.worker import working
from tests.mail import Mail
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both

expect.set_options(timeout=60_000)  # the machine may be busy with other tests


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe)


@pytest.fixture
def both(app: Flask, stripe: Stripe) -> Both:
    return Both(app, stripe)


@pytest.fixture
def portal(app: Flask, alice: Box) -> Iterator[str]:
    """Its address; from here on the worker works."""
    with working(app):
        yield str(app.config["PORTAL_BASE_URL"])


@pytest.fixture
def phone(browser: Browser, portal: str) -> Iterator[Page]:
    with a_phone(browser, portal) as page:
        yield page


@pytest.fixture
def home(phone: Page, mail: Mail) -> Page:
    """Alice at home, signed in by the link in her mail."""
    sign_in(phone, mail)
    return phone


@pytest.fixture
def plain_home(browser: Browser, portal: str, mail: Mail) -> Iterator[Page]:
    """The same with JavaScript off."""
    with a_phone(browser, portal, javascript=False) as page:
        sign_in(page, mail)
        yield page
