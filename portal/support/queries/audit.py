"""The history as the desk shows it: all that was done, the newest first, and whether it is as it was written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from portal import timeline
from portal.accounts.models import Customer, Impersonation, Staff
from portal.kit.db import db
from portal.orders.models import Order, Shipment
from portal.prepared.queries import preparers
from portal.returns.models import Claim, Return
from portal.subscriptions import queries as subscriptions
from portal.timeline import Entry
from portal.timeline.models import Check, Values

SIZE = 50


@dataclass(frozen=True)
class WantedEntries:
    who: str = ""
    """`staff:3`, `customers`, or the name of a system."""
    whom: str = ""
    """An e-mail address or number of a customer, the number of an order, a return or a claim, or any row as `table:id`."""
    deed: str = ""
    day: date | None = None
    before: int | None = None
    """The id of the oldest that is known."""


@dataclass(frozen=True)
class Change:
    row: str
    """As `table:id`."""
    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ShownEntry:
    id: int
    at: datetime
    deed: str
    subject: str
    staff: str | None
    prepared_by: str | None
    """Who of the staff had prepared it, if the customer approved it."""
    customer_id: int | None
    system: str | None
    impersonation_id: int | None
    request_id: str | None
    ip: str | None
    is_undone: bool
    is_refused: bool
    """By the provider: it was put back."""
    changes: tuple[Change, ...]
    """With what names a person, unless that was erased since."""
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class AuditPage:
    entries: tuple[ShownEntry, ...]
    views: dict[int, Impersonation]
    """Those of which an entry tells that they began."""
    older: int | None
    """For `WantedEntries.before` of the next page."""


def entries(wanted: WantedEntries, *, zone: ZoneInfo) -> AuditPage:
    query = select(Entry, Staff.name).outerjoin(Staff, Staff.id == Entry.staff_id).where(*_filters(wanted, zone))
    rows = db.session.execute(query.order_by(Entry.id.desc()).limit(SIZE + 1)).all()
    prepared_by = preparers(entry.facts["prepared"] for entry, _staff in rows if "prepared" in entry.facts)
    more = subscriptions.facts_told(entry for entry, _staff in rows[:SIZE])
    shown = tuple(_shown(entry, staff, prepared_by.get(entry.facts.get("prepared", 0)), more) for entry, staff in rows[:SIZE])
    return AuditPage(shown, _begun(shown), shown[-1].id if len(rows) > SIZE else None)


def _begun(shown: Iterable[ShownEntry]) -> dict[int, Impersonation]:
    begun = [entry.impersonation_id for entry in shown if entry.deed == "impersonation started"]
    return {view.id: view for view in db.session.scalars(select(Impersonation).where(Impersonation.id.in_(begun)))}


def last_check() -> Check | None:
    return db.session.scalars(Check.newest()).one_or_none()


def deeds() -> list[str]:
    """All keys that the history has, from one to the next along the index: in so many steps, however long it is."""
    first = select(func.min(Entry.deed).label("deed")).cte("deeds", recursive=True)
    following = select(func.min(Entry.deed)).where(Entry.deed > first.c.deed).scalar_subquery()
    all_of_them = first.union_all(select(following).where(first.c.deed.is_not(None)))
    return list(db.session.scalars(select(all_of_them.c.deed).where(all_of_them.c.deed.is_not(None))))


def staff_names() -> list[tuple[int, str]]:
    return [(number, name) for number, name in db.session.execute(select(Staff.id, Staff.name).order_by(Staff.name, Staff.id))]


def _filters(wanted: WantedEntries, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    table, _, number = wanted.who.partition(":")
    if table == "staff" and _is_number(number):
        found.append(Entry.staff_id == int(number))
    elif wanted.who == "customers":
        found += [Entry.customer_id.is_not(None), Entry.staff_id.is_(None)]
    elif wanted.who:
        found.append(Entry.system == wanted.who)
    if wanted.whom:
        found.append(_about(wanted.whom))
    if wanted.deed:
        found.append(Entry.deed == wanted.deed)
    if wanted.day:
        begins = datetime.combine(wanted.day, time(), zone)
        found += [Entry.at >= begins, Entry.at < datetime.combine(wanted.day + timedelta(days=1), time(), zone)]
    if wanted.before is not None:
        found.append(Entry.id < wanted.before)
    return found


def _about(whom: str) -> ColumnElement[bool]:
    if ":" in whom:
        return Entry.subject == whom
    if _is_number(whom):
        return Entry.customer_id == int(whom)
    customer_id = db.session.scalar(select(Customer.id).where(Customer.email == whom.lower()))
    return Entry.customer_id == customer_id if customer_id is not None else Entry.subject.in_(_going_by(whom.lstrip("#")))


def _going_by(number: str) -> list[str]:
    """An order with its parcels and claims; a return; a claim."""
    of_order = Order.number == number
    rows = (
        *db.session.scalars(select(Order).where(of_order)),
        *db.session.scalars(select(Shipment).join(Order, Order.id == Shipment.order_id).where(of_order)),
        *db.session.scalars(select(Claim).join(Order, Order.id == Claim.order_id).where(of_order | (Claim.reference == number))),
        *db.session.scalars(select(Return).where(Return.rma == number)),
    )
    return [timeline.key(row) for row in rows]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _shown(entry: Entry, staff: str | None, prepared_by: str | None, more: Mapping[int, dict[str, Any]]) -> ShownEntry:
    personal: Mapping[str, Any] = entry.personal or {}
    said = {"said": personal["said"]} if personal.get("said") else {}
    return ShownEntry(
        id=entry.id, at=entry.at, deed=entry.deed, subject=entry.subject, staff=staff, prepared_by=prepared_by,
        customer_id=entry.customer_id, system=entry.system, impersonation_id=entry.impersonation_id, request_id=entry.request_id,
        ip=entry.ip, is_undone=entry.undone_at is not None, is_refused=entry.refused_at is not None,
        changes=(*_changes(entry.before, entry.after), *_changes(personal.get("before", {}), personal.get("after", {}))),
        facts=more.get(entry.id, entry.facts) | said,
    )  # fmt: skip


def _changes(before: Values, after: Values) -> Iterator[Change]:
    for row, values in after.items():
        for column, value in values.items():
            yield Change(row, column, before.get(row, {}).get(column), value)
