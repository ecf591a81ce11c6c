"""How a task for the shop's people begins and ends. Called from an open transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.kit.db import Model, db, insert
from portal.tasks.models import StaffTask
from portal.timeline import key as subject_key


def open_task(
    kind: str, subject: Model, *, key: str, customer_id: int | None, due_at: datetime, at: datetime, facts: dict[str, Any] | None = None
) -> bool:
    """Whether it is new: a task with the same `key` is the same task, also when it is done."""
    row = {
        "key": key, "kind": kind, "subject": subject_key(subject), "customer_id": customer_id, "facts": facts or {},
        "opened_at": at, "due_at": due_at, "owner_id": None, "done_at": None,
    }  # fmt: skip
    new = insert(StaffTask).values(row).on_conflict_do_nothing(index_elements=["key"])
    return db.session.scalar(new.returning(StaffTask.id)) is not None


def take_tasks(subject: Model, owner_id: int) -> int:
    """All that waits about it is theirs from now on, whoever had it before. How many they are."""
    waiting = update(StaffTask).where(StaffTask.subject == subject_key(subject), StaffTask.done_at.is_(None))
    taken = waiting.values(owner_id=owner_id).returning(StaffTask.id)
    return len(db.session.scalars(taken, execution_options={"synchronize_session": False}).all())


def finish_tasks(kind: str, subject: Model, *, at: datetime) -> None:
    """Their reason is gone."""
    waiting = update(StaffTask).where(StaffTask.kind == kind, StaffTask.subject == subject_key(subject), StaffTask.done_at.is_(None))
    db.session.execute(waiting.values(done_at=at), execution_options={"synchronize_session": False})
