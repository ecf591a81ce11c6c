"""Who of the shop's people looked at whom, as those who lead them read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from portal.accounts.models import Customer, Impersonation, Staff
from portal.kit.db import db
from portal.support.models import Look

SIZE = 50


@dataclass(frozen=True)
class WantedLooks:
    who: int | None = None
    """The number of a member of staff."""
    whom: str = ""
    """An e-mail address or number of a customer."""
    before: int | None = None
    """The id of the oldest that is known."""


@dataclass(frozen=True)
class Looked:
    id: int
    at: datetime
    page: str
    staff: str
    customer_id: int
    email: str
    view: Impersonation | None
    """With which they saw the customer's pages as the customer does."""


@dataclass(frozen=True)
class LooksPage:
    looks: list[Looked]
    """Newest first."""
    older: int | None
    """For `WantedLooks.before` of the next page."""


def looks(wanted: WantedLooks) -> LooksPage:
    query = select(Look.id, Look.at, Look.page, Staff.name, Customer.id, Customer.email, Impersonation).join(
        Staff, Staff.id == Look.staff_id
    )
    of_view = Look.staff_id == Impersonation.staff_id, Look.customer_id == Impersonation.customer_id, Look.at == Impersonation.started_at
    query = query.join(Customer, Customer.id == Look.customer_id).outerjoin(Impersonation, and_(Look.page == "view", *of_view))
    rows = db.session.execute(query.where(*_filters(wanted)).order_by(Look.id.desc()).limit(SIZE + 1)).all()
    shown = [Looked(*row) for row in rows[:SIZE]]
    return LooksPage(shown, shown[-1].id if len(rows) > SIZE else None)


def _filters(wanted: WantedLooks) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.who is not None:
        found.append(Look.staff_id == wanted.who)
    if wanted.whom:
        found.append(_at(wanted.whom))
    if wanted.before is not None:
        found.append(Look.id < wanted.before)
    return found


def _at(whom: str) -> ColumnElement[bool]:
    if whom.isascii() and whom.isdecimal() and len(whom) < 10:
        return Look.customer_id == int(whom)
    return Look.customer_id == select(Customer.id).where(Customer.email == whom.lower()).scalar_subquery()
