"""Somebody who works here does whatever a customer's pages offer, a thousand times; nothing of it may stand under the customer's name alone
(REL I2)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from bench.outcome import Outcome, Standing
from portal import outbox
from portal.kit.db import db, transaction
from portal.outbox.models import Sync, Task
from portal.timeline import Entry
from portal.timeline.checking import walk
from tests.accounts.builders import staff
from tests.browser import Browser
from tests.mail import Mail, mail_server, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.support.by_chance import Wanderer
from tests.support.viewing import acts

STEPS, ROUNDS = 20, 10
"""After so many steps the worker does what waits; after so many rounds the view is left, and another one begins: none lasts forever."""


class UnderBothNames:
    """`lost` is what has lost its doer: it stands in the history, in the outbox, in a mail or at Stripe without the member of staff.
    `twice` is a mail that came twice, `out_of_order` where the chain of the history does not hold, or what still waits in the end."""

    name = "deeds for a customer, by chance"
    begin = datetime(2026, 11, 23, 9, tzinfo=UTC)
    lease_seconds = 60

    def __init__(self, count: int = 1000, seed: int = 7) -> None:
        self.count, self.seed = count, seed

    def run(self, stage: Standing, workers: int) -> Outcome:
        with mail_server() as mail:
            stage.app.config["SMTP_URL"] = mail.url
            return self._run(stage, mail)

    def _run(self, stage: Standing, mail: Mail) -> Outcome:
        stage.stripe.send_webhooks_to("")  # what the provider tells of is nobody's deed
        alice = subscribe(stage.app, stage.stripe)
        with stage.app.app_context(), transaction():
            jonas = staff("jonas@halfjar.example", "Jonas").id
        _work(stage)
        before, asked_before = _newest(stage.app), _newest(stage.app, Task)
        mail.received.clear()
        sent: Counter[int] = Counter()
        views = 0
        while (done := _newest(stage.app) - before) < self.count:
            views += 1
            sent += self._view(stage, alice, jonas, self.seed * 1000 + views, before)
        kinds = Counter(str(letter["Message-ID"]) for letter in mail.received)
        return Outcome(
            changes=done,
            kills=0,
            lost=[*_kept(stage.app, before, asked_before), *_mailed(mail), *_at_stripe(stage.stripe, alice)],
            twice=[f"mail {name}" for name, count in kinds.items() if count > 1],
            out_of_order=[*_chain(stage.app), *_waiting(stage.app), *[f"{number} answers 500" for number in [sent[500]] if number]],
            note=f"{views} views, {sum(sent.values())} forms sent, {len(mail.received)} mails",
        )

    def _view(self, stage: Standing, alice: Box, jonas: int, seed: int, before: int) -> Counter[int]:
        desk = Browser(stage.app)
        desk.sign_in_staff(jonas)
        acts(desk, alice.customer_id)
        wanderer = Wanderer(desk, seed)
        for _ in range(ROUNDS):
            for _ in range(STEPS):
                wanderer.step()
            _work(stage)
            if _newest(stage.app) - before >= self.count:
                break
        desk.post("/desk/viewing/leave")
        _work(stage)
        return wanderer.counts


def _work(stage: Standing) -> None:
    stage.move(timedelta(seconds=3))
    with stage.app.app_context():
        outbox.work_until_idle()


def _newest(app: Flask, model: type[Entry] | type[Task] = Entry) -> int:
    with app.app_context():
        return db.session.scalar(select(func.max(model.id))) or 0


def _kept(app: Flask, since: int, asked_since: int) -> list[str]:
    """In the history and in the outbox, where all that was asked for since comes of what staff did."""
    alone = Entry.customer_id.is_not(None), Entry.staff_id.is_(None), Entry.system.is_(None)
    with app.app_context():
        found = [f"{entry.deed} on {entry.subject}" for entry in db.session.scalars(select(Entry).where(Entry.id > since, *alone))]
        syncs = select(Sync.kind, Sync.id).where(Sync.customer_id.is_not(None), Sync.staff_id.is_(None))
        tasks = select(Task.kind, Task.id).where(Task.id > asked_since, Task.staff_id.is_(None))
        found += [f"{kind}, sync or task {number}" for query in (syncs, tasks) for kind, number in db.session.execute(query)]
    return found


def _mailed(mail: Mail) -> list[str]:
    return [f"mail: {letter['Subject']}" for letter in mail.received if "Jonas" not in text(letter)]


def _at_stripe(stripe: Stripe, alice: Box) -> list[str]:
    """Each of our changes of the subscription, and each thing that is asked for once."""
    wrong = []
    for event in stripe.v1.events.list({"type": "customer.subscription.updated", "limit": 100}).auto_paging_iter():
        was, notes = event.data.to_dict().get("previous_attributes", {}), event.data.object.to_dict()["metadata"]
        if "portal_version" in was.get("metadata", {}) and not str(notes.get("changed_by")).startswith("staff "):
            wrong.append(f"version {notes['portal_version']} at Stripe")
    who = {"customer": alice.customer_ref, "limit": 100}
    once = [
        *stripe.v1.invoice_items.list(who).auto_paging_iter(),
        *stripe.v1.checkout.sessions.list(who).auto_paging_iter(),
        *stripe.v1.customers.balance_transactions.list(alice.customer_ref, {"limit": 100}).auto_paging_iter(),
        *stripe.v1.refunds.list({"limit": 100}).auto_paging_iter(),
    ]
    for one in once:
        notes = one.metadata.to_dict() if one.metadata else {}
        if "portal_key" in notes and "asked_by" not in notes:
            wrong.append(f"{one.object} {one.id} at Stripe")
    return wrong


def _chain(app: Flask) -> list[str]:
    with app.app_context():
        problem = walk().problem
    return [problem.sentence] if problem else []


def _waiting(app: Flask) -> list[str]:
    with app.app_context():
        given_up = select(Task.id, Task.kind).where(Task.dead_at.is_not(None))
        failing = select(Sync.id, Sync.kind).where(Sync.wanted > Sync.done, Sync.error.is_not(None))
        return [f"{kind} {number} waits" for query in (given_up, failing) for number, kind in db.session.execute(query)]
