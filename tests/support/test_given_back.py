"""Money that went back to a card stands on the customer's page at the desk, whoever gave it, and where."""

from bs4 import Tag
from flask import Flask
from sqlalchemy import select, update

from portal.billing.models import Refund, Why
from portal.kit.db import db, transaction
from portal.orders.models import Order
from tests.billing.builders import Payer, payer
from tests.billing.test_refund_made_there import give_back
from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe


def refunds(desk: Browser, who: Payer) -> list[Tag]:
    page = desk.get(f"/desk/customers/{who.box.customer_id}")
    return [row for row in page.select("#bought ~ .scroll tbody tr") if words(row).startswith("Refund")]


def test_what_was_given_back_at_stripe_stands_with_the_orders(app: Flask, desk: Browser, stripe: Stripe, work: Work) -> None:
    alice = payer(app, stripe)
    made = give_back(alice)
    work()
    (row,) = refunds(desk, alice)
    with app.app_context():
        number = db.session.scalars(select(Order.number)).one()
    told = words(row)
    for part in "Arrived", f"Order {number} , Visa ending 4242, made at Stripe", made.id, "€5.00":
        assert part in told, part
    assert row.select(f'a[href="/desk/orders/{number}"]')
    with app.app_context(), transaction():
        db.session.execute(update(Refund).values(status="failed", why=Why.NOT_WANTED))
    (row,) = refunds(desk, alice)
    assert "Did not arrive" in words(row) and "made at Stripe" not in words(row)
    with app.app_context(), transaction():
        db.session.execute(update(Refund).values(why=Why.RETURN))
    assert refunds(desk, alice) == [], "that stands with its return"
