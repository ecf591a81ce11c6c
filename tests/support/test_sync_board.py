"""The sync board: what waits, fails and differs, and each thing that `portal sync` does, by a button. PRODUCT H7, P4."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.queries import RECONCILE
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Sync, Task
from portal.payments.models import Difference, ReceivedEvent
from portal.timeline import Entry
from tests.browser import Browser, words
from tests.conftest import Work
from tests.operations.conftest import given_up
from tests.stripe import Stripe
from tests.subscriptions.builders import Box


def deeds(app: Flask) -> list[tuple[str, int | None, bool]]:
    """What was done at the board, about whom, and whether it was by one of the staff."""
    named = "retry work", "retry all work", "replay event", "look up at provider", "reconcile"
    with app.app_context():
        rows = db.session.scalars(select(Entry).where(Entry.deed.in_(named)).order_by(Entry.id))
        return [(row.deed, row.customer_id, row.staff_id is not None) for row in rows]


@pytest.fixture
def failing(app: Flask, stripe: Stripe, alice: Box, work: Work) -> int:
    """A change of Alice's that failed again and again; the number of its sync."""
    work()
    stripe.faults({"kind": "500", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 50})
    alice.browser.post(alice.skip(0))
    work()
    with app.app_context(), transaction():
        late = now() + timedelta(hours=5)
        rows = update(Sync).where(Sync.wanted > Sync.done).values(attempts=STUCK_AFTER, asked_at=now() - timedelta(hours=3), due_at=late)
        return db.session.scalars(rows.returning(Sync.id)).one()


def test_what_fails_stands_there_with_reason_and_age_and_names_nobody(app: Flask, desk: Browser, alice: Box, failing: int) -> None:
    page = desk.get("/desk/sync")
    told = words(page)
    assert "Fails for 3 hrs" in told and "An unknown error occurred." in told and f"{STUCK_AFTER} tries" in told
    assert page.select(f'#sync-{failing} a[href="/desk/customers/{alice.customer_id}"]')
    assert "alice" not in page.text.lower()
    link = desk.get(f"/desk/customers/{alice.customer_id}").select_one(f'a[href="/desk/sync#sync-{failing}"]')
    assert link, "from the customer's page one comes to it"


def test_one_is_tried_again_at_once_and_a_double_tap_is_one_try(
    app: Flask, desk: Browser, stripe: Stripe, alice: Box, failing: int, work: Work
) -> None:
    stripe.no_faults()
    desk.get("/desk/sync")
    assert "It is tried again now" in words(desk.post(f"/desk/sync/work/{failing}/retry", {"of": "sync"}))
    assert "about to be tried" in words(desk.post(f"/desk/sync/work/{failing}/retry", {"of": "sync"}))
    assert desk.at == "/desk/sync" and deeds(app) == [("retry work", alice.customer_id, True)]
    work()
    assert "Nothing fails" in words(desk.get("/desk/sync"))


def test_a_sync_and_a_task_of_the_same_number_are_not_taken_for_each_other(app: Flask, desk: Browser, failing: int) -> None:
    with app.app_context():
        given_up(now())
        task_id = db.session.scalars(select(Task.id).where(Task.dead_at.is_not(None))).one()
    desk.get("/desk/sync")
    desk.post(f"/desk/sync/work/{task_id}/retry", {"of": "task"})
    with app.app_context():
        assert db.session.get_one(Task, task_id).dead_at is None
        assert db.session.get_one(Sync, failing).attempts == STUCK_AFTER


def test_a_lead_has_all_tried_again(app: Flask, desk: Browser, lead: Browser, failing: int) -> None:
    with app.app_context():
        given_up(now())
    assert "Try all again" not in words(desk.get("/desk/sync"))
    desk.post("/desk/sync/retry", expect=403)
    lead.get("/desk/sync")
    assert "2 are tried again now" in words(lead.post("/desk/sync/retry"))
    lead.post("/desk/sync/retry")
    assert deeds(app) == [("retry all work", None, True)]


def test_a_lead_has_an_event_done_once_more_also_one_that_never_came(
    app: Flask, lead: Browser, stripe: Stripe, alice: Box, work: Work
) -> None:
    work()
    stripe.send_webhooks_to("")
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    event = stripe.v1.events.list({"limit": 1}).data[0]
    lead.get("/desk/sync")
    assert "Done once more" in words(lead.post("/desk/sync/replay", {"event": f" {event.id} "}))
    with app.app_context():
        assert db.session.scalars(select(ReceivedEvent.ref).where(ReceivedEvent.event_id == event.id)).one() == alice.ref
    assert "No such event" in words(lead.post("/desk/sync/replay", {"event": "evt_nobodys"}))
    assert deeds(app) == [("replay event", None, True)]


def test_one_customer_is_looked_up_by_what_names_them_alone(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    desk.get("/desk/sync")
    assert "2 things are looked up now" in words(desk.post("/desk/sync/resync", {"customer": "Alice@example.com"}))
    assert "Nobody, or more than one, is known by “bob”" in words(desk.post("/desk/sync/resync", {"customer": "bob"}))
    assert deeds(app) == [("look up at provider", alice.customer_id, True)]


def test_a_lead_has_all_compared_once_and_sees_what_was_found(app: Flask, lead: Browser, desk: Browser, alice: Box, work: Work) -> None:
    work()
    lead.get("/desk/sync")
    assert "All of it is compared now" in words(lead.post("/desk/sync/reconcile"))
    assert "It is asked for already" in words(lead.post("/desk/sync/reconcile"))
    with app.app_context():
        assert len(db.session.scalars(select(Task.id).where(Task.kind == RECONCILE)).all()) == 1
    assert deeds(app) == [("reconcile", None, True)]
    work()
    with app.app_context(), transaction():
        for what, at in ("quantity", now() - timedelta(hours=2)), ("discount", now()):
            db.session.add(Difference(subject=f"subscription:{alice.id}", ref=alice.ref, what=what, ours="3", theirs="2", found_at=at))
        db.session.flush()
        db.session.scalars(select(Difference).where(Difference.what == "discount")).one().repair(sent=True, at=now())
    page = desk.get("/desk/sync")
    first, second = [words(row) for row in page.select("tbody tr")]
    assert first.startswith(f"quantity {alice.ref} 3 2") and "Open for 2 hrs" in first and "Made so there" in second
    assert page.select(f'tbody a[href="/desk/customers/{alice.customer_id}"]')
