"""Stripe is away for 25 hours, has forgotten its keys when it is back, and no money moves twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bench.outcome import Outcome, Standing
from portal import outbox
from portal.billing import actions
from portal.billing.models import Attempt, BillingAccount, Invoice, Refund, StoreCredit, Why
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.timeline import SCHEDULE
from tests.billing.builders import Payer, payer

AMOUNT = 100
FIRST_TRIES = [
    {"when": {"method": "POST"}, "kind": "lost_after", "rate": 0.4},
    {"when": {"method": "POST"}, "kind": "lost_before", "rate": 0.6},
]
"""What was asked in the last minutes before it went away: done or not, nobody heard an answer."""
AWAY = [{"kind": "lost_before"}]
LOOKS = [timedelta(minutes=1), timedelta(hours=1), timedelta(hours=18), timedelta(hours=21), timedelta(hours=25)]
"""So long after it went away a worker tries again: before the key is forgotten, while it may be, and after."""


class Outage:
    """A refund, store credit and a skip of each customer."""

    name = "25 hours away, and keys forgotten"
    begin = datetime(2026, 11, 23, 9, tzinfo=UTC)
    lease_seconds = 60

    def __init__(self, payers: int = 30) -> None:
        self.count = payers

    def run(self, stage: Standing, workers: int) -> Outcome:
        stage.stripe.send_webhooks_to("")
        payers = [payer(stage.app, stage.stripe, email=f"customer{number}@example.com") for number in range(self.count)]
        stage.stripe.control("faults", {"rules": FIRST_TRIES, "seed": 1})
        for one in payers:
            self._want(one)
            one.box.browser.post(one.box.skip(0))
        self._work(stage, timedelta(seconds=5))
        stage.stripe.faults(*AWAY)
        passed = timedelta()
        for after in LOOKS:
            self._work(stage, after - passed)
            passed = after
        stage.stripe.control("idempotency", {"forget": True})
        stage.stripe.no_faults()
        for _ in range(4):
            self._work(stage, timedelta(minutes=6))
        return self._judge(stage, payers)

    def _want(self, one: Payer) -> None:
        with one.app.app_context(), transaction():
            account = db.session.get_one(BillingAccount, one.account_id, with_for_update=True)
            paid = db.session.scalars(select(Attempt).join(Invoice).where(Invoice.account_id == account.id)).one()
            because = f"overcharge:{account.id}"
            actions.refund(account, paid, AMOUNT, because=because, why=Why.SKIPPED, by=SCHEDULE, at=now())
            actions.give_credit(
                account, AMOUNT, currency="EUR", because=because, why=Why.SKIPPED, words="Box of 3 May", by=SCHEDULE, at=now()
            )

    def _work(self, stage: Standing, later: timedelta) -> None:
        stage.move(later)
        with stage.app.app_context():
            outbox.work_until_idle()

    def _judge(self, stage: Standing, payers: list[Payer]) -> Outcome:
        outcome = Outcome(changes=3 * len(payers), kills=0)
        with stage.app.app_context():
            keys = {row.key for model in (Refund, StoreCredit) for row in db.session.scalars(select(model))}
            waits = db.session.execute(select(Sync.kind, Sync.subject_id, Sync.error).where(Sync.wanted > Sync.done)).all()
        refunds = stage.stripe.v1.refunds.list({"limit": 100}).auto_paging_iter()
        made = Counter(str(one.metadata.to_dict().get("portal_key")) for one in refunds)
        for one in payers:
            given = stage.stripe.v1.customers.balance_transactions.list(one.ref, {"limit": 100}).data
            made.update(str(each.metadata.to_dict().get("portal_key")) for each in given)
            version = stage.stripe.v1.subscriptions.retrieve(one.box.ref).metadata.to_dict().get("portal_version")
            if version != "1":
                outcome.lost.append(f"{one.box.ref}: version {version} there")
        outcome.lost += [f"{key} was never done" for key in keys - made.keys()]
        outcome.lost += [f"{kind} {number} still waits: {error}" for kind, number, error in waits if kind != "billing_account"]
        outcome.twice += [f"{key} was done {number} times" for key, number in made.items() if number > 1 or key not in keys]
        return outcome
