"""Alice has a box; Jonas of the shop views her pages, to prepare changes."""

import pytest
from flask import Flask

from portal.kit.db import transaction
from tests.accounts.builders import staff
from tests.browser import Browser
from tests.prepared.builders import views
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe)


@pytest.fixture
def bob(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe, email="bob@example.com")


@pytest.fixture
def both(app: Flask, stripe: Stripe) -> Both:
    return Both(app, stripe)


@pytest.fixture
def jonas_id(app: Flask) -> int:
    with app.app_context(), transaction():
        return staff("jonas@halfjar.example", "Jonas").id


@pytest.fixture
def jonas(app: Flask, alice: Box, jonas_id: int) -> Browser:
    """In her pages, preparing."""
    return views(app, jonas_id, alice.customer_id)
