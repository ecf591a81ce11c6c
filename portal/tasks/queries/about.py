"""What waits about one thing, or one customer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.tasks.models import StaffTask


@dataclass(frozen=True)
class WaitingTask:
    id: int
    kind: str
    subject: str
    words: str
    """What a colleague wrote who opened it."""
    opened_at: datetime
    due_at: datetime
    owner: str | None


def waiting_about(table: str, ids: Collection[int]) -> dict[int, WaitingTask]:
    """By the id of a row of this table: the most urgent task about it."""
    subjects = {f"{table}:{row_id}": row_id for row_id in ids}
    found: dict[int, WaitingTask] = {}
    for task in _shown(StaffTask.waiting().where(StaffTask.subject.in_(subjects))):
        found.setdefault(subjects[task.subject], task)
    return found


def waiting_for(customer_id: int) -> list[WaitingTask]:
    """About this customer, the most urgent first."""
    return _shown(StaffTask.waiting().where(StaffTask.customer_id == customer_id))


def _shown(tasks: Select[StaffTask]) -> list[WaitingTask]:
    columns = StaffTask.id, StaffTask.kind, StaffTask.subject, StaffTask.words, StaffTask.opened_at, StaffTask.due_at, Staff.name
    rows = tasks.join(Staff, Staff.id == StaffTask.owner_id, isouter=True).with_only_columns(*columns)
    return [WaitingTask(*row) for row in db.session.execute(rows)]
