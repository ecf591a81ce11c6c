"""A member of staff begins to see the pages of a customer, does more than look, and leaves them.

Whoever changes a view holds the history first, then the session and the view: shutting out has written before it comes to them.
"""

from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import exists, select

from portal import outbox
from portal.accounts import tokens
from portal.accounts.actions import door
from portal.accounts.actions.door import Opened
from portal.accounts.models import Customer, Ended, Impersonation, Mode, Role, Session, Staff, Why
from portal.kit.db import db
from portal.timeline import Actor, deed, hold_history, note

END = "end a view"


def may_view(staff: Staff, customer: Customer) -> bool:
    """Never who works here too, and so neither oneself: what a colleague bought is nobody's business."""
    works_here = db.session.scalar(select(exists().where(Staff.email == customer.email, Staff.disabled_at.is_(None))))
    return staff.may(Role.AGENT) and not works_here


def may_serve(staff: Staff, colleague: Staff) -> bool:
    """At the desk, who works here and bought something too: never oneself, and a colleague only who leads."""
    return staff.id != colleague.id and staff.may(Role.LEAD)


def begin(
    customer: Customer, *, reason: str, session_id: int, at: datetime, why: Why = Why.OTHER, task_id: int | None = None
) -> Opened | None:
    """The session of the member of staff goes on under another key. None where it may not be, or another one goes on in it."""
    session = _held(session_id)
    staff = db.session.get_one(Staff, session.staff_id)
    if session.revoked_at or session.impersonation_id is not None or not may_view(staff, customer):
        return None
    started = Impersonation(
        staff_id=staff.id, customer_id=customer.id, reason=reason, why=why, role=staff.role, started_at=at, task_id=task_id
    )
    db.session.add(started)
    db.session.flush()
    note(customer, "impersonation started", by=actor_of(started), at=at, facts={"why": why, **({"task": task_id} if task_id else {})})
    with _asking(started):
        outbox.want_task(END, {"view": started.id}, at=started.ends_at, key=f"{END}:{started.id}")
    session.impersonation_id = started.id
    return _renew(session)


def change_mode(impersonation: Impersonation, mode: Mode, *, at: datetime) -> None:
    """From looking to acting, or to preparing, and back."""
    with deed(impersonation, "impersonation mode", by=actor_of(impersonation), at=at):
        impersonation.mode = mode


def leave(session_id: int, *, by: Ended, at: datetime) -> Opened | None:
    """Back to the desk, under another key. None where it was left already."""
    session = _held(session_id)
    if session.impersonation_id is None:
        return None
    end(_held_view(session.impersonation_id), by=by, at=at)
    session.impersonation_id = None
    return _renew(session)


def end(impersonation: Impersonation, *, by: Ended, at: datetime) -> None:
    """What ended it first stays. The session learns it at its next request."""
    with _asking(impersonation), deed(impersonation, "impersonation ended", by=actor_of(impersonation), at=at):
        impersonation.end(by, at=at)


def sign_out(session_id: int, *, at: datetime) -> None:
    """Whoever signs out views nobody any more."""
    hold_history()
    view_id = db.session.scalar(select(Session.impersonation_id).where(Session.id == session_id).with_for_update())
    if view_id is not None:
        end(_held_view(view_id), by=Ended.SIGNED_OUT, at=at)
    door.sign_out(session_id, at=at)


def end_all_of(staff: Staff, *, by: Ended, at: datetime, but: int = 0) -> None:
    """But the one in that session."""
    kept = select(Session.impersonation_id).where(Session.id == but, Session.impersonation_id.is_not(None))
    for view in db.session.scalars(Impersonation.open_of(staff.id).where(Impersonation.id.not_in(kept)).with_for_update()).all():
        end(view, by=by, at=at)


def end_on_time(view_id: int, *, at: datetime) -> None:
    """Also where nobody comes back."""
    end(_held_view(view_id), by=Ended.TIME, at=at)


def actor_of(impersonation: Impersonation) -> Actor:
    """Both, and within which view."""
    return Actor(customer_id=impersonation.customer_id, staff_id=impersonation.staff_id, impersonation_id=impersonation.id)


def _asking(impersonation: Impersonation) -> AbstractContextManager[None]:
    """What comes of its beginning or its end has both names, whoever ends it."""
    return outbox.asking_for(outbox.Asker(impersonation.customer_id, impersonation.staff_id))


def _held(session_id: int) -> Session:
    hold_history()
    return db.session.get_one(Session, session_id, with_for_update=True, populate_existing=True)


def _held_view(view_id: int) -> Impersonation:
    hold_history()
    return db.session.get_one(Impersonation, view_id, with_for_update=True, populate_existing=True)


def _renew(session: Session) -> Opened:
    fresh = tokens.fresh_key()
    session.key_hash = tokens.digest(fresh)
    return Opened(fresh)
