"""A stand-in of the test's own, over real HTTP; every answer that it gives is held against Stripe's description.

A test that asks for an `account` needs nothing but Stripe's own API: with STRIPE_TEST_KEY it runs at Stripe as well.
"""

import os
from collections.abc import Iterator
from threading import Lock

import pytest
from flask import Flask, Response, request

import sandbox
from sandbox.serving import serving
from tests.harness.serving import serve
from tests.sandbox.account import Account
from tests.sandbox.endpoint import Endpoint
from tests.sandbox.schemas import Schemas
from tests.sandbox.shop import Shop

TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")


def pytest_report_header() -> str:
    return f"contract with Stripe: tried at the stand-in {'and at Stripe' if TEST_KEY else 'only, as STRIPE_TEST_KEY is not set'}"


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return Schemas()


@pytest.fixture
def shop(schemas: Schemas) -> Iterator[Shop]:
    app, stand_in = sandbox.create_app()
    problems = _watched(app, schemas)
    with serving(app, stand_in) as url:
        yield Shop(url)
    assert not problems, problems


@pytest.fixture(params=["stand-in", "stripe"] if TEST_KEY else ["stand-in"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue("shop" if request.param == "stand-in" else "stripe_account")
    return found


@pytest.fixture(scope="session")
def _test_mode() -> Account:
    """One for all tests, so that its prices are made once."""
    if not TEST_KEY.startswith(("sk_test_", "rk_test_")):
        pytest.exit("STRIPE_TEST_KEY is not a key of Stripe's test mode.", 2)
    return Account(key=TEST_KEY)


@pytest.fixture
def stripe_account(_test_mode: Account) -> Iterator[Account]:
    yield _test_mode
    _test_mode.tidy()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Where webhooks arrive."""
    app, endpoint = Flask(__name__), Endpoint()
    app.post("/webhooks")(endpoint.receive)
    with serve(app) as url:
        endpoint.url = f"{url}/webhooks"
        yield endpoint


def _watched(app: Flask, schemas: Schemas) -> list[str]:
    problems: list[str] = []
    lock = Lock()

    @app.after_request
    def hold_against_the_description(response: Response) -> Response:
        if request.path.startswith("/v1/") and not response.is_streamed:
            answer = response.get_json()
            with lock:
                problems.extend(schemas.problems(request.method, request.path, response.status_code, answer))
        return response

    return problems
