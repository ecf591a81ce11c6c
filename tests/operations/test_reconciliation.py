"""What nobody told of is found by looking, and repaired by the one sync: docs/decisions/reconciliation.md."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.seeded import KINDS, Expected, Ground, make
from portal import outbox
from portal.billing.models import Refund
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations import actions
from portal.operations.commands import sync
from portal.outbox.models import Sync
from portal.payments.models import Difference
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from tests.billing.builders import payer
from tests.billing.test_refund import there, want
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe

Reconcile = Callable[[], None]


@pytest.fixture
def reconcile(app: Flask, work: Work) -> Reconcile:
    """As at night; the worker goes on until all is looked at and repaired."""

    def reconcile() -> None:
        with app.app_context(), transaction():
            actions.reconcile(by=Actor(system="command line"), at=now())
        for _ in range(3):  # the run, the looks, and what they lead to
            work()

    return reconcile


def boxes(app: Flask, stripe: Stripe, work: Work, count: int) -> list[Box]:
    """All that was told of them has been taken in."""
    made = [subscribe(app, stripe, email=f"customer{number}@example.com") for number in range(count)]
    work()
    work()
    stripe.send_webhooks_to("")
    return made


def found(app: Flask) -> list[Expected]:
    with app.app_context():
        return sorted((one.ref, one.what) for one in db.session.scalars(select(Difference)))


def test_one_of_each_kind_is_found_and_repaired_and_nothing_else(app: Flask, stripe: Stripe, work: Work, reconcile: Reconcile) -> None:
    made = boxes(app, stripe, work, len(KINDS) + 2)
    expected = make(Ground(app, stripe), made, len(KINDS))
    reconcile()
    assert set(found(app)) ^ set(expected) == set()
    reconcile()
    assert len(found(app)) == len(expected), "repaired: a second run finds nothing new"
    with app.app_context():
        how = dict(db.session.execute(select(Difference.ref + " " + Difference.what, Difference.how)).all())
        assert not db.session.scalar(select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.bulk))
    assert set(how.values()) == {"sent", "taken over"}
    told = app.test_cli_runner().invoke(sync, ["status"]).output
    assert f"{len(KINDS)} differences found" not in told, "those of the second run are told"
    assert "0 differences found, 0 repaired." in told


def test_what_the_worker_has_yet_to_send_is_no_difference(app: Flask, stripe: Stripe, work: Work, reconcile: Reconcile) -> None:
    (alice,) = boxes(app, stripe, work, 1)
    alice.browser.post(alice.skip(0))
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now(), check=True)
    work()
    assert found(app) == []


def test_what_an_event_tells_a_little_later_was_no_difference(app: Flask, stripe: Stripe, work: Work, reconcile: Reconcile) -> None:
    alice, bob = boxes(app, stripe, work, 2)
    for box in alice, bob:
        stripe.v1.subscriptions.update(box.ref, {"cancel_at_period_end": True})
    event = next(one for one in stripe.v1.events.list({"limit": 5}).data if one.data.object.id == alice.ref)
    stripe.later(seconds=5)
    reconcile()
    assert found(app) == sorted([(alice.ref, "ends"), (bob.ref, "ends")])
    app.test_cli_runner().invoke(sync, ["replay", event.id])
    assert found(app) == [(bob.ref, "ends")], "that one's event never comes"


def test_a_provider_that_is_ahead_of_us_is_noted_once_and_not_believed(
    app: Flask, stripe: Stripe, work: Work, reconcile: Reconcile
) -> None:
    """A restored database: nothing is overwritten on either side, and somebody has to look."""
    alice, bob = boxes(app, stripe, work, 2)
    stripe.v1.subscriptions.update(alice.ref, {"metadata": {"portal_version": "7"}})
    stripe.v1.customers.update(bob.customer_ref, {"metadata": {"portal_version": "7"}})
    reconcile()
    reconcile()
    assert found(app) == sorted([(alice.ref, "version"), (bob.customer_ref, "version")])
    told = app.test_cli_runner().invoke(sync, ["status"]).output
    assert f"difference: version of subscription:{alice.id} ({alice.ref}): 0 here, 7 there; open since " in told
    assert "2 differences found, 0 repaired" in told or "0 differences found, 0 repaired" in told
    assert "failing: sync" in told and "ProviderIsAhead" in told
    assert "ALARM since " in told and "The provider is ahead of us, as after an old database was restored. " in told


def test_it_can_be_asked_for_and_happens_each_night(app: Flask, stripe: Stripe, work: Work) -> None:
    (alice,) = boxes(app, stripe, work, 1)
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    runner = app.test_cli_runner()
    assert "The worker will compare all of it now." in runner.invoke(sync, ["reconcile"]).output
    assert "Reconciliation" not in runner.invoke(sync, ["status"]).output
    for _ in range(3):
        work()
    told = runner.invoke(sync, ["status"]).output
    assert "1 differences found, 1 repaired." in told
    assert (
        f"difference: ends of subscription:{alice.id} ({alice.ref}): nothing here, at the end of the period there; taken over at " in told
    )


def test_a_click_makes_a_check_somebodys_wish(app: Flask, stripe: Stripe, work: Work) -> None:
    (alice,) = boxes(app, stripe, work, 1)
    for check, bulk_then in (True, True), (False, False), (True, False):
        with app.app_context(), transaction():
            outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now() + timedelta(hours=1), check=check)
        with app.app_context():
            row = db.session.scalars(select(Sync).where(Sync.kind == "subscription")).one()
            assert (row.is_check, row.bulk) == (bulk_then, bulk_then)


def test_what_became_of_a_refund_is_found(app: Flask, stripe: Stripe, work: Work, reconcile: Reconcile) -> None:
    """A bank that takes its time, and one that was never asked; what is as it was is no difference."""
    alice = payer(app, stripe)
    for number in range(3):
        want(alice, 100, because=f"overcharge:{number}")
    work()
    work()
    stripe.send_webhooks_to("")
    with app.app_context(), transaction():
        pending, lost, _ = db.session.scalars(select(Refund).order_by(Refund.id))
        pending.status, lost.status, lost.done_at, lost.provider_ref = "pending", "", None, None
        refs = [pending.provider_ref, lost.key]
    reconcile()
    assert set(found(app)) == {(ref, "refund") for ref in refs}
    with app.app_context():
        assert all(one.repaired_at for one in db.session.scalars(select(Difference)))
        assert set(db.session.scalars(select(Refund.status))) == {"succeeded"}
    assert len(there(alice)) == 3, "none is made twice"
