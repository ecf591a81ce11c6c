"""What does not get through to the provider is a task at the desk, as long as it does not. PRODUCT H6, H7."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.out_of_step import keep_tasks
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Sync
from portal.tasks.models import StaffTask
from tests.conftest import Work
from tests.operations.conftest import given_up, waiting_since
from tests.stripe import Stripe
from tests.subscriptions.builders import Box


def watch(app: Flask) -> list[tuple[str, int | None, bool]]:
    """The tasks after the worker has watched: about what, whose, and whether it is done."""
    with app.app_context():
        with transaction():
            keep_tasks(at=now())
        rows = db.session.scalars(select(StaffTask).order_by(StaffTask.id))
        return [(task.subject.partition(":")[0], task.customer_id, task.done_at is not None) for task in rows]


def test_a_change_that_fails_again_and_again_is_its_customers_task_until_it_got_through(
    app: Flask, stripe: Stripe, alice: Box, work: Work
) -> None:
    stripe.faults({"kind": "500"})
    alice.browser.post(alice.skip(0))
    work()
    assert watch(app) == [], "once is nothing yet"
    with app.app_context(), transaction():
        db.session.execute(update(Sync).where(Sync.wanted > Sync.done).values(attempts=STUCK_AFTER))
    assert watch(app) == watch(app) == [("sync", alice.customer_id, False)], "one, however often the worker looks"
    with app.app_context(), transaction():
        db.session.execute(update(Sync).where(Sync.wanted > Sync.done).values(attempts=0, due_at=now()))
    assert watch(app) == [("sync", alice.customer_id, False)], "to be tried again is not enough"
    stripe.no_faults()
    work()
    assert watch(app) == [("sync", alice.customer_id, True)]
    with app.app_context(), transaction():
        again = update(Sync).where(Sync.kind == "subscription").values(wanted=Sync.wanted + 1, attempts=STUCK_AFTER, error="away")
        db.session.execute(again)
    assert watch(app) == [("sync", alice.customer_id, True), ("sync", alice.customer_id, False)], "the next time is another task"


def test_what_was_given_up_is_a_task_of_nobody(app: Flask) -> None:
    with app.app_context():
        given_up(now())
        waiting_since(now() - timedelta(hours=2), attempts=STUCK_AFTER - 1)
    assert watch(app) == [("task", None, False)]
