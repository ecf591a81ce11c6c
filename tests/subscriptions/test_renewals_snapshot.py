"""A renewal is an order with all that was paid for it: each line's share of the discount and its tax, and where it goes."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions.models import Subscription
from tests.accounts.builders import address
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

LINES = [("HON", 2, 890), ("TEA", 1, 555)]


def renew(app: Flask, stripe: Stripe, box: Box, work: Work, *, inclusive: bool) -> None:
    """With two more products, 19 % of tax and 10 % off."""
    rate = stripe.v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": inclusive}).id
    coupon = stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    items = []
    for name, quantity, amount in LINES:
        product = stripe.v1.products.create({"name": name}).id
        recurring = {"interval": "month", "interval_count": 1}
        price = stripe.v1.prices.create({"product": product, "currency": "eur", "unit_amount": amount, "recurring": recurring}).id
        items.append({"price": price, "quantity": quantity})
    terms = {"default_tax_rates": [rate], "discounts": [{"coupon": coupon}], "proration_behavior": "none"}
    stripe.v1.subscriptions.update(box.ref, {"items": items, **terms})
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, box.id), at=now())
    work()
    stripe.later(days=31)
    work()


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_shares_of_the_lines_are_those_of_the_invoice_and_make_what_was_paid(
    app: Flask, alice: Box, stripe: Stripe, work: Work, inclusive: bool
) -> None:
    with app.app_context(), transaction():
        home = address(alice.customer_id, at=now()).id
    renew(app, stripe, alice, work, inclusive=inclusive)
    with app.app_context():
        order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert order and order.source_ref
        invoice = stripe.v1.invoices.retrieve(order.source_ref)
        assert order.total == invoice.amount_paid
        assert sum(line.discount for line in order.lines) == sum(taken.amount for taken in invoice.total_discount_amounts or [])
        assert sum(line.tax for line in order.lines) == sum(tax.amount for tax in invoice.total_taxes or [])
        left = sum(line.amount - line.discount for line in order.lines)
        assert order.total == (left if inclusive else left + sum(line.tax for line in order.lines))
        assert all(line.discount > 0 and line.tax > 0 for line in order.lines) and len(order.lines) == 3
        assert (order.tax_included, order.address_id) == (inclusive, home)
        assert {"HON", "TEA"} <= {line.title for line in order.lines}, "where a variant has no name, the product's is enough"


def test_where_it_went_stays_when_the_address_is_another_one_later(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    with app.app_context(), transaction():
        home = address(alice.customer_id, at=now()).id
        own = address(alice.customer_id, at=now(), line1="Office 1").id
        db.session.get_one(Subscription, alice.id).address_id = own
    stripe.later(days=31)
    work()
    with app.app_context(), transaction():
        db.session.get_one(Subscription, alice.id).address_id = None
    stripe.later(days=31)
    work()
    with app.app_context():
        assert list(db.session.scalars(select(Order.address_id).order_by(Order.id.desc()).limit(2))) == [home, own]
