"""Whoever changes tasks holds the history first, then the tasks: a deed that ends one has written before, so nobody waits in a circle."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from portal.kit.db import db
from portal.tasks.models import StaffTask
from portal.timeline import hold_history


def hold_task(task_id: int) -> StaffTask | None:
    """As it stands once everybody before us is done."""
    return next(iter(hold_tasks(select(StaffTask).where(StaffTask.id == task_id))), None)


def hold_tasks(which: Select[StaffTask]) -> Sequence[StaffTask]:
    hold_history()
    return db.session.scalars(which.with_for_update(of=StaffTask).execution_options(populate_existing=True)).all()
