"""Who goes first at the desk, and who does no more."""

from datetime import datetime

from sqlalchemy import update

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.tasks.models import StaffTask, Vip
from portal.tasks.models.task import FIRST, THEN
from portal.tasks.refusals import SayWhy
from portal.timeline import Actor, note

SHORTEST = 3
"""Letters of a reason."""


def mark_vip(customer: Customer, reason: str, *, by: Staff, at: datetime) -> Vip | None:
    """What waits for them goes first from now on. The customer's row is held. None where they are one already. Raises SayWhy."""
    if len(reason) < SHORTEST:
        raise SayWhy
    if db.session.scalars(Vip.now(customer.id)).one_or_none():
        return None
    vip = Vip(customer_id=customer.id, reason=reason, marked_at=at, marked_by=by.id)
    db.session.add(vip)
    db.session.flush()
    note(vip, "mark as VIP", by=Actor(customer_id=customer.id, staff_id=by.id), at=at, facts={})
    _rank(customer, FIRST)
    return vip


def end_vip(customer: Customer, *, by: Staff, at: datetime) -> None:
    """The customer's row is held. Nothing where they are none."""
    vip = db.session.scalars(Vip.now(customer.id)).one_or_none()
    if vip is None:
        return
    vip.ended_at, vip.ended_by = at, by.id
    note(vip, "no VIP any more", by=Actor(customer_id=customer.id, staff_id=by.id), at=at, facts={})
    _rank(customer, THEN)


def _rank(customer: Customer, rank: int) -> None:
    waiting = update(StaffTask).where(StaffTask.customer_id == customer.id, StaffTask.done_at.is_(None))
    db.session.execute(waiting.values(rank=rank), execution_options={"synchronize_session": False})
