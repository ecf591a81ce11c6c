"""Subscriptions that the portal can't express: listed with the reason, shown, and never changed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from portal.subscriptions.models import OutsideSubscription, Subscription
from tests.browser import Browser, words
from tests.conftest import Work
from tests.imports.conftest import Import, Past
from tests.stripe import Stripe

pytestmark = pytest.mark.slow


def item(subscription: Any, **price: Any) -> dict[str, Any]:
    """The first item as it would be with another price."""
    first = subscription["items"].data[0].to_dict()
    changed = first | {"price": first["price"] | price}
    return {"object": "list", "data": [changed], "has_more": False, "url": f"/v1/subscription_items?subscription={subscription.id}"}


def browser_of(app: Flask, email: str) -> Browser:
    with app.app_context():
        found = db.session.scalars(select(Customer.id).where(Customer.email == email)).one()
    browser = Browser(app)
    browser.sign_in(found)
    return browser


def test_each_is_listed_with_its_reason_and_nothing_is_sent(app: Flask, stripe: Stripe, past: Past, bring_in: Import, work: Work) -> None:
    price = past.price(past.product("Tea"), 980)
    weekly = past.price(past.product("Oats"), 420, "week")
    alice = past.customer("alice@example.com")
    fine, *odd = [past.subscribe(alice, price) for _ in range(11)]
    other_week = past.subscribe(alice, weekly)["items"].data[0].to_dict()
    month = odd[0]["items"].data[0].to_dict()["price"]["recurring"]
    two = item(odd[2])
    two["data"].append(other_week | {"subscription": odd[2].id})
    discounted = item(odd[7])
    discounted["data"][0]["discounts"] = ["di_1"]
    why: list[tuple[dict[str, Any], str]] = [
        ({"schedule": "sub_sched_1"}, "it has a subscription schedule, or is billed ahead"),
        ({"items": item(odd[1], recurring=month | {"usage_type": "metered", "meter": "mtr_1"})}, "it is billed by usage"),
        ({"items": two}, "its parts come at different intervals"),
        ({"items": item(odd[3], currency="usd")}, "it is in several currencies"),
        ({"items": item(odd[4], billing_scheme="tiered", tiers_mode="graduated", unit_amount=None)}, "a price has tiers"),
        ({"collection_method": "send_invoice", "days_until_due": 14}, "its invoices are sent, not charged"),
        ({"discounts": ["di_1", "di_2"]}, "it has several discounts"),
        ({"items": discounted}, "a part of it has a discount of its own"),
        ({"cancel_at": odd[8].created + 86400 * 10}, "it ends on a day between two charges"),
        ({"billing_thresholds": {"amount_gte": 5000, "reset_billing_cycle_anchor": False}}, "as soon as it comes to some amount"),
    ]
    for subscription, (values, _) in zip(odd, why, strict=True):
        past.make(subscription.id, **values)
    result = bring_in()
    assert result.exit_code == 0, result.output
    for subscription, (_, reason) in zip(odd, why, strict=True):
        (line,) = [line for line in result.stdout.splitlines() if subscription.id in line]
        assert line.startswith(f"Left alone: {subscription.id}, because ")
        assert reason in line
    with app.app_context():
        assert {one.provider_ref for one in db.session.scalars(select(Subscription))} >= {fine.id}
        assert {one.provider_ref for one in db.session.scalars(select(OutsideSubscription))} == {one.id for one in odd}
    stripe.forget_requests()
    with app.app_context(), transaction():
        outbox.want_task("look at every subscription", {}, at=stripe.now())
    work()
    asked = [request for request in stripe.requests() if any(one.id in str(request) for one in odd)]
    assert asked, "the nightly run looks at them too"
    assert {request["method"] for request in asked if "create_preview" not in request["path"]} == {"GET"}


def test_it_is_shown_with_its_contents_its_next_charge_and_a_way_to_support(
    app: Flask, stripe: Stripe, past: Past, bring_in: Import
) -> None:
    metered = past.subscribe(past.customer("alice@example.com"), past.price(past.product("Water by the litre"), 3), description="Water")
    recurring = metered["items"].data[0].to_dict()["price"]["recurring"]
    past.make(metered.id, items=item(metered, recurring=recurring | {"usage_type": "metered", "meter": "mtr_1"}))
    planned = past.subscribe(past.customer("bob@example.com"), past.price(past.product("Tea"), 980))
    past.make(planned.id, schedule="sub_sched_1")
    bring_in()
    alice, bob = browser_of(app, "alice@example.com"), browser_of(app, "bob@example.com")
    assert "Water" in words(alice.get("/")), "it is all that they have"
    listed = words(alice.get("/subscriptions"))
    assert "Water" in listed
    assert "Changed by support" in listed
    with app.app_context():
        shown = db.session.scalars(select(OutsideSubscription).order_by(OutsideSubscription.id.desc())).all()
        ids = {one.provider_ref: one.id for one in shown}
        day = datetime.fromtimestamp(metered["items"].data[0].current_period_end, UTC)
    page = words(alice.get(f"/subscriptions/with-support/{ids[metered.id]}"))
    assert "Water by the litre" in page
    assert "every month, by what was used or agreed" in page
    assert f"{day.day} December" in page.replace("\xa0", " ")
    assert "€9.80" not in page
    assert alice.get(f"/subscriptions/with-support/{ids[metered.id]}").select_one("a[href^='mailto:help@halfjar.example']")
    page = words(bob.get(f"/subscriptions/with-support/{ids[planned.id]}"))
    assert "Tea" in page
    assert "about €9.80 as of now" in page
    bob.get(f"/subscriptions/with-support/{ids[metered.id]}", expect=404)


def test_what_changes_there_is_shown_and_what_can_be_said_by_now_becomes_one_of_ours(
    app: Flask, stripe: Stripe, past: Past, bring_in: Import, work: Work
) -> None:
    subscription = past.subscribe(past.customer("alice@example.com"), past.price(past.product("Tea"), 980))
    past.make(subscription.id, schedule="sub_sched_1")
    bring_in()
    three = [{"id": subscription["items"].data[0].id, "quantity": 3}]
    stripe.v1.subscriptions.update(subscription.id, {"items": three, "proration_behavior": "none"})
    work()
    alice = browser_of(app, "alice@example.com")
    with app.app_context():
        outside_id = db.session.scalars(select(OutsideSubscription.id)).one()
    assert "3 × €9.80" in words(alice.get(f"/subscriptions/with-support/{outside_id}"))
    past.make(subscription.id, schedule=None)
    stripe.v1.subscriptions.update(subscription.id, {"metadata": {"of": "the shop"}})
    work()
    with app.app_context():
        assert not db.session.scalars(select(OutsideSubscription)).all()
        (mine,) = db.session.scalars(select(Subscription))
        assert [(item.price.amount, item.quantity) for item in mine.contents.items] == [(980, 3)]
        assert mine.scheduled
    assert "Next" in words(alice.get("/subscriptions"))


def test_one_that_ends_there_is_shown_as_ended(app: Flask, stripe: Stripe, past: Past, bring_in: Import, work: Work) -> None:
    subscription = past.subscribe(past.customer("alice@example.com"), past.price(past.product("Tea"), 980))
    past.make(subscription.id, schedule="sub_sched_1")
    bring_in()
    stripe.v1.subscriptions.cancel(subscription.id)
    work()
    alice = browser_of(app, "alice@example.com")
    listed = words(alice.get("/subscriptions"))
    assert "Ended" in listed
    assert "Nothing more is sent or charged" in listed
