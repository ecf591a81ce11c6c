"""All that waits for somebody, over every queue: VIPs first, then what is due first. Each question follows an index of what waits alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import aliased

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.tasks.kinds import Queue
from portal.tasks.models import StaffTask
from portal.tasks.models.task import FIRST

SHOWN = 30
"""At a time."""
ORDER = StaffTask.rank, StaffTask.due_at, StaffTask.id
Giver = aliased(Staff)


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
    giver: str | None
    """The colleague from whom its owner has it."""
    done_at: datetime | None

    @property
    def is_vip(self) -> bool:
        return self.rank == FIRST


@dataclass(frozen=True)
class Waiting:
    lines: list[Line]
    after: int | None
    """The task after which the next page begins, if there is one."""

    def free_for(self, staff_id: int) -> Line | None:
        """The first that no colleague has."""
        return next((line for line in self.lines if line.owner_id in (None, staff_id)), None)


def counted() -> dict[Queue, int]:
    """What waits in each queue, without those in which nothing does."""
    waits = select(StaffTask.queue, func.count()).where(StaffTask.done_at.is_(None)).group_by(StaffTask.queue)
    found: dict[Queue, int] = dict(db.session.execute(waits).all())
    return {queue: found[queue] for queue in Queue if queue in found}


def mine(staff_id: int) -> int:
    """How many wait for this colleague."""
    theirs = select(func.count()).select_from(StaffTask).where(StaffTask.done_at.is_(None), StaffTask.owner_id == staff_id)
    return db.session.scalar(theirs) or 0


def waiting(queue: Queue | None = None, *, owner_id: int | None = None, after: int | None = None) -> Waiting:
    """Of one queue, or of one colleague, or all; `after` is the task with which the page before ended, done or not. Once nothing waits
    behind that any more, it is the first page."""
    tasks = _lines().where(StaffTask.done_at.is_(None))
    if queue:
        tasks = tasks.where(StaffTask.queue == queue)
    if owner_id:
        tasks = tasks.where(StaffTask.owner_id == owner_id)
    tasks = tasks.order_by(*ORDER).limit(SHOWN + 1)
    last = db.session.execute(select(*ORDER).where(StaffTask.id == after)).one_or_none() if after else None
    lines = (_read(tasks.where(tuple_(*last) < tuple_(*ORDER))) if last else []) or _read(tasks)
    return Waiting(lines[:SHOWN], lines[SHOWN - 1].id if len(lines) > SHOWN else None)


def one(task_id: int) -> Line | None:
    """Done or not."""
    return next(iter(_read(_lines().where(StaffTask.id == task_id))), None)


def _lines() -> Select[Any]:
    """The columns are the fields of `Line`."""
    name = func.coalesce(func.nullif(Customer.name, ""), Customer.email, "")
    columns = (
        StaffTask.id, StaffTask.kind, StaffTask.queue, StaffTask.subject, StaffTask.facts, StaffTask.words, StaffTask.customer_id, name,
        StaffTask.rank, StaffTask.opened_at, StaffTask.due_at, StaffTask.owner_id, Staff.name, Giver.name, StaffTask.done_at,
    )  # fmt: skip
    tasks = select(*columns).join(Customer, Customer.id == StaffTask.customer_id, isouter=True)
    return tasks.join(Staff, Staff.id == StaffTask.owner_id, isouter=True).join(Giver, Giver.id == StaffTask.given_by, isouter=True)


def _read(tasks: Select[Any]) -> list[Line]:
    return [Line(*row) for row in db.session.execute(tasks)]
