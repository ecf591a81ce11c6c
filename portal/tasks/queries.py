"""What waits for the shop's people, as it is shown to them."""

from dataclasses import dataclass
from datetime import datetime

from portal.kit.db import db
from portal.tasks.models import StaffTask


@dataclass(frozen=True)
class WaitingTask:
    kind: str
    subject: str
    opened_at: datetime
    due_at: datetime
    owner: str | None


def waiting_for(customer_id: int) -> list[WaitingTask]:
    """About this customer, the most urgent first."""
    tasks = db.session.scalars(StaffTask.waiting().where(StaffTask.customer_id == customer_id))
    return [WaitingTask(task.kind, task.subject, task.opened_at, task.due_at, task.owner.name if task.owner else None) for task in tasks]
