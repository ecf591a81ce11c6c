"""One worker per subject, and only the answer of that worker counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger
from random import uniform
from typing import Any

from flask import current_app
from sqlalchemy import Select, case, func, literal, or_, select, update

from portal.kit.db import Instant, db, is_sqlite, transaction, wall_time
from portal.outbox.asker import NOBODY, Asker
from portal.outbox.models import Sync, Task

log = getLogger(__name__)
STUCK_AFTER = 8
"""Tries after which a sync stands on the staff desk; it goes on being tried."""
DEAD_AFTER = 20
"""Tries after which a task is given up: about seven hours, so that mails outlive a night without a mail server."""
TRIES: dict[str, int] = {}
"""The same for kinds of tasks that have a number of their own."""
ASIDE: set[str] = set()
"""Kinds of syncs that are done by threads of their own."""


class LeaseLost(Exception):
    """We took so long that the work went to another worker."""


@dataclass(frozen=True)
class Lease:
    table: type[Sync] | type[Task]
    work_id: int
    kind: str
    subject_id: int
    """The subject of a sync; 0 for a task."""
    payload: dict[str, Any]
    seen: int
    owner: str
    attempts: int
    is_check: bool = False
    """Whether only the reconciliation asked for this sync."""
    asker: Asker = NOBODY

    @contextmanager
    def finish(self, *, at: datetime) -> Iterator[None]:
        """The transaction that ends the work: to learn and to be done are one, and nothing is learned once the lease is lost.

        What was asked for since the claim (`wanted` above `seen`) stays due. The subject's row is locked before ours, as in a
        change, so the two can't wait for each other. Raises LeaseLost.
        """
        with transaction():
            yield
            self._give_back(**self._done(at), attempts=0, error=None)

    def is_still_a_check(self) -> bool:
        """Whether nobody has asked meanwhile, who may have told of what we found."""
        alone = select(Sync.id).where(Sync.id == self.work_id, Sync.wanted == self.seen, Sync.is_check)
        return self.is_check and db.session.scalar(alone) is not None

    def again(self, *, at: datetime) -> None:
        """Inside `finish`: have somebody look at the subject once more from `at` on, unless it was asked for meanwhile."""
        nobody_asked = update(Sync).where(Sync.id == self.work_id, Sync.wanted == self.seen)
        db.session.execute(nobody_asked.values(wanted=Sync.wanted + 1, due_at=at))

    def fail(self, error: str, *, at: datetime, after: timedelta | None = None) -> None:
        """Try again later: after 2 seconds, 4, 8 … up to an hour, or `after` what the provider said; and never all at once."""
        # A sync's customer may be waiting, and an outage may end at any moment: five minutes are the most.
        longest = 300 if self.table is Sync else 3600
        wait = after * uniform(1, 1.25) if after else timedelta(seconds=min(2 ** min(self.attempts, 12), longest) * uniform(0.5, 1))
        gone = {"dead_at": at} if self.table is Task and self.attempts >= TRIES.get(self.kind, DEAD_AFTER) else {}
        if gone:
            log.critical("Given up after %s tries: task %s, %s: %s", self.attempts, self.work_id, self.kind, error)
        with transaction():
            self._give_back(due_at=at + wait, error=error[:2000], **gone)

    def repair(self, *, at: datetime) -> None:
        """We were late, and may have overwritten what the next worker did there: have somebody look again."""
        if self.table is Sync:
            with transaction():
                again = update(Sync).where(Sync.id == self.work_id)
                asked_at = case((Sync.wanted > Sync.done, func.coalesce(Sync.asked_at, at)), else_=at)
                db.session.execute(again.values(wanted=Sync.wanted + 1, due_at=at, asked_at=asked_at))

    def _done(self, at: datetime) -> dict[str, Any]:
        if self.table is Task:
            return {"done_at": at}
        # Who asked since the claim has not waited longer than this try took; what has to be repeated later is waited for from then on.
        latest, moment = func.max if is_sqlite() else func.greatest, literal(at, Instant())
        since = case((Sync.wanted > self.seen, latest(Sync.due_at, moment)), else_=None)
        return {"done": self.seen, "asked_at": since, "finished_at": at, "is_check": False}

    def _give_back(self, **values: Any) -> None:
        ours = update(self.table).where(self.table.id == self.work_id, self.table.owner == self.owner, self.table.attempts == self.attempts)
        if not db.session.scalar(ours.values(owner=None, leased_until=None, **values).returning(self.table.id)):
            raise LeaseLost(self)


def claim(owner: str, *, at: datetime) -> Lease | None:
    """Take what has been due for longest and nobody is at; customers' clicks first, then tasks, then bulk work. Nothing of `ASIDE`."""
    with transaction():
        leased_from = wall_time()
        syncs = _due_syncs(at, leased_from).where(Sync.kind.not_in(ASIDE))
        for query in (syncs.where(Sync.bulk.is_(False)), _due_tasks(at, leased_from), syncs.where(Sync.bulk)):
            if work := _first(query, at):
                return _lease(work, owner, leased_from)
    return None


def claim_aside(owner: str, *, at: datetime) -> Lease | None:
    """The same for what is done aside."""
    with transaction():
        leased_from = wall_time()
        work = _first(_due_syncs(at, leased_from).where(Sync.kind.in_(ASIDE)), at)
        return _lease(work, owner, leased_from) if work else None


def _first(query: Select[Sync] | Select[Task], at: datetime) -> Sync | Task | None:
    while True:
        work: Sync | Task | None = db.session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if work is None or isinstance(work, Sync) or work.attempts < TRIES.get(work.kind, DEAD_AFTER):
            return work
        work.dead_at, work.owner, work.leased_until = at, None, None
        work.error = work.error or "It took its worker along each time: nobody was left to say why."


def _due_syncs(at: datetime, leased_from: datetime) -> Select[Sync]:
    free = or_(Sync.leased_until.is_(None), Sync.leased_until <= leased_from)
    return select(Sync).where(Sync.wanted > Sync.done, Sync.due_at <= at, free).order_by(Sync.due_at, Sync.id)


def _due_tasks(at: datetime, leased_from: datetime) -> Select[Task]:
    free = or_(Task.leased_until.is_(None), Task.leased_until <= leased_from)
    return select(Task).where(Task.done_at.is_(None), Task.dead_at.is_(None), Task.due_at <= at, free).order_by(Task.due_at, Task.id)


def _lease(work: Sync | Task, owner: str, leased_from: datetime) -> Lease:
    work.owner, work.attempts = owner, work.attempts + 1
    work.leased_until = leased_from + timedelta(seconds=current_app.config["LEASE_SECONDS"])
    who = Asker(work.customer_id, work.staff_id, work.prepared_by)
    if isinstance(work, Sync):
        return Lease(Sync, work.id, work.kind, work.subject_id, {}, work.wanted, owner, work.attempts, work.is_check, who)
    return Lease(Task, work.id, work.kind, 0, work.payload, 1, owner, work.attempts, asker=who)
