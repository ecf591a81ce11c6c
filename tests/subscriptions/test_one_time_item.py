"""Something goes into the next box once: it is charged with that box, whichever it is, and never twice."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.catalog.models import Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.orders.models import Order
from portal.subscriptions import actions
from portal.subscriptions.models import OneTimeItem, Subscription
from portal.subscriptions.refusals import TooLate, WrongQuantity
from portal.timeline import Actor
from tests.browser import words
from tests.conftest import Work
from tests.ground import at_once
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.ends import totals
from tests.subscriptions.test_what_has_locked import change_quantity

ASKED = {"method": "POST", "path_prefix": "/v1/invoiceitems"}
LOCKED = 29
"""Days from the beginning until the next delivery has locked, and is not charged yet."""


def add(app: Flask, box: Box, variant_id: int, quantity: int = 1, *, by: Actor | None = None) -> int:
    with app.app_context(), transaction():
        subscription = db.session.get_one(Subscription, box.id, with_for_update=True)
        variant = db.session.get_one(Variant, variant_id)
        return actions.add_once(subscription, variant, quantity, by=by or Actor(customer_id=box.customer_id), at=now()).id


def take_out(app: Flask, box: Box, item_id: int) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Subscription, box.id, with_for_update=True)
        actions.take_out_once(db.session.get_one(OneTimeItem, item_id), by=Actor(customer_id=box.customer_id), at=now())


def told(stripe: Stripe, box: Box) -> list[Any]:
    """What the provider was told, oldest first."""
    return list(reversed(stripe.v1.invoice_items.list({"customer": box.customer_ref}).data))


def ordered(app: Flask) -> list[tuple[str, int]]:
    """What was in the newest order."""
    with app.app_context():
        newest = db.session.scalars(select(Order).order_by(Order.id.desc()).limit(1)).one()
        return [(line.title, line.quantity) for line in newest.lines]


def charged(stripe: Stripe, work: Work) -> None:
    """The next box locks, and is charged."""
    stripe.later(days=LOCKED)
    work()
    stripe.later(days=2)
    work()
    work()


def test_it_is_told_when_the_box_locks_and_charged_with_it(
    app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    add(app, pantry, shelf["Honey"], 2)
    work()
    assert "2 × Honey added to the next delivery only" in words(pantry.browser.get(pantry.page))
    assert told(stripe, pantry) == []
    stripe.later(days=LOCKED)
    work()
    (item,) = told(stripe, pantry)
    with app.app_context():
        row = db.session.scalars(select(OneTimeItem)).one()
        assert (row.provider_ref, row.key) == (item.id, item.metadata["portal_key"])
    assert (item.amount, item.quantity, item.subscription if "subscription" in item else None) == (1780, 2, None)
    stripe.later(days=2)
    work()
    work()
    assert totals(app) == [1820, 1820 + 1780]
    assert ("Honey", 2) in ordered(app)
    charged(stripe, work)
    assert totals(app) == [1820, 1820 + 1780, 1820] and len(told(stripe, pantry)) == 1


def test_it_survives_a_skip(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    """And whatever else is sent there: nothing sweeps it into an invoice of its own."""
    add(app, pantry, shelf["Honey"])
    pantry.browser.post(pantry.skip(0))
    work()
    stripe.later(days=31)
    work()
    assert told(stripe, pantry) == [] and totals(app) == [1820]
    charged(stripe, work)
    assert totals(app) == [1820, 1820 + 890]


def test_it_goes_with_a_box_that_is_moved_nearer(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    add(app, pantry, shelf["Honey"])
    with app.app_context():
        first = db.session.get_one(Subscription, pantry.id).scheduled[0]
        day = first.arrives_on - timedelta(days=14)
    pantry.browser.post(pantry.move(0), {"to": day.isoformat(), "which": "one"})
    work()
    with app.app_context():
        locks_at = db.session.get_one(Subscription, pantry.id).scheduled[0].locks_at
    stripe.later(seconds=(locks_at - now()).total_seconds() + 60)
    work()
    assert len(told(stripe, pantry)) == 1


def test_what_is_taken_out_in_time_is_never_told(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    item = add(app, pantry, shelf["Honey"])
    take_out(app, pantry, item)
    take_out(app, pantry, item)
    charged(stripe, work)
    assert told(stripe, pantry) == [] and totals(app) == [1820, 1820]


def test_once_its_box_has_locked_it_stays(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    item = add(app, pantry, shelf["Honey"])
    stripe.later(days=LOCKED)
    with pytest.raises(TooLate):
        take_out(app, pantry, item)
    work()
    with pytest.raises(TooLate):
        take_out(app, pantry, item)


def test_what_is_added_after_the_lock_goes_with_the_next_but_one(
    app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    stripe.later(days=LOCKED)
    work()
    add(app, pantry, shelf["Honey"])
    change_quantity(app, pantry, 2)
    work()
    stripe.later(days=2)
    work()
    work()
    assert told(stripe, pantry) == [] and totals(app) == [1820, 1820]
    charged(stripe, work)
    assert totals(app) == [1820, 1820, 1820 + 980 + 890]


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "500", "truncated"])
def test_whatever_is_lost_it_is_charged_once(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work, kind: str) -> None:
    add(app, pantry, shelf["Honey"])
    stripe.faults({"kind": kind, "when": ASKED, "times": 1})
    stripe.later(days=LOCKED)
    work()
    for _ in range(3):
        stripe.later(minutes=6)
        at_once(app, 2, lambda _: outbox.work_until_idle())
    assert len(told(stripe, pantry)) == 1


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_after_a_day_it_is_looked_for_first(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work, kind: str) -> None:
    add(app, pantry, shelf["Honey"])
    stripe.faults({"kind": kind, "when": ASKED})
    stripe.later(days=28, hours=2)
    work()
    stripe.no_faults()
    stripe.control("idempotency", {"forget": True})
    stripe.later(hours=25)
    work()
    assert len(told(stripe, pantry)) == 1


def test_of_what_has_ended_nothing_is_charged(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    add(app, pantry, shelf["Honey"])
    pantry.browser.post(f"{pantry.page}/cancel", {"when": "now"})
    work()
    stripe.later(minutes=15)
    work()
    charged(stripe, work)
    assert told(stripe, pantry) == [] and totals(app) == [1820]


def test_none_or_too_many_or_what_the_shop_does_not_offer_is_refused(app: Flask, pantry: Box, shelf: dict[str, int]) -> None:
    for quantity in (0, -1, 100):
        with pytest.raises(WrongQuantity):
            add(app, pantry, shelf["Honey"], quantity)
    with pytest.raises(Refusal):
        add(app, pantry, shelf["Matcha"])


def test_what_staff_put_in_tells_the_provider_who_did(app: Flask, pantry: Box, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    add(app, pantry, shelf["Honey"], by=Actor(customer_id=pantry.customer_id, staff_id=3))
    add(app, pantry, shelf["Honey"], 2)
    charged(stripe, work)
    found = {one.quantity: one.metadata.to_dict().get("asked_by") for one in told(stripe, pantry)}
    assert found == {1: f"staff 3 for customer {pantry.customer_id}", 2: None}
