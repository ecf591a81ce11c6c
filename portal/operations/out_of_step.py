"""What does not get through to the provider stands in the desk's queue, until it has: one task for each piece of work that is stuck."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, literal, select, update

from portal.kit.db import db
from portal.operations.owners import owners_of
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Sync, Task
from portal.tasks import Queue
from portal.tasks.actions import open_task
from portal.tasks.models import StaffTask

OUT_OF_STEP = "out of step"
DUE = timedelta(hours=1)
SOME = 200
"""So many are opened at a time; the rest a few seconds later."""


def keep_tasks(*, at: datetime) -> None:
    """As often as the worker watches."""
    _end_what_got_through(at=at)
    open_ones = select(StaffTask.subject).where(StaffTask.queue == Queue.SYNC, StaffTask.done_at.is_(None))
    stuck = select(Sync).where(Sync.wanted > Sync.done, Sync.attempts >= STUCK_AFTER, Sync.error.is_not(None))
    syncs = db.session.scalars(stuck.where(_subject(Sync).not_in(open_ones)).limit(SOME)).all()
    dead = select(Task).where(Task.done_at.is_(None), Task.dead_at.is_not(None), _subject(Task).not_in(open_ones))
    whose = owners_of([(sync.kind, sync.subject_id) for sync in syncs])
    for sync in syncs:
        _open(sync, whose.get((sync.kind, sync.subject_id)), at=at)
    for task in db.session.scalars(dead.limit(SOME)):
        _open(task, None, at=at)


def _end_what_got_through(*, at: datetime) -> None:
    """To be tried again is not enough."""
    syncs = select(_subject(Sync)).where(Sync.wanted > Sync.done, Sync.error.is_not(None))
    tasks = select(_subject(Task)).where(Task.done_at.is_(None), Task.error.is_not(None))
    fine = StaffTask.queue == Queue.SYNC, StaffTask.done_at.is_(None), StaffTask.subject.not_in(syncs), StaffTask.subject.not_in(tasks)
    db.session.execute(update(StaffTask).where(*fine).values(done_at=at), execution_options={"synchronize_session": False})


def _open(work: Sync | Task, customer_id: int | None, *, at: datetime) -> None:
    """The key counts how often it was: of two workers that notice at once, one opens it."""
    subject = f"{work.__tablename__}:{work.id}"
    before = db.session.scalar(select(func.count()).select_from(StaffTask).where(StaffTask.subject == subject))
    key, facts = f"{OUT_OF_STEP}:{subject}:{before}", {"work": work.id, "kind": work.kind}
    open_task(OUT_OF_STEP, work, key=key, customer_id=customer_id, due_at=at + DUE, at=at, facts=facts)


def _subject(table: type[Sync] | type[Task]) -> ColumnElement[str]:
    return literal(f"{table.__tablename__}:") + cast(table.id, String)
