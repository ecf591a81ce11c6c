"""A member of staff begins to see the pages of a customer, does more than look, and leaves them."""

from datetime import datetime

from sqlalchemy import exists, select

from portal.accounts import tokens
from portal.accounts.actions.door import Opened
from portal.accounts.models import Customer, Ended, Impersonation, Mode, Role, Session, Staff
from portal.kit.db import db
from portal.timeline import Actor, deed, note


def may_view(staff: Staff, customer: Customer) -> bool:
    """Never who works here too, and so neither oneself: what a colleague bought is nobody's business."""
    works_here = db.session.scalar(select(exists().where(Staff.email == customer.email, Staff.disabled_at.is_(None))))
    return staff.may(Role.AGENT) and not works_here


def begin(customer: Customer, *, reason: str, session_id: int, at: datetime) -> Opened | None:
    """The session of the member of staff goes on under another key. None where it may not be, or another one goes on in it."""
    session = db.session.get_one(Session, session_id, with_for_update=True, populate_existing=True)
    staff = db.session.get_one(Staff, session.staff_id)
    if session.revoked_at or session.impersonation_id is not None or not may_view(staff, customer):
        return None
    started = Impersonation(staff_id=staff.id, customer_id=customer.id, reason=reason, role=staff.role, started_at=at)
    db.session.add(started)
    db.session.flush()
    note(customer, "impersonation started", by=actor_of(started), at=at, facts={})
    session.impersonation_id = started.id
    return _renew(session)


def change_mode(impersonation: Impersonation, mode: Mode, *, at: datetime) -> None:
    """From looking to acting, or to preparing, and back."""
    with deed(impersonation, "impersonation mode", by=actor_of(impersonation), at=at):
        impersonation.mode = mode


def leave(session_id: int, *, by: Ended, at: datetime) -> Opened:
    """Back to the desk, under another key."""
    session = db.session.get_one(Session, session_id, with_for_update=True, populate_existing=True)
    if session.impersonation_id is not None:
        end(db.session.get_one(Impersonation, session.impersonation_id, with_for_update=True, populate_existing=True), by=by, at=at)
        session.impersonation_id = None
    return _renew(session)


def end(impersonation: Impersonation, *, by: Ended, at: datetime) -> None:
    with deed(impersonation, "impersonation ended", by=actor_of(impersonation), at=at):
        impersonation.end(by, at=at)


def actor_of(impersonation: Impersonation) -> Actor:
    """Both, and within which view."""
    return Actor(customer_id=impersonation.customer_id, staff_id=impersonation.staff_id, impersonation_id=impersonation.id)


def _renew(session: Session) -> Opened:
    fresh = tokens.fresh_key()
    session.key_hash = tokens.digest(fresh)
    return Opened(fresh)
