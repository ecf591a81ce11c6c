"""Who of the shop's people saw an account: their views of its pages, and their looks at the desk, as its owner reads them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.accounts.models import Impersonation, Role, Staff, Why
from portal.kit.db import db
from portal.support.models import Look
from portal.tasks.models import StaffTask
from portal.timeline import Entry

SHOWN = 20
"""So many at least, where there are so many, and then the whole of that day."""
MOST = 1000
"""Rows that one page is made from."""
NOT_CHANGES = ("impersonation started", "impersonation mode", "impersonation ended", "change withdrawn", "refused")
SUGGESTED = "change prepared"
AS_CUSTOMER = "view"
"""A look that is written down with each view, which says more."""


@dataclass(frozen=True)
class Visit:
    """A view of the customer's pages; or, without a reason, what somebody saw of them at the desk on one day."""

    at: datetime
    staff: str
    role: Role
    reason: str = ""
    why: Why | None = None
    task: str | None = None
    """Of which kind the task was that it was for."""
    minutes: int | None = None
    """None while it goes on, and of looks at the desk."""
    changes: tuple[dict[str, Any], ...] = ()
    """What was done meanwhile: its `subject`, `deed` and `facts`."""
    suggested: int = 0
    times: int = 0
    """How often, of looks at the desk."""


@dataclass(frozen=True)
class Visits:
    """Newest first."""

    visits: list[Visit]
    before: date | None
    """The day before which there are older ones."""


def visits(customer_id: int, *, zone: ZoneInfo, at: datetime, before: date | None = None) -> Visits:
    """Whole days of this zone, so that no look is counted on two pages."""
    until = datetime.combine(before, time(), zone) if before else None
    found = sorted([*_views(customer_id, until, at), *_looks(customer_id, until, zone)], key=lambda visit: visit.at, reverse=True)
    days = [(day, list(on_it)) for day, on_it in groupby(found, lambda visit: visit.at.astimezone(zone).date())]
    shown: list[Visit] = []
    last: date | None = None
    for day, on_it in days:
        if len(shown) >= SHOWN:
            break
        shown += on_it
        last = day
    return Visits(shown, last if days and last != days[-1][0] else None)


def changes_of(view_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """What was done within which view, oldest first."""
    done = defaultdict(list)
    query = select(Entry).where(Entry.impersonation_id.in_(list(view_ids)), Entry.deed.not_in(NOT_CHANGES)).order_by(Entry.id)
    for entry in db.session.scalars(query):
        done[entry.impersonation_id or 0].append(entry)
    return done


def told(entry: Entry) -> dict[str, Any]:
    return {"subject": entry.subject, "deed": entry.deed, "facts": entry.facts}


def _views(customer_id: int, until: datetime | None, at: datetime) -> list[Visit]:
    whose = Impersonation.of(customer_id).join(Staff, Staff.id == Impersonation.staff_id)
    query = whose.outerjoin(StaffTask, StaffTask.id == Impersonation.task_id).add_columns(Staff.name, StaffTask.kind)
    if until:
        query = query.where(Impersonation.started_at < until)
    rows = db.session.execute(query.limit(MOST)).all()
    done = changes_of(view.id for view, _name, _task in rows)
    return [_view(view, name, task, done[view.id], at) for view, name, task in rows]


def _view(view: Impersonation, name: str, task: str | None, done: list[Entry], at: datetime) -> Visit:
    lasted = view.lasted(at=at)
    return Visit(
        at=view.started_at,
        staff=name,
        role=view.role,
        reason=view.reason,
        why=view.why,
        task=task,
        minutes=max(1, round(lasted.total_seconds() / 60)) if lasted else None,
        changes=tuple(told(entry) for entry in done if entry.deed != SUGGESTED),
        suggested=sum(entry.deed == SUGGESTED for entry in done),
    )


def _looks(customer_id: int, until: datetime | None, zone: ZoneInfo) -> list[Visit]:
    """By day and person, at the time of the last."""
    query = select(Look.at, Staff.name, Staff.role, Staff.id).join(Staff, Staff.id == Look.staff_id)
    query = query.where(Look.customer_id == customer_id, Look.page != AS_CUSTOMER)
    if until:
        query = query.where(Look.at < until)
    grouped = defaultdict(list)
    for row in db.session.execute(query.order_by(Look.at.desc(), Look.id.desc()).limit(MOST)):
        grouped[row.at.astimezone(zone).date(), row.id].append(row)
    return [Visit(at=rows[0].at, staff=rows[0].name, role=rows[0].role, times=len(rows)) for rows in grouped.values()]
