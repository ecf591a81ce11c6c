"""What a test begins with is the same whether it was made or put back, whatever was done since to what was made."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import Model, db, transaction
from portal.subscriptions.actions import skip_delivery
from portal.subscriptions.models import Delivery, Subscription
from portal.timeline import Actor
from portal.timeline.checking import first_break
from tests.conftest import TODAY
from tests.ground import standing
from tests.harness.fixtures import empty_database
from tests.harness.kept import once
from tests.harness.serving import serve
from tests.sandbox.answers import played
from tests.stripe import Stripe
from tests.subscriptions.builders import Begun, begin

Begin = Callable[[Flask, Stripe], Begun]


@pytest.fixture
def begins(request: pytest.FixtureRequest) -> Begin:
    """Of this test only."""

    def make(app: Flask, stripe: Stripe) -> Begun:
        return once(request.node.nodeid, app, stripe, lambda: begin(app, stripe))

    return make


@pytest.fixture
def others(request: pytest.FixtureRequest, app: Flask, stripe: Stripe, database_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Stripe]]:
    """Another portal and another stand-in, as the next test has them."""
    with ExitStack() as ending:
        url = ending.enter_context(empty_database(request, database_url.partition(":")[0], tmp_path / "other.sqlite"))
        address, itself = ending.enter_context(played(int(now().timestamp())))
        stripe = Stripe(address, stripe.move_portal, itself)
        other = ending.enter_context(standing(url, STRIPE_API_BASE=address, SMTP_URL=app.config["SMTP_URL"]))
        other.config["PORTAL_BASE_URL"] = ending.enter_context(serve(other))
        stripe.send_webhooks_to(other.config["PORTAL_BASE_URL"] + "/webhooks/stripe")
        yield other, stripe
        stripe.send_webhooks_to("")


def test_it_is_put_back_row_by_row_on_both_sides(app: Flask, stripe: Stripe, others: tuple[Flask, Stripe], begins: Begin) -> None:
    made = begins(app, stripe)
    then = held(app, stripe)
    skip(app, stripe, made)
    assert held(app, stripe) != then
    assert begins(*others) == made
    assert held(*others) == then
    skip(*others, made)


def test_where_anything_was_done_it_is_made_anew(app: Flask, stripe: Stripe, others: tuple[Flask, Stripe], begins: Begin) -> None:
    made = begins(app, stripe)
    others[1].v1.products.create({"name": "Tea"})
    assert begins(*others).ref != made.ref


def test_under_other_settings_it_is_made_anew(app: Flask, stripe: Stripe, others: tuple[Flask, Stripe], begins: Begin) -> None:
    made = begins(app, stripe)
    others[0].config["LEASE_SECONDS"] += 1
    assert begins(*others).ref != made.ref


def test_at_another_time_it_is_made_anew(app: Flask, stripe: Stripe, others: tuple[Flask, Stripe], begins: Begin) -> None:
    made = begins(app, stripe)
    others[1].later(days=1)
    assert begins(*others).ref != made.ref


def skip(app: Flask, stripe: Stripe, begun: Begun) -> None:
    """Here and there: new rows, new numbers, and the history goes on where it was."""
    with app.app_context():
        with transaction():
            mine = Actor(customer_id=begun.customer_id)
            skip_delivery(db.session.get_one(Delivery, begun.deliveries[0]), by=mine, at=now())
        stripe.later(seconds=3)
        outbox.work_until_idle()
        here = db.session.get_one(Subscription, begun.id).scheduled[0].charge_at
        assert first_break() is None
    there = stripe.v1.subscriptions.retrieve(begun.ref)["items"].data[0].current_period_end
    assert here.timestamp() == there and here > TODAY + timedelta(days=40)


def held(app: Flask, stripe: Stripe) -> dict[str, list[str]]:
    """All rows on both sides, and what was asked, but for where the stand-in is."""
    assert stripe.played
    store, rows = stripe.played.store, dict[str, list[Any]]()
    with app.app_context():
        for name, table in Model.metadata.tables.items():
            rows[name] = list(db.session.execute(select(table)))
    for name in "object", "idempotency", "delivery", "parcel":
        rows[f"{name} there"] = store.rows(f"SELECT * FROM {name}")
    rows["asked"] = stripe.requests()
    return {name: [str(row).replace(stripe.url, "…") for row in found] for name, found in rows.items()}
