"""Who works here, and who of them has looked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select

from portal.accounts.models import AuthenticatorApp, Passkey, Role, Session, Staff
from portal.kit.db import db
from portal.support.models import Look


@dataclass(frozen=True)
class Worker:
    name: str
    email: str
    role: Role
    is_shut_out: bool
    is_stopped: bool
    has_second_step: bool
    seen_at: datetime | None


def has_looked(customer_id: int, *, by: int, since: datetime) -> bool:
    """Whether this member of staff has opened the customer's page."""
    looks = Look.customer_id == customer_id, Look.staff_id == by, Look.page == "customer", Look.at > since
    return bool(db.session.scalar(select(exists().where(*looks))))


def workers(*, at: datetime) -> list[Worker]:
    """Everybody who works here, and who did."""
    second = exists().where(AuthenticatorApp.staff_id == Staff.id) | exists().where(Passkey.staff_id == Staff.id)
    seen = select(func.max(Session.last_seen_at)).where(Session.staff_id == Staff.id).scalar_subquery()
    rows = db.session.execute(select(Staff, second, seen).order_by(Staff.disabled_at.is_not(None), Staff.name))
    return [Worker(one.name, one.email, one.role, one.is_shut_out, one.is_stopped, has, seen_at) for one, has, seen_at in rows]
