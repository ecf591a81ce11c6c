"""What waits about one thing, or one customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, case

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.tasks.models import StaffTask

Whose = TypeVar("Whose")


@dataclass(frozen=True)
class WaitingTask:
    id: int
    kind: str
    subject: str
    words: str
    """What a colleague wrote who opened it."""
    opened_at: datetime
    due_at: datetime
    owner_id: int | None
    owner: str | None
    put_off_until: datetime | None
    """None where it is open now."""


def waiting_about(subjects: Mapping[str, Whose], *, at: datetime) -> dict[Whose, WaitingTask]:
    """By what each of these subjects belongs to: the most urgent task about any of them."""
    found: dict[Whose, WaitingTask] = {}
    for task in _shown(StaffTask.waiting().where(StaffTask.subject.in_(subjects)), at=at):
        found.setdefault(subjects[task.subject], task)
    return found


def waiting_for(customer_id: int, *, at: datetime) -> list[WaitingTask]:
    """About this customer, the most urgent first."""
    return _shown(StaffTask.waiting().where(StaffTask.customer_id == customer_id), at=at)


def _shown(tasks: Select[StaffTask], *, at: datetime) -> list[WaitingTask]:
    """What is open comes before what was put off."""
    until = case((StaffTask.is_put_off(at), StaffTask.put_off_until))
    what = StaffTask.id, StaffTask.kind, StaffTask.subject, StaffTask.words, StaffTask.opened_at, StaffTask.due_at
    columns = *what, Staff.id, Staff.name, until
    rows = tasks.join(Staff, Staff.id == StaffTask.owner_id, isouter=True).with_only_columns(*columns)
    found = [WaitingTask(*row) for row in db.session.execute(rows)]
    return sorted(found, key=lambda task: task.put_off_until is not None)
