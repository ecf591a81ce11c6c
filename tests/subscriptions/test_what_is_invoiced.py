"""A delivery with an invoice is what the invoice says, whatever is changed afterwards."""

import pytest
from flask import Flask

from portal.kit.db import db
from portal.subscriptions.models import Delivery, DeliveryStatus
from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.ends import refuse_the_card, there, totals
from tests.subscriptions.test_what_has_locked import change_quantity

pytestmark = pytest.mark.slow
GIVEN_UP = 20
"""Days after which nobody tries any more, and the provider has ended it."""


@pytest.fixture
def unpaid(alice: Box, stripe: Stripe, work: Work) -> Box:
    """Alice's second box was invoiced, and her bank refused."""
    refuse_the_card(stripe, alice)
    stripe.later(days=31)
    stripe.later(hours=2)
    work()
    work()
    alice.sign_in()
    return alice


def status(app: Flask, box: Box, number: int = 0) -> DeliveryStatus:
    with app.app_context():
        return db.session.get_one(Delivery, box.deliveries[number]).status


def test_what_is_owed_stays_what_it_was_when_the_box_is_changed(app: Flask, unpaid: Box) -> None:
    change_quantity(app, unpaid, 3)
    for path in ("/", unpaid.page, f"{unpaid.page}/cancel", f"/deliveries/{unpaid.deliveries[0]}"):
        assert "€14.90" in words(unpaid.browser.get(path))
    page = words(unpaid.browser.get(unpaid.page))
    assert "The €14.90 for the box on Monday 28 December are not paid yet." in page
    assert "In the box from Monday 25 January on" in page
    assert "Payment failed €14.90" in page
    assert "€44.70" in words(unpaid.browser.get(f"/deliveries/{unpaid.deliveries[1]}"))


def test_credit_that_comes_later_pays_the_next_one_and_not_what_is_owed(unpaid: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.customers.balance_transactions.create(unpaid.customer_ref, {"amount": -500, "currency": "eur"})
    stripe.wait_for_webhooks()
    work()
    assert "€14.90" in words(unpaid.browser.get(f"/deliveries/{unpaid.deliveries[0]}"))
    assert "€14.90 for the box" in words(unpaid.browser.get(f"{unpaid.page}/cancel"))


def test_credit_that_was_there_is_taken_off_what_is_owed(alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.customers.balance_transactions.create(alice.customer_ref, {"amount": -500, "currency": "eur"})
    refuse_the_card(stripe, alice)
    stripe.later(days=31)
    stripe.later(hours=2)
    work()
    work()
    alice.sign_in()
    assert "The €9.90 for the box" in words(alice.browser.get(f"{alice.page}/cancel"))


def test_a_box_that_is_being_charged_is_not_changed_any_more(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.later(days=30, minutes=5)
    work()
    alice.sign_in()
    change_quantity(app, alice, 3)
    assert status(app, alice) is DeliveryStatus.DUE
    assert "Next delivery, Pantry box €14.90 Monday 28 December" in words(alice.browser.get("/"))
    assert "for €14.90. What is in it" in words(alice.browser.get(alice.page))


def test_what_was_given_up_is_still_owed_and_can_be_paid(app: Flask, unpaid: Box, stripe: Stripe, work: Work) -> None:
    stripe.later(days=GIVEN_UP)
    work()
    unpaid.sign_in()
    assert there(stripe, unpaid).status == "canceled"
    assert status(app, unpaid) is DeliveryStatus.UNPAID
    home = words(unpaid.browser.get("/"))
    assert "being charged" not in home and "Next delivery" not in home
    assert "€14.90 is not paid" in home and "Pay now" in home
    assert "being charged" not in words(unpaid.browser.get(unpaid.page))
    invoice = stripe.v1.invoices.list({"subscription": unpaid.ref, "status": "open"}).data[0]
    card = stripe.v1.payment_methods.attach("pm_card_visa", {"customer": unpaid.customer_ref})
    stripe.v1.invoices.pay(invoice.id, {"payment_method": card.id})
    stripe.wait_for_webhooks()
    work()
    assert status(app, unpaid) is DeliveryStatus.CHARGED
    assert totals(app) == [1490, 1490]


def test_who_cancels_while_something_is_owed_still_sees_it(app: Flask, unpaid: Box, stripe: Stripe, work: Work) -> None:
    unpaid.browser.post(f"{unpaid.page}/cancel", {"when": "now"})
    work()
    stripe.later(minutes=11)
    work()
    assert there(stripe, unpaid).status == "canceled"
    assert status(app, unpaid) is DeliveryStatus.UNPAID
    assert "being charged" not in words(unpaid.browser.get("/"))
