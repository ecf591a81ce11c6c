"""Who works here, and with which rights."""

from datetime import datetime

from sqlalchemy import delete

from portal.accounts import news
from portal.accounts.actions import impersonating
from portal.accounts.actions.second_step import sign_out_everywhere, tell, wrong_steps
from portal.accounts.models import AuthenticatorApp, Ended, Passkey, RecoveryCode, Role, Staff
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.timeline import Actor, deed, note


def add_staff(email: str, *, name: str, role: Role, by: Actor, at: datetime) -> Staff | None:
    """They get a mail that says where to sign in. None where somebody has this address already."""
    if db.session.scalars(Staff.by_email(email)).one_or_none():
        return None
    staff = Staff(email=email, name=name, role=role)
    db.session.add(staff)
    db.session.flush()
    note(staff, "staff added", by=by, at=at, facts={"role": role})
    send_mail("accounts/staff_added", to=staff, context={"name": name}, at=at)
    return staff


def give_role(staff: Staff, role: Role, *, by: Actor, at: datetime) -> None:
    """It counts from the next page that they open. With less, they view nobody any more."""
    is_less = not role.includes(staff.role)
    with deed(staff, "role given", by=by, at=at):
        staff.role = role
    if is_less:
        impersonating.end_all_of(staff, by=Ended.RIGHTS, at=at)
        news.fewer_rights(staff, by=by, at=at)


def shut_out(staff: Staff, *, by: Actor, at: datetime) -> None:
    """At once, on every device, and from a sign-in that is under way."""
    with deed(staff, "staff shut out", by=by, at=at):
        staff.disabled_at = staff.disabled_at or at
    impersonating.end_all_of(staff, by=Ended.RIGHTS, at=at)
    sign_out_everywhere(staff, at=at)
    news.fewer_rights(staff, by=by, at=at)


def let_in_again(staff: Staff, *, by: Actor, at: datetime) -> None:
    with deed(staff, "staff let in again", by=by, at=at):
        staff.disabled_at = None


def reset_second_step(staff: Staff, *, by: Actor, at: datetime) -> None:
    """For whoever lost all of it, or tried it wrong too often: the next sign-in sets up another one."""
    wrong_steps(staff.id, at=at).forget()
    for kind in AuthenticatorApp, Passkey, RecoveryCode:
        db.session.execute(delete(kind).where(kind.staff_id == staff.id))
    staff.wrong_steps = 0
    note(staff, "second step reset", by=by, at=at, facts={})
    sign_out_everywhere(staff, at=at)
    tell(staff, "reset", device="", at=at)
