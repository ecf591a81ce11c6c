"""An account of Stripe's test mode, for those tests that can be tried there too."""

import os
from collections.abc import Iterator

import pytest

from tests.sandbox.account import Account

TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")


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
