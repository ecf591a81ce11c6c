"""Stripe is asked no faster than it allows, by all processes together: docs/decisions/rate-limit.md."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.outbox.models import Sync
from portal.payments import Declined, TryAgain, pace, provider
from portal.payments.models import CallCount, Pace
from tests.conftest import Work
from tests.ground import at_once
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe


@pytest.fixture
def paced(app: Flask) -> Iterator[Flask]:
    app.config["STRIPE_CALLS_PER_SECOND"] = 1000
    pace._counted.clear()
    with app.app_context():
        yield app
        db.session.rollback()


def counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        return dict(db.session.execute(select(CallCount.outcome, CallCount.calls)).all())


def look(ref: str = "sub_1") -> None:
    provider().look_up(ref, since=None)


@pytest.mark.parametrize(("rate", "one_endpoint", "least"), [(100, False, 0.39), (100, True, 1.95)])
def test_many_at_once_take_turns(paced: Flask, rate: int, one_endpoint: bool, least: float) -> None:
    """Forty turns at a hundred in a second; those to one endpoint at twenty."""
    paced.config["STRIPE_CALLS_PER_SECOND"] = rate
    began = monotonic()

    def ask(number: int) -> None:
        for turn in range(5):
            pace.await_turn("GET /x" if one_endpoint else f"GET /{number}/{turn}", patience=9)

    at_once(paced, 8, ask)
    assert monotonic() - began >= least


def test_who_would_wait_too_long_comes_back_later_and_takes_no_turn(paced: Flask) -> None:
    paced.config["STRIPE_CALLS_PER_SECOND"] = 1
    pace.await_turn("GET /x", patience=0.1)
    before = db.session.scalars(select(Pace.free_at)).all()
    with pytest.raises(TryAgain) as later:
        pace.await_turn("GET /x", patience=0.1)
    assert later.value.retry_after and timedelta(seconds=0.1) < later.value.retry_after <= timedelta(seconds=1)
    db.session.rollback()
    assert db.session.scalars(select(Pace.free_at)).all() == before


def test_when_stripe_has_enough_nobody_asks_until_it_said(paced: Flask, stripe: Stripe) -> None:
    stripe.faults({"kind": "429", "retry_after": 30})
    with pytest.raises(TryAgain) as told:
        look()
    assert told.value.retry_after == timedelta(seconds=30)
    asked = len(stripe.requests())
    with pytest.raises(TryAgain, match="no faster than it allows") as held:
        provider().next_charge("sub_1")
    assert held.value.retry_after and timedelta(seconds=20) < held.value.retry_after <= timedelta(seconds=30)
    assert len(stripe.requests()) == asked


def test_a_lock_on_one_object_holds_nobody_else_up(paced: Flask, stripe: Stripe) -> None:
    stripe.faults({"kind": "lock_timeout", "times": 1})
    with pytest.raises(TryAgain):
        look()
    provider().events_since(stripe.now())


@pytest.mark.parametrize(("reason", "others_go_on"), [("endpoint-rate", True), ("resource-specific", True), ("global-rate", False)])
def test_only_what_stripe_had_too_much_of_is_held(paced: Flask, stripe: Stripe, reason: str, others_go_on: bool) -> None:
    stripe.faults({"kind": "429", "retry_after": 30, "times": 1, "reason": reason})
    with pytest.raises(TryAgain):
        look()
    with nullcontext() if others_go_on else pytest.raises(TryAgain, match="no faster than it allows"):
        provider().events_since(stripe.now())
    again = pytest.raises(Declined) if reason == "resource-specific" else pytest.raises(TryAgain, match="no faster than it allows")
    with again:
        look()


def test_stripe_which_takes_so_many_in_a_second_never_says_that_it_is_too_much(paced: Flask, stripe: Stripe) -> None:
    paced.config["STRIPE_CALLS_PER_SECOND"] = 40
    stripe.control("limits", {"per_second": 50, "per_endpoint": 25})
    at_once(paced, 6, lambda _: [provider().events_since(stripe.now()) for _ in range(5)] and None)
    assert stripe.control("limits")["refused"] == 0


def test_calls_are_counted_by_how_they_went(paced: Flask, stripe: Stripe) -> None:
    since = stripe.now()
    for kind in "500", "409", "lost_before", "lock_timeout", "refuse":
        stripe.faults({"kind": kind, "times": 1})
        with pytest.raises((Declined, TryAgain)):
            provider().events_since(since)
    provider().events_since(since)
    provider().events_since(since)
    assert counts(paced) == {"failed": 1, "conflict": 1, "no answer": 1, "too many": 1, "refused": 1, "done": 1}, "the last is yet to come"


def test_an_endpoint_is_a_call_without_the_names_of_things() -> None:
    assert pace.endpoint("post", "https://api.stripe.com/v1/subscriptions/sub_1Mow?expand=x") == "POST /v1/subscriptions/{id}"
    assert pace.endpoint("GET", "http://127.0.0.1:1/v1/customers/cus_9/payment_methods") == "GET /v1/customers/{id}/payment_methods"


def test_who_toggles_a_skip_all_the_time_costs_stripe_no_more_invoices_than_it_writes(paced: Flask, stripe: Stripe, work: Work) -> None:
    alice = subscribe(paced, stripe)
    for number in range(11):
        alice.browser.post(alice.skip(0) if number % 2 == 0 else alice.unskip(0))
        work()
    assert zero_invoices(stripe, alice) == 8
    with paced.app_context():
        assert db.session.scalars(select(Sync.error).where(Sync.kind == "subscription")).one() is None, "held back, and no failure"
    stripe.later(seconds=61)
    work()
    assert zero_invoices(stripe, alice) == 9, "the last state is sent once there is room"
    assert int(stripe.v1.subscriptions.retrieve(alice.ref).metadata.to_dict()["portal_version"]) == 11


def zero_invoices(stripe: Stripe, box: Box) -> int:
    return len([invoice for invoice in stripe.v1.invoices.list({"subscription": box.ref, "limit": 100}).data if invoice.total == 0])
