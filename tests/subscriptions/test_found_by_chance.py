"""What test_any_order.py found, each as the shortest story of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.catalog.models import Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions import actions
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.timeline import Actor, Entry
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow

REFUSES = {"when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "kind": "refuse", "times": 1}


def change(app: Flask, box: Box, deed: Callable[[Subscription, dict[str, Any]], object]) -> None:
    """Do it as a route does: `deed` is given the subscription, and by whom and when."""
    with app.app_context(), transaction():
        deed(db.session.get_one(Subscription, box.id, with_for_update=True), {"by": Actor(customer_id=box.customer_id), "at": now()})


def set_quantity(app: Flask, box: Box, quantity: int) -> None:
    change(app, box, lambda one, told: actions.set_quantity(one.contents.items[0], quantity, **told))


def ask(app: Flask, box: Box) -> None:
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, box.id), at=now())


def come_fortnightly_there(stripe: Stripe, box: Box, *, days_later: int) -> None:
    """At the dashboard, and without a charge for it now."""
    there = stripe.v1.subscriptions.retrieve(box.ref)["items"].data[0]
    fortnightly = {"interval": "week", "interval_count": 2}
    price = stripe.v1.prices.create({"product": there.price.product, "currency": "eur", "unit_amount": 1400, "recurring": fortnightly}).id
    next_charge = there.current_period_end + days_later * 86400
    params = {"items": [{"id": there.id, "price": price}], "trial_end": next_charge, "proration_behavior": "none"}
    stripe.v1.subscriptions.update(box.ref, params)


def test_what_ended_while_it_was_paused_there_is_not_paused_any_more(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    change(app, alice, lambda one, told: actions.pause(one, None, **told))
    work()
    stripe.v1.subscriptions.cancel(alice.ref)
    ask(app, alice)
    work()
    with app.app_context():
        one = db.session.get_one(Subscription, alice.id)
        assert (one.has_ended, one.is_paused, one.is_ending) == (True, False, False)


def test_an_end_that_was_refused_and_then_carried_out_plans_nothing_again(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.control("webhooks", {"paused": True})
    change(app, alice, lambda one, told: actions.cancel(one, at_once=True, **told))
    stripe.later(hours=1)
    stripe.faults(REFUSES)
    work()
    with app.app_context():
        one = db.session.get_one(Subscription, alice.id)
        assert (one.has_ended, one.is_ending, one.planned) == (True, False, [])


def test_of_two_that_have_locked_each_comes_as_it_was(app: Flask, stripe: Stripe, work: Work) -> None:
    """One was moved to the day after the other; what is changed when both have locked is for neither, and no second change is either."""
    box = subscribe(app, stripe, every=(1, "week"))
    both = box.deliveries[0], box.deliveries[1]
    with app.app_context():
        first = db.session.get_one(Subscription, box.id).delivery(both[0])
        next_day, locked_at = first.arrives_on + timedelta(days=1), first.locks_at + timedelta(days=1, hours=1)
    change(app, box, lambda one, told: actions.move_delivery(one.delivery(both[1]), next_day, **told))
    work()
    stripe.later(seconds=(locked_at - now()).total_seconds())
    work()
    for quantity in 2, 3:
        set_quantity(app, box, quantity)
    stripe.later(hours=25)
    work()
    set_quantity(app, box, 4)
    with app.app_context():
        one = db.session.get_one(Subscription, box.id)
        assert [delivery.agreed and delivery.agreed["lines"][0][1] for delivery in map(one.delivery, both)] == [1, 1]
    stripe.later(hours=26)
    work()
    with app.app_context():
        assert [order.total for order in db.session.scalars(select(Order).order_by(Order.id))] == [1490] * 3


def test_another_rhythm_at_the_provider_leaves_a_delivery_that_has_locked_on_its_day(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    stripe.later(days=28, hours=2)
    come_fortnightly_there(stripe, alice, days_later=0)
    ask(app, alice)
    work()
    assert both.days(alice)[:3] == [date(2026, 12, 23), date(2027, 1, 6), date(2027, 1, 20)]


def test_another_rhythm_and_a_later_day_at_the_provider_leave_no_delivery_before_that_day(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    come_fortnightly_there(stripe, alice, days_later=50)
    ask(app, alice)
    work()
    assert both.days(alice)[:3] == [date(2027, 2, 11), date(2027, 2, 25), date(2027, 3, 11)]


def test_what_came_back_by_an_undo_and_is_added_once_more_is_there_once(app: Flask, pantry: Box, shelf: dict[str, int]) -> None:
    """Its row is another than the one in which it was taken out before."""

    def put(one: Subscription, product: str) -> SubscriptionItem:
        return next(item for item in one.contents.items if item.price.variant.product.name == product)

    def variant(name: str) -> Variant:
        return db.session.get_one(Variant, shelf[name])

    def swap(product: str, other: str) -> None:
        change(app, pantry, lambda one, told: actions.swap_product(put(one, product), variant(other), **told))

    def add(product: str) -> None:
        change(app, pantry, lambda one, told: actions.add_product(one, variant(product), 1, **told))

    swap("Highland tea", "Sencha")
    add("Highland tea")
    swap("Highland tea", "Camomile")
    swap("Sencha", "Highland tea")
    change(app, pantry, lambda one, told: actions.remove_product(put(one, "Highland tea"), **told))
    with app.app_context():
        to_camomile = db.session.scalars(select(Entry.id).where(Entry.deed == "swapped").order_by(Entry.id)).all()[1]
    change(app, pantry, lambda one, told: actions.undo(db.session.get_one(Entry, to_camomile), one, **told))
    add("Highland tea")
    with app.app_context():
        items = db.session.get_one(Subscription, pantry.id).contents.items
        assert [(item.price.variant.product.name, item.quantity) for item in items] == [("Rolled oats", 2), ("Highland tea", 1)]
