"""Somebody at the shop makes of a subscription of ours what our terms can't say: it is shown, left alone, and taken back once they can."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe

ALONE = "Write to us, and we change, pause or cancel it for you."
SPECIALS: list[tuple[dict[str, Any], str]] = [
    ({"recurring": {"usage_type": "metered", "meter": "mtr_1"}}, "it is billed by usage"),
    ({"billing_scheme": "tiered", "tiers_mode": "graduated", "unit_amount": None}, "a price has tiers, or is for several at a time"),
    ({"currency": "usd"}, "it is in several currencies"),
]


def make(box: Box, stripe: Stripe, **price: Any) -> dict[str, Any]:
    """As somebody set it up at Stripe's dashboard. How it was before."""
    there = json.loads(json.dumps(stripe.v1.subscriptions.retrieve(box.ref).to_dict(), default=str))  # the SDK makes decimals
    first = there["items"]["data"][0]
    recurring = first["price"]["recurring"] | price.pop("recurring", {})
    changed = first | {"price": first["price"] | price | {"recurring": recurring}}
    stripe.control("objects", {"id": box.ref, "values": {"items": there["items"] | {"data": [changed]}}})
    return dict(there["items"])


def ask(app: Flask, box: Box) -> None:
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, box.id), at=now())


def failing(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Sync).where(Sync.error.is_not(None))).all())


@pytest.mark.parametrize(("price", "why"), SPECIALS)
def test_it_is_shown_with_the_reason_and_nothing_is_tried_for_ever(
    app: Flask, stripe: Stripe, work: Work, price: dict[str, Any], why: str
) -> None:
    box = subscribe(app, stripe)
    make(box, stripe, **price)
    ask(app, box)
    work()
    assert failing(app) == 0
    page = words(box.browser.get(box.page))
    assert ALONE in page and "By arrangement" in page
    assert f"Changed by the shop to a kind that can’t be changed here: {why}" in page
    assert box.browser.get(box.page).select("a[href^='mailto:']")
    assert "Set up by the shop" in words(box.browser.get("/"))
    assert ALONE in words(box.browser.post(box.skip(0)))
    stripe.forget_requests()
    ask(app, box)
    work()
    assert {request["method"] for request in stripe.requests()} == {"GET"}, "nothing is sent for it"


def test_what_waited_is_put_back_and_told(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> None:
    box = subscribe(app, stripe)
    make(box, stripe, currency="usd")
    box.browser.post(box.skip(0))
    work()
    assert failing(app) == 0
    with app.app_context():
        one = db.session.get_one(Subscription, box.id)
        assert one.delivery(box.deliveries[0]).is_scheduled and not one.is_waiting
    (sent,) = mail.to("alice@example.com")
    assert "The shop has made a subscription of it that can’t be changed here." in text(sent)


def test_once_it_can_be_said_again_it_is_as_before(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    before = make(box, stripe, currency="usd")
    box.browser.post(box.skip(0))
    work()
    stripe.control("objects", {"id": box.ref, "values": {"items": before}})
    ask(app, box)
    work()
    work()
    page = words(box.browser.get(box.page))
    assert ALONE not in page and "Can be changed here again" in page
    with app.app_context():
        assert db.session.get_one(Subscription, box.id).is_confirmed
    box.browser.post(box.skip(0))
    work()
    with app.app_context():
        assert db.session.get_one(Subscription, box.id).is_confirmed


def test_one_that_ends_meanwhile_has_ended(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    make(box, stripe, currency="usd")
    ask(app, box)
    work()
    stripe.v1.subscriptions.cancel(box.ref)
    work()
    with app.app_context():
        assert db.session.get_one(Subscription, box.id).has_ended
    assert failing(app) == 0
    assert "Nothing more is sent or charged." in words(box.browser.get(box.page))
