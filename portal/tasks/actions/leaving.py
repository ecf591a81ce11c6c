"""What a colleague had who works here no more, or may do less than before, waits for anybody again."""

from dataclasses import replace
from datetime import datetime

from portal.accounts import on_fewer_rights
from portal.accounts.models import Staff
from portal.tasks.locks import hold_tasks
from portal.tasks.models import StaffTask
from portal.timeline import Actor, deed


@on_fewer_rights
def put_back_all_of(staff: Staff, by: Actor, at: datetime) -> None:
    """At that moment."""
    for task in hold_tasks(StaffTask.waiting().where(StaffTask.owner_id == staff.id)):
        facts = {"kind": task.kind, "why": "shut out" if staff.is_shut_out else "fewer rights"}
        with deed(task, "put task back", by=replace(by, customer_id=task.customer_id), at=at, facts=facts):
            task.put_back()
