"""Alice and Bob each have a subscription, and an account through which it is paid."""

import pytest
from flask import Flask

from tests.billing.builders import Payer, payer
from tests.stripe import Stripe


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Payer:
    return payer(app, stripe)


@pytest.fixture
def bob(app: Flask, stripe: Stripe) -> Payer:
    """He must never see what is Alice's."""
    return payer(app, stripe, email="bob@example.com")
