"""Tax that is part of the price, and tax that comes on top of it, as the customer reads them."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.totals import invoiced
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.slow


def levy(app: Flask, stripe: Stripe, box: Box, work: Work, *, inclusive: bool) -> None:
    rate = stripe.v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": inclusive}).id
    stripe.v1.subscriptions.update(box.ref, {"default_tax_rates": [rate]})
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, box.id), at=now())
    work()


def delivery_page(box: Box) -> str:
    return f"/deliveries/{box.deliveries[0]}"


def test_tax_that_is_included_is_not_added(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    levy(app, stripe, alice, work, inclusive=True)
    page = alice.browser.get(delivery_page(alice))
    assert fact(page, "Tax included") == "€2.38"
    assert "€14.90" in fact(page, "Together") and "about" not in fact(page, "Together")
    stripe.later(days=31)
    work()
    with app.app_context():
        assert db.session.scalars(select(Order.total).order_by(Order.id.desc())).first() == 1490
        kept = db.session.scalars(select(Delivery.invoiced).where(Delivery.id == alice.deliveries[0])).one()
        total = invoiced(kept or {})
        assert (total.tax_included, total.tax, total.credit, total.due) == (238, 0, 0, 1490)


def test_tax_that_is_not_comes_on_top(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    levy(app, stripe, alice, work, inclusive=False)
    page = alice.browser.get(delivery_page(alice))
    assert fact(page, "Tax") == "€2.83"
    assert "€17.73" in fact(page, "Together") and "about" not in fact(page, "Together")
