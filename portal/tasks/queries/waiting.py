"""All that waits for somebody, over every queue: VIPs first, then what is due first. Each question follows an index of what waits alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.tasks.kinds import Queue
from portal.tasks.models import StaffTask
from portal.tasks.models.task import FIRST

SHOWN = 30
"""At a time."""
PLACE = tuple_(StaffTask.rank, StaffTask.due_at, StaffTask.id)


@dataclass(frozen=True)
class Line:
    """One task."""

    id: int
    kind: str
    queue: Queue
    subject: str
    facts: dict[str, Any]
    words: str
    customer_id: int | None
    name: str
    """Of the customer; the address of who gave none; empty where it is nobody's."""
    rank: int
    opened_at: datetime
    due_at: datetime
    owner_id: int | None
    owner: str | None
    done_at: datetime | None

    @property
    def is_vip(self) -> bool:
        return self.rank == FIRST


@dataclass(frozen=True)
class Waiting:
    lines: list[Line]
    after: int | None
    """The task after which the next page begins, if there is one."""


@dataclass(frozen=True)
class Counted:
    queues: dict[Queue, int]
    """Without those in which nothing waits."""
    mine: int

    @property
    def all(self) -> int:
        return sum(self.queues.values())


def counted(staff_id: int) -> Counted:
    waits = select(StaffTask.queue, func.count()).where(StaffTask.done_at.is_(None)).group_by(StaffTask.queue)
    mine = select(func.count()).select_from(StaffTask).where(StaffTask.done_at.is_(None), StaffTask.owner_id == staff_id)
    found: dict[Queue, int] = dict(db.session.execute(waits).all())
    return Counted({queue: found[queue] for queue in Queue if queue in found}, db.session.scalar(mine) or 0)


def waiting(queue: Queue | None = None, *, owner_id: int | None = None, after: int | None = None) -> Waiting:
    """Of one queue, or of one colleague, or all; `after` is the task with which the page before ended, done or not."""
    tasks = _lines().where(StaffTask.done_at.is_(None))
    if queue:
        tasks = tasks.where(StaffTask.queue == queue)
    if owner_id:
        tasks = tasks.where(StaffTask.owner_id == owner_id)
    if after:
        last = db.session.execute(select(StaffTask.rank, StaffTask.due_at, StaffTask.id).where(StaffTask.id == after)).one_or_none()
        tasks = tasks.where(tuple_(*last) < PLACE) if last else tasks
    lines = _read(tasks.order_by(StaffTask.rank, StaffTask.due_at, StaffTask.id).limit(SHOWN + 1))
    return Waiting(lines[:SHOWN], lines[SHOWN - 1].id if len(lines) > SHOWN else None)


def one(task_id: int) -> Line | None:
    """Done or not."""
    return next(iter(_read(_lines().where(StaffTask.id == task_id))), None)


def _lines() -> Select[Any]:
    columns = (
        StaffTask.id, StaffTask.kind, StaffTask.queue, StaffTask.subject, StaffTask.facts, StaffTask.words, StaffTask.customer_id,
        Customer.name, Customer.email, StaffTask.rank, StaffTask.opened_at, StaffTask.due_at, StaffTask.owner_id,
        Staff.name.label("owner"), StaffTask.done_at,
    )  # fmt: skip
    whose = select(*columns).join(Customer, Customer.id == StaffTask.customer_id, isouter=True)
    return whose.join(Staff, Staff.id == StaffTask.owner_id, isouter=True)


def _read(tasks: Select[Any]) -> list[Line]:
    return [
        Line(
            row.id, row.kind, row.queue, row.subject, row.facts, row.words, row.customer_id, row.name or row.email or "", row.rank,
            row.opened_at, row.due_at, row.owner_id, row.owner, row.done_at,
        )
        for row in db.session.execute(tasks)
    ]  # fmt: skip
