"""What a colleague had who works here no more, or may do less than before, waits for anybody again."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select

from portal.accounts import on_fewer_rights
from portal.accounts.models import Staff
from portal.kit.db import db
from portal.tasks.models import StaffTask
from portal.timeline import SCHEDULE, Actor, deed

SOME = 200
"""So many are put back at a time; the rest a few seconds later."""


@on_fewer_rights
def put_back_all_of(staff: Staff, by: Actor, at: datetime) -> None:
    """At that moment."""
    _put_back(StaffTask.waiting().where(StaffTask.owner_id == staff.id), by=by, at=at)


def put_back_what_was_left(*, at: datetime) -> None:
    """As often as the worker watches: what somebody did something with at the moment in which its owner was shut out."""
    gone = select(Staff.id).where(Staff.disabled_at.is_not(None))
    _put_back(StaffTask.waiting().where(StaffTask.owner_id.in_(gone)).limit(SOME), by=SCHEDULE, at=at)


def _put_back(tasks: Select[StaffTask], *, by: Actor, at: datetime) -> None:
    """One that is held by somebody is left out: who holds it may be waiting for the colleague's row, which is held here."""
    for task in db.session.scalars(tasks.with_for_update(of=StaffTask, skip_locked=True)).all():
        is_gone = task.owner is not None and task.owner.is_shut_out
        facts = {"kind": task.kind, "why": "shut out" if is_gone else "fewer rights"}
        with deed(task, "put task back", by=replace(by, customer_id=task.customer_id), at=at, facts=facts):
            task.put_back()
