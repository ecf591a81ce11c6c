"""All that waits for somebody, over every queue: VIPs first, then what is due first. Each question follows an index of what waits alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.tasks.kinds import Queue
from portal.tasks.models import StaffTask
from portal.tasks.models.task import FIRST

SHOWN = 30
"""At a time."""
MOST = 1000
"""So far is counted: a page says "999+" of more."""
ORDER = StaffTask.rank, StaffTask.due_at, StaffTask.id
Giver, Delayer = aliased(Staff), aliased(Staff)


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
    put_off_until: datetime | None
    put_off_by: str | None
    done_at: datetime | None

    def is_put_off(self, at: datetime) -> bool:
        return self.done_at is None and self.put_off_until is not None and self.put_off_until > at

    @property
    def is_vip(self) -> bool:
        return self.rank == FIRST


@dataclass(frozen=True)
class Waiting:
    lines: list[Line]
    after: int | None
    """The task after which the next page begins, if there is one."""

    def free_for(self, staff_id: int, *, but: int) -> Line | None:
        """The first that no colleague has, other than this one."""
        return next((line for line in self.lines if line.owner_id in (None, staff_id) and line.id != but), None)


@dataclass(frozen=True)
class Counted:
    """Each up to `MOST`."""

    queues: dict[Queue, int]
    """Without those in which nothing is open."""
    put_off: int
    late: int
    """Of what was put off: it was promised for before now."""

    @property
    def all(self) -> int:
        return sum(self.queues.values())


def counted(*, at: datetime) -> Counted:
    queues = (_up_to_most(StaffTask.queue == queue, StaffTask.is_open(at)) for queue in Queue)
    put_off, late = _up_to_most(StaffTask.is_put_off(at)), _up_to_most(StaffTask.is_put_off(at), StaffTask.due_at < at)
    *numbers, off, of_those = db.session.execute(select(*queues, put_off, late)).one()
    return Counted({queue: number for queue, number in zip(Queue, numbers, strict=True) if number}, off, of_those)


def mine(staff_id: int, *, at: datetime) -> int:
    """How many are open for this colleague, up to `MOST`."""
    return db.session.scalar(select(_up_to_most(StaffTask.owner_id == staff_id, StaffTask.is_open(at)))) or 0


def _up_to_most(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    """To count all of very many takes longer than all else on the page."""
    return select(func.count()).select_from(select(StaffTask.id).where(*which).limit(MOST).subquery()).scalar_subquery()


def waiting(
    queue: Queue | None = None, *, at: datetime, owner_id: int | None = None, put_off: bool = False, after: int | None = None
) -> Waiting:
    """Of one queue, or of one colleague, or all, what is open; or else what was put off. `after` is the task with which the page before
    ended, done or not; once nothing waits behind that any more, it is the first page."""
    tasks = _lines().where(StaffTask.is_put_off(at) if put_off else StaffTask.is_open(at))
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
        StaffTask.rank, StaffTask.opened_at, StaffTask.due_at, StaffTask.owner_id, Staff.name, Giver.name,
        StaffTask.put_off_until, Delayer.name, StaffTask.done_at,
    )  # fmt: skip
    tasks = select(*columns).join(Customer, Customer.id == StaffTask.customer_id, isouter=True)
    for who, number in (Staff, StaffTask.owner_id), (Giver, StaffTask.given_by), (Delayer, StaffTask.put_off_by):
        tasks = tasks.join(who, who.id == number, isouter=True)
    return tasks


def _read(tasks: Select[Any]) -> list[Line]:
    return [Line(*row) for row in db.session.execute(tasks)]
