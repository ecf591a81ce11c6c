"""What the tests of pausing and ending look at alike."""

import re
from datetime import UTC, datetime
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.orders.models import Order
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.stripe import Stripe
from tests.subscriptions.builders import Box


def totals(app: Flask) -> list[int]:
    """What was charged, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(Order.total).order_by(Order.id)))


def deeds(app: Flask, box: Box) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Entry.deed).where(Entry.subject == f"subscription:{box.id}").order_by(Entry.id)))


def there(stripe: Stripe, box: Box) -> Any:
    return stripe.v1.subscriptions.retrieve(box.ref)


def ref_now(app: Flask, box: Box) -> str:
    """The provider's name of the subscription: another one once it has begun again."""
    with app.app_context():
        return db.session.get_one(Subscription, box.id).provider_ref


def asked(stripe: Stripe, method: str, path: str = "/v1/subscriptions") -> list[dict[str, Any]]:
    """What Stripe was sent, oldest first."""
    return [one["params"] for one in stripe.requests() if one["method"] == method and one["path"].startswith(path)]


def updates(stripe: Stripe, box: Box) -> list[dict[str, Any]]:
    return asked(stripe, "POST", f"/v1/subscriptions/{box.ref}")


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def reference_in(page: BeautifulSoup) -> str:
    found = re.search(r"C-[2-9A-Z]{4}-[2-9A-Z]{4}", page.get_text())
    assert found
    return found[0]


def undo_in(page: BeautifulSoup) -> str:
    """Where the Undo of the notice posts to."""
    form = page.select_one("#notice form")
    assert form
    return str(form["action"])


def refuse_the_card(stripe: Stripe, box: Box) -> None:
    """From now on the bank says no."""
    card = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": box.customer_ref}).id
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": card}})


def is_ending_there(stripe: Stripe, box: Box) -> bool:
    return bool(there(stripe, box).cancel_at_period_end)
