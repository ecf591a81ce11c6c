"""A shop that has been at Stripe for a while, and a portal that knows nothing of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from portal.imports.commands import import_stripe
from tests.stripe import Stripe

Import = Callable[..., Result]
CARD = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}


@dataclass
class Past:
    """What was made at Stripe, in one line each."""

    stripe: Stripe
    products: list[str] = field(default_factory=list)

    def product(self, name: str) -> str:
        self.products.append(self.stripe.v1.products.create({"name": name}).id)
        return self.products[-1]

    def price(self, product: str, amount: int, interval: str = "month", count: int = 1, **more: Any) -> str:
        recurring = {"interval": interval, "interval_count": count}
        params = {"product": product, "currency": "eur", "unit_amount": amount, "recurring": recurring, **more}
        return str(self.stripe.v1.prices.create(params).id)

    def customer(self, email: str | None, name: str = "") -> str:
        params = {"name": name, **CARD} | ({"email": email} if email else {})
        return str(self.stripe.v1.customers.create(params).id)

    def subscribe(self, customer: str, *prices: str, **more: Any) -> Any:
        return self.stripe.v1.subscriptions.create({"customer": customer, "items": [{"price": price} for price in prices], **more})

    def make(self, ref: str, **values: Any) -> None:
        """As other software left it."""
        plain = json.loads(json.dumps(values, default=str))  # the SDK makes decimals of some numbers
        self.stripe.control("objects", {"id": ref, "values": plain})


@pytest.fixture
def past(stripe: Stripe) -> Past:
    return Past(stripe)


@pytest.fixture
def bring_in(app: Flask) -> Import:
    """`portal import stripe …`"""

    def run(*options: str) -> Result:
        result = app.test_cli_runner().invoke(import_stripe, list(options))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run
