"""What fails, why and since when: work of ours, webhooks that do not arrive, and parcels of which no carrier tells us."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Staff
from portal.carriers.models import Tracker
from portal.kit.db import db
from portal.operations.owners import OWNERS, owners_of, under_way
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Sync, Task
from portal.webhooks import queries as webhooks
from portal.webhooks.models import Endpoint

Preparer = aliased(Staff)
SHOWN = 100
"""So many are shown at the most; all of them are counted."""


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Something that failed when it was last tried. It is tried again, unless it was given up."""

    of: str
    """The table of its row, by which it is tried again."""
    work_id: int
    kind: str
    subject_id: int | None = None
    """Of a sync."""
    about: str = ""
    """Which one it is, where its number says nothing: the host of an endpoint, the carrier and number of a parcel."""
    messages: int = 0
    """So many have not arrived at an endpoint."""
    customer_id: int | None = None
    attempts: int
    reason: str
    since: datetime
    next_at: datetime | None
    """None: it was given up."""
    asked_by: str | None = None
    """The name of who of the staff asked for it, if one did."""
    prepared_by: str | None = None
    """Of who of the staff had prepared it, if the customer approved it."""
    is_off: bool = False
    """Whether it is an endpoint to which nothing is sent until somebody switches it on."""

    @property
    def name(self) -> str:
        """As `failing_work` and `portal sync retry` take it."""
        return f"{self.of}:{self.work_id}"

    @property
    def is_stuck(self) -> bool:
        """Whether it has failed so often that somebody should look."""
        return self.next_at is None or self.attempts >= STUCK_AFTER


def failing(*, at: datetime) -> tuple[int, list[Failing]]:
    """How much fails, and the first of it: given up first, then what has the most tries."""
    undelivered, parcels = _undelivered(), _not_followed(at=at)
    found = [*_tasks(), *_syncs(), *undelivered, *parcels]
    found.sort(key=lambda one: (one.next_at is not None, -one.attempts, one.since))
    return work_that_fails() + len(undelivered) + _refused_parcels(at=at), found[:SHOWN]


def failing_of(customer_id: int) -> list[Failing]:
    """What fails of all that belongs to this customer."""
    theirs: list[ColumnElement[bool]] = []
    for kind, query in OWNERS.items():
        subject, owner = query.selected_columns
        theirs.append(and_(Sync.kind == kind, Sync.subject_id.in_(query.where(owner == customer_id).with_only_columns(subject))))
    return _syncs(or_(*theirs))


def failing_work(subject: str) -> Failing | None:
    """Of the sync or the task that this names, such as `sync:12`, if it fails."""
    table, _, row_id = subject.partition(":")
    found = _syncs(Sync.id == int(row_id)) if table == Sync.__tablename__ else _tasks(Task.id == int(row_id))
    return next(iter(found), None)


def work_that_fails() -> int:
    """How many syncs and tasks."""
    syncs = select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.error.is_not(None))
    tasks = select(func.count()).select_from(Task).where(Task.done_at.is_(None), Task.error.is_not(None))
    return (db.session.scalar(syncs) or 0) + (db.session.scalar(tasks) or 0)


def _tasks(*which: ColumnElement[bool]) -> list[Failing]:
    failed = select(Task, Staff.name, Preparer.name).outerjoin(Staff, Staff.id == Task.staff_id)
    failed = failed.outerjoin(Preparer, Preparer.id == Task.prepared_by).where(Task.done_at.is_(None), Task.error.is_not(None), *which)
    rows = db.session.execute(failed.order_by(Task.dead_at.is_(None), Task.attempts.desc(), Task.id).limit(SHOWN))
    return [
        Failing(
            of=Task.__tablename__,
            work_id=task.id,
            kind=task.kind,
            customer_id=task.customer_id,
            attempts=task.attempts,
            reason=task.error or "",
            since=task.asked_at,
            next_at=None if task.dead_at else task.due_at,
            asked_by=name,
            prepared_by=prepared_by,
        )
        for task, name, prepared_by in rows
    ]


def _syncs(*which: ColumnElement[bool]) -> list[Failing]:
    failed = select(Sync, Staff.name, Preparer.name).outerjoin(Staff, Staff.id == Sync.staff_id)
    failed = failed.outerjoin(Preparer, Preparer.id == Sync.prepared_by).where(Sync.wanted > Sync.done, Sync.error.is_not(None), *which)
    rows = db.session.execute(failed.order_by(Sync.attempts.desc(), Sync.id).limit(SHOWN)).all()
    owners = owners_of([(sync.kind, sync.subject_id) for sync, *_names in rows])
    return [
        Failing(
            of=Sync.__tablename__,
            work_id=sync.id,
            kind=sync.kind,
            subject_id=sync.subject_id,
            customer_id=owners.get((sync.kind, sync.subject_id)),
            attempts=sync.attempts,
            reason=sync.error or "",
            since=sync.asked_at or sync.due_at,
            next_at=sync.due_at,
            asked_by=name,
            prepared_by=prepared_by,
        )
        for sync, name, prepared_by in rows
    ]


def _undelivered() -> list[Failing]:
    return [
        Failing(
            of=Endpoint.__tablename__,
            work_id=one.endpoint_id,
            kind=Endpoint.__tablename__,
            about=one.host,
            messages=one.messages,
            attempts=one.tries,
            reason=one.reason,
            since=one.since,
            next_at=one.next_at,
            is_off=one.is_off,
        )
        for one in webhooks.undelivered()
    ]


def _not_followed(*, at: datetime) -> list[Failing]:
    rows = db.session.scalars(Tracker.refused(at=at).where(under_way()).order_by(Tracker.over_at, Tracker.id).limit(SHOWN)).all()
    owners = owners_of([(Tracker.__tablename__, row.id) for row in rows])
    return [
        Failing(
            of=Tracker.__tablename__,
            work_id=row.id,
            kind=Tracker.__tablename__,
            about=f"{row.carrier} {row.number}".strip(),
            customer_id=owners.get((Tracker.__tablename__, row.id)),
            attempts=1,
            reason=row.refusal,
            since=row.over_at or row.asked_at,
            next_at=None,
        )
        for row in rows
    ]


def _refused_parcels(*, at: datetime) -> int:
    refused = Tracker.refused(at=at).where(under_way())
    return db.session.scalar(select(func.count()).select_from(refused.subquery())) or 0
