"""A task that one of the shop's people gives themselves about a customer: to call back on Thursday at ten."""

from datetime import datetime

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.tasks.actions.tasks import must_work, open_task
from portal.tasks.models import StaffTask
from portal.tasks.models.task import LONGEST
from portal.tasks.refusals import NothingWritten, NotThen
from portal.timeline import Actor, hold_history, note

REMINDER = "reminder"


def remind(customer: Customer, words: str, due_at: datetime, *, draft: str, author: Staff, at: datetime) -> StaffTask | None:
    """It is theirs. None where this form was sent before. Raises NothingWritten, NotThen, NotAtWork."""
    if not words:
        raise NothingWritten
    if not at < due_at <= at + LONGEST:
        raise NotThen
    hold_history()
    must_work(author.id)
    task_id = open_task(
        REMINDER, customer, key=f"{REMINDER}:{draft}", customer_id=customer.id, due_at=due_at, at=at, words=words, owner_id=author.id
    )
    if task_id is None:
        return None
    task = db.session.get_one(StaffTask, task_id)
    by = Actor(customer_id=customer.id, staff_id=author.id)
    note(task, "open task", by=by, at=at, facts={"kind": REMINDER, "due_at": due_at.isoformat()})
    return task
