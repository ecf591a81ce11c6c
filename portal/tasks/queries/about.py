"""What waits for the shop's people, as it is shown to them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.tasks.models import StaffTask


@dataclass(frozen=True)
class WaitingTask:
    kind: str
    subject: str
    opened_at: datetime
    due_at: datetime
    owner: str | None


def waiting_about(table: str, ids: Collection[int]) -> dict[int, WaitingTask]:
    """By the id of a row of this table: the most urgent task about it."""
    subjects = {f"{table}:{row_id}": row_id for row_id in ids}
    columns = StaffTask.kind, StaffTask.subject, StaffTask.opened_at, StaffTask.due_at, Staff.name
    tasks = StaffTask.waiting().where(StaffTask.subject.in_(subjects)).join(Staff, Staff.id == StaffTask.owner_id, isouter=True)
    found: dict[int, WaitingTask] = {}
    for row in db.session.execute(tasks.with_only_columns(*columns)):
        found.setdefault(subjects[row.subject], WaitingTask(*row))
    return found


def waiting_for(customer_id: int) -> list[WaitingTask]:
    """About this customer, the most urgent first."""
    tasks = db.session.scalars(StaffTask.waiting().where(StaffTask.customer_id == customer_id))
    return [WaitingTask(task.kind, task.subject, task.opened_at, task.due_at, task.owner.name if task.owner else None) for task in tasks]
