"""Differences that nobody tells of are found and repaired, all of them and no others."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bench.outcome import Outcome, Standing
from bench.seeded import Ground, make
from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations import actions
from portal.payments.models import Difference
from portal.timeline import Actor
from tests.subscriptions.builders import subscribe

UNTOUCHED = 10
"""Boxes beside them in which nothing is changed: what is found there is false."""


class BehindOurBack:
    """`lost` is what was not found, `twice` what was found and is false, `out_of_order` what was not repaired."""

    name = "differences that nobody tells of"
    begin = datetime(2026, 11, 23, 9, tzinfo=UTC)
    lease_seconds = 60

    def __init__(self, count: int = 50) -> None:
        self.count = count

    def run(self, stage: Standing, workers: int) -> Outcome:
        stage.stripe.send_webhooks_to("")
        boxes = [subscribe(stage.app, stage.stripe, email=f"customer{number}@example.com") for number in range(self.count + UNTOUCHED)]
        self._work(stage)
        expected = set(make(Ground(stage.app, stage.stripe), boxes, self.count))
        with stage.app.app_context(), transaction():
            actions.reconcile(by=Actor(system="command line"), at=now())
        self._work(stage)
        with stage.app.app_context():
            found = {(one.ref, one.what): one.repaired_at is not None for one in db.session.scalars(select(Difference))}
        return Outcome(
            changes=self.count,
            kills=0,
            lost=[f"not found: {what} of {ref}" for ref, what in expected - found.keys()],
            twice=[f"false: {what} of {ref}" for ref, what in found.keys() - expected],
            out_of_order=[f"not repaired: {what} of {ref}" for (ref, what), is_repaired in found.items() if not is_repaired],
            note=f"{len(found)} found, {sum(found.values())} repaired, of {self.count}",
        )

    def _work(self, stage: Standing) -> None:
        """Until nothing is left: a run leads to looks, and these to what they lead to."""
        for _ in range(4):
            stage.move(timedelta(seconds=3))
            with stage.app.app_context():
                outbox.work_until_idle()
