"""A stand-in of the test's own, over real HTTP; every answer that it gives is held against Stripe's description.

A test that asks for an `account` needs nothing but Stripe's own API: with STRIPE_TEST_KEY it runs at Stripe as well.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.harness.serving import serve
from tests.sandbox.account import Account
from tests.sandbox.answers import stand_in
from tests.sandbox.endpoint import Endpoint
from tests.sandbox.shop import Shop
from tests.sandbox.stripe_account import TEST_KEY


def pytest_report_header() -> str:
    return f"contract with Stripe: tried at the stand-in {'and at Stripe' if TEST_KEY else 'only, as STRIPE_TEST_KEY is not set'}"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with stand_in() as url:
        yield Shop(url)


@pytest.fixture(params=["stand-in", "stripe"] if TEST_KEY else ["stand-in"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue("shop" if request.param == "stand-in" else "stripe_account")
    return found


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Where webhooks arrive."""
    app, endpoint = Flask(__name__), Endpoint()
    app.post("/webhooks")(endpoint.receive)
    with serve(app) as url:
        endpoint.url = f"{url}/webhooks"
        yield endpoint
