"""From its lock to its charge a delivery comes as it is; what is changed meanwhile counts from the one after it."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions import actions
from portal.subscriptions.models import Delivery, Subscription
from portal.timeline import Actor
from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import reference_in

pytestmark = pytest.mark.slow


@pytest.fixture
def locked(app: Flask, alice: Box, stripe: Stripe, work: Work) -> Box:
    """Alice's next box is charged tomorrow: it locked yesterday."""
    stripe.later(days=29)
    work()
    alice.sign_in()
    return alice


def change_quantity(app: Flask, box: Box, quantity: int) -> None:
    with app.app_context(), transaction():
        subscription = db.session.get_one(Subscription, box.id)
        actions.set_quantity(subscription.contents.items[0], quantity, by=Actor(customer_id=box.customer_id), at=now())


def totals(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Order.total).order_by(Order.id)))


def quantity_there(stripe: Stripe, box: Box) -> int:
    return int(stripe.v1.subscriptions.retrieve(box.ref)["items"].data[0].quantity)


def test_it_is_charged_as_it_was_and_the_next_one_as_it_is(app: Flask, locked: Box, both: Both, stripe: Stripe, work: Work) -> None:
    change_quantity(app, locked, 3)
    work()
    assert quantity_there(stripe, locked) == 1
    assert "€14.90" in words(locked.browser.get(f"/deliveries/{locked.deliveries[0]}"))
    assert "€44.70" in words(locked.browser.get(f"/deliveries/{locked.deliveries[1]}"))
    stripe.later(days=2)
    work()
    assert quantity_there(stripe, locked) == 3
    assert both.is_confirmed(locked)
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490, 4470]


def test_what_is_agreed_is_what_was_before_the_first_of_several_changes(app: Flask, locked: Box, work: Work) -> None:
    change_quantity(app, locked, 3)
    change_quantity(app, locked, 5)
    with app.app_context():
        agreed = db.session.get_one(Delivery, locked.deliveries[0]).agreed
    assert agreed
    assert [quantity for _, quantity in agreed["lines"]] == [1]


def test_a_pause_leaves_it_alone(app: Flask, locked: Box, both: Both, stripe: Stripe, work: Work) -> None:
    with app.app_context(), transaction():
        subscription = db.session.get_one(Subscription, locked.id)
        actions.pause(subscription, date(2027, 3, 1), by=Actor(customer_id=locked.customer_id), at=now())
    work()
    assert stripe.v1.subscriptions.retrieve(locked.ref).pause_collection is None
    shown = words(locked.browser.get("/"))
    assert "Next delivery" in shown
    stripe.later(days=2)
    work()
    assert totals(app) == [1490, 1490]
    there = stripe.v1.subscriptions.retrieve(locked.ref)
    assert there.pause_collection.behavior == "void"
    assert both.is_confirmed(locked)
    assert both.here(locked) == both.there(locked)
    stripe.later(days=66)
    work()
    assert totals(app) == [1490, 1490, 1490]
    assert both.here(locked) == both.there(locked)


def test_a_change_to_a_later_delivery_is_sent_all_the_same(app: Flask, locked: Box, both: Both, work: Work) -> None:
    locked.browser.post(locked.skip(2))
    work()
    assert both.is_confirmed(locked)


def test_an_end_is_sent_at_once_and_nothing_is_charged(app: Flask, locked: Box, stripe: Stripe, work: Work) -> None:
    with app.app_context(), transaction():
        subscription = db.session.get_one(Subscription, locked.id)
        actions.cancel(subscription, at_once=True, by=Actor(customer_id=locked.customer_id), at=now())
    stripe.later(minutes=1)
    work()
    assert stripe.v1.subscriptions.retrieve(locked.ref).status == "canceled"
    stripe.later(days=40)
    work()
    assert totals(app) == [1490]


def test_an_end_waits_for_no_change_that_is_held_back_and_its_receipt_is_confirmed(
    app: Flask, locked: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    change_quantity(app, locked, 3)
    page = locked.browser.post(f"{locked.page}/cancel", {"when": "end"})
    work()
    assert stripe.v1.subscriptions.retrieve(locked.ref).cancel_at_period_end
    assert not both.is_confirmed(locked)
    assert quantity_there(stripe, locked) == 1
    receipt = words(locked.browser.get(f"{locked.page}/cancelled/{reference_in(page)}"))
    assert "Confirmed by the payment provider" in receipt and "guarantee" not in receipt


def test_an_end_waits_for_no_charge_that_is_under_way(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.move(1), {"to": "2027-02-01", "which": "one"})
    work()
    stripe.later(days=30, minutes=1)
    work()
    assert not both.is_confirmed(alice), "the date waits for the charge"
    alice.sign_in()
    alice.browser.post(f"{alice.page}/cancel", {"when": "end"})
    work()
    there = stripe.v1.subscriptions.retrieve(alice.ref, {"expand": ["latest_invoice"]})
    assert (there.cancel_at_period_end, there.latest_invoice.status) == (True, "draft")


def test_where_the_provider_moves_it_away_it_opens_and_comes_as_it_is(
    app: Flask, locked: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    change_quantity(app, locked, 3)
    work()
    until = int((stripe.now() + timedelta(days=10)).timestamp())
    stripe.v1.subscriptions.update(locked.ref, {"trial_end": until, "proration_behavior": "none"})
    stripe.wait_for_webhooks()
    work()
    stripe.later(minutes=11)
    work()
    assert both.here(locked) == both.there(locked) == date(2027, 1, 1)
    assert quantity_there(stripe, locked) == 3
    assert "€44.70" in words(locked.browser.get(f"/deliveries/{locked.deliveries[0]}"))
    stripe.later(days=11)
    work()
    assert totals(app) == [1490, 4470]


def test_undo_before_the_charge_leaves_nothing_agreed_that_differs(app: Flask, locked: Box, both: Both, stripe: Stripe, work: Work) -> None:
    change_quantity(app, locked, 3)
    change_quantity(app, locked, 1)
    work()
    assert both.is_confirmed(locked)
    stripe.later(days=2)
    work()
    assert totals(app) == [1490, 1490]
    assert timedelta(0) < both.here(locked) - date(2026, 12, 24)


def test_what_opened_again_does_not_come_in_a_pause(app: Flask, locked: Box, stripe: Stripe, work: Work) -> None:
    """The provider moved it, after something was changed while it was locked."""
    change_quantity(app, locked, 3)
    stripe.v1.subscriptions.update(locked.ref, {"trial_end": int((now() + timedelta(days=9)).timestamp()), "proration_behavior": "none"})
    work()
    locked.browser.post(f"{locked.page}/pause", {"how": "open"})
    assert "Next delivery" not in words(locked.browser.get("/"))
