"""What an operator types: `portal sync …`."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.commands import sync
from portal.outbox.lease import STUCK_AFTER
from portal.outbox.models import Sync, Task
from portal.payments.models import ReceivedEvent
from portal.payments.news import LISTENERS
from portal.subscriptions.models import Subscription
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe


def portal(app: Flask, *command: str, fails: bool = False) -> str:
    result = app.test_cli_runner().invoke(sync, command)
    assert result.exit_code == (1 if fails else 0), result.output
    return result.output


def waiting(app: Flask) -> set[tuple[str, int]]:
    with app.app_context():
        return set(db.session.execute(select(Sync.kind, Sync.subject_id).where(Sync.wanted > Sync.done)))


def test_status_tells_what_waits_what_fails_and_what_was_done(app: Flask, stripe: Stripe, work: Work, alice: Box) -> None:
    told = portal(app, "status")
    assert told.startswith("0 syncs wait, 0 of them in bulk, and 0 tasks.\n")
    assert f"done: subscription {alice.id} at " in told
    stripe.faults({"kind": "500"})
    alice.browser.post(alice.skip(0))
    work()
    with app.app_context(), transaction():
        since = now() - timedelta(minutes=65)
        db.session.execute(update(Sync).where(Sync.wanted > Sync.done).values(attempts=STUCK_AFTER, asked_at=since))
    told = portal(app, "status")
    assert told.startswith("1 syncs wait, 0 of them in bulk, and 0 tasks. The oldest waits for 1 h 5 min.\n")
    with app.app_context():
        number = db.session.scalar(select(Sync.id).where(Sync.wanted > Sync.done))
    stuck = f"stuck: sync {number}, subscription {alice.id} of customer {alice.customer_id}, {STUCK_AFTER} tries since "
    assert stuck in told and "UTC: TryAgain: APIError: An unknown error occurred." in told


def test_retry_tries_at_once_what_had_to_wait(app: Flask, stripe: Stripe, alice: Box, work: Work) -> None:
    stripe.faults({"kind": "429", "retry_after": 3000})
    alice.browser.post(alice.skip(0))
    work()
    stripe.no_faults()
    work()
    with app.app_context():
        number = db.session.scalars(select(Sync.id).where(Sync.wanted > Sync.done)).one()
    assert portal(app, "retry", str(number + 100)) == "0 syncs and 0 tasks will be tried again now.\n"
    assert portal(app, "retry", str(number)) == "1 syncs and 0 tasks will be tried again now.\n"
    work()
    assert ("subscription", alice.id) not in waiting(app)


@pytest.fixture
def broken() -> Iterator[None]:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    LISTENERS.append(fail)
    yield
    if fail in LISTENERS:
        LISTENERS.remove(fail)


def test_replay_asks_once_more_and_forgives_what_was_given_up(app: Flask, stripe: Stripe, alice: Box, work: Work, broken: None) -> None:
    moment = int((now() + timedelta(days=20)).timestamp())
    stripe.v1.subscriptions.update(alice.ref, {"trial_end": moment, "proration_behavior": "none"})
    stripe.wait_for_webhooks()
    with app.app_context(), transaction():
        kept = db.session.scalars(select(ReceivedEvent).where(ReceivedEvent.applied_at.is_(None))).all()
        event_id = next(event.event_id for event in kept if event.ref == alice.ref)
        db.session.execute(update(Task).where(Task.kind == "apply an event").values(dead_at=now(), error="a bug of ours", attempts=8))
    LISTENERS.pop()
    assert f"{event_id} was applied" in portal(app, "replay", event_id)
    work()
    with app.app_context():
        assert int(db.session.get_one(Subscription, alice.id).scheduled[0].charge_at.timestamp()) == moment
        assert db.session.scalars(select(Task.dead_at).where(Task.key == f"apply an event:{event_id}")).one() is None


def test_replay_fetches_what_never_came(app: Flask, stripe: Stripe, alice: Box, work: Work) -> None:
    work()
    stripe.send_webhooks_to("")
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    event = stripe.v1.events.list({"limit": 1}).data[0]
    assert f"{event.id} was fetched and applied" in portal(app, "replay", event.id)
    assert ("subscription", alice.id) in waiting(app)
    assert "No such event" in portal(app, "replay", "evt_nobodys", fails=True)


def test_an_event_of_another_mode_is_not_replayed(app: Flask) -> None:
    with app.app_context(), transaction():
        foreign = ReceivedEvent(
            event_id="evt_live", kind="x", ref="sub_1", customer_ref=None, happened_at=now(), received_at=now(), is_ours=False
        )
        db.session.add(foreign)
    assert "another mode or account" in portal(app, "replay", "evt_live", fails=True)


@pytest.mark.parametrize("name", ["email", "number", "customer", "subscription"])
def test_resync_looks_up_all_that_is_one_customers(app: Flask, stripe: Stripe, alice: Box, work: Work, name: str) -> None:
    bob = subscribe(app, stripe, email="bob@example.com")
    work()
    work()
    names = {"email": "Alice@example.com", "number": str(alice.customer_id), "customer": alice.customer_ref, "subscription": alice.ref}
    assert portal(app, "resync", names[name]) == f"2 things of customer {alice.customer_id} will be looked up now.\n"
    assert {kind for kind, _ in waiting(app)} == {"billing_account", "subscription"}
    assert ("subscription", bob.id) not in waiting(app)


def test_resync_names_who_is_not_there(app: Flask) -> None:
    assert "nobody@example.com is no customer here." in portal(app, "resync", "nobody@example.com", fails=True)


def test_what_is_held_back_until_later_does_not_count_as_waiting(app: Flask, alice: Box, work: Work) -> None:
    """A card page that is open for an hour, a change that waits for a charge: asked for, and not due."""
    work()
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now() + timedelta(hours=1))
    assert portal(app, "status").startswith("0 syncs wait")
