"""Who of the shop's people saw an account: their views of its pages, and what they saw and did at the desk, as its owner reads it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.models import Impersonation, Role, Staff, Why
from portal.kit.db import db
from portal.support.models import Look
from portal.support.sentences import AT_DESK
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
IN_PASSING = "search", "queue", "history", "incident"
"""Pages of the desk that list many: in them, a customer only stands by name."""


@dataclass(frozen=True)
class Visit:
    """A view of the customer's pages; or, without a reason, what somebody saw and did of theirs at the desk on one day."""

    at: datetime
    """When a view began; at the desk, the last moment."""
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
    since: datetime | None = None
    """At the desk: the first moment of that day."""
    times: int = 0
    """How often they looked, at the desk."""


@dataclass(frozen=True)
class Visits:
    """Newest first."""

    visits: list[Visit]
    before: date | None
    """The day before which there are older ones."""
    in_passing: list[str]
    """On the first page: who lately worked through lists in which the customer stands, each once."""


def visits(customer_id: int, *, zone: ZoneInfo, at: datetime, before: date | None = None) -> Visits:
    """Whole days of this zone, so that nothing is counted on two pages."""
    until = datetime.combine(before, time(), zone) if before else None
    views, looks, deeds = _views(customer_id, until), _looks(customer_id, until), _deeds(customer_id, until)
    found = sorted([*_as_customer(views, at), *_at_desk(looks, deeds, zone)], key=lambda visit: visit.at, reverse=True)
    days = [(day, list(on_it)) for day, on_it in groupby(found, lambda visit: visit.at.astimezone(zone).date())]
    unsure = max((rows[-1].at.astimezone(zone).date() for rows in (views, looks, deeds) if len(rows) == MOST), default=None)
    shown: list[Visit] = []
    last: date | None = None
    for day, on_it in days:
        if len(shown) >= SHOWN or (shown and unsure and day <= unsure):  # of that day there may be more
            break
        shown += on_it
        last = day
    in_lists = [] if before else _in_passing(customer_id)
    return Visits(shown, last if unsure or (days and last != days[-1][0]) else None, in_lists)


def changes_of(view_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """What was done within which view, oldest first."""
    done = defaultdict(list)
    query = select(Entry).where(Entry.impersonation_id.in_(list(view_ids)), Entry.deed.not_in(NOT_CHANGES)).order_by(Entry.id)
    for entry in db.session.scalars(query):
        done[entry.impersonation_id or 0].append(entry)
    return done


def told(entry: Entry) -> dict[str, Any]:
    return {"subject": entry.subject, "deed": entry.deed, "facts": entry.facts}


def _views(customer_id: int, until: datetime | None) -> Sequence[Row[Any]]:
    """Newest first, as the looks and the deeds are."""
    whose = Impersonation.of(customer_id).join(Staff, Staff.id == Impersonation.staff_id)
    query = whose.outerjoin(StaffTask, StaffTask.id == Impersonation.task_id)
    query = query.add_columns(Staff.name, StaffTask.kind, Impersonation.started_at.label("at"))
    return _rows(query, Impersonation.started_at, until)


def _looks(customer_id: int, until: datetime | None) -> Sequence[Row[Any]]:
    query = select(Look.at, Staff.name, Staff.role, Staff.id).join(Staff, Staff.id == Look.staff_id)
    query = query.where(Look.customer_id == customer_id, Look.page.not_in([AS_CUSTOMER, *IN_PASSING])).order_by(
        Look.at.desc(), Look.id.desc()
    )
    return _rows(query, Look.at, until)


def _in_passing(customer_id: int) -> list[str]:
    lately = select(Look.staff_id).where(Look.customer_id == customer_id, Look.page.in_(IN_PASSING))
    lately = lately.order_by(Look.at.desc(), Look.id.desc()).limit(MOST)
    return list(db.session.scalars(select(Staff.name).where(Staff.id.in_(lately)).order_by(Staff.name, Staff.id)))


def _deeds(customer_id: int, until: datetime | None) -> Sequence[Row[Any]]:
    """What staff did without a view."""
    what = Entry.subject, Entry.deed, Entry.facts
    query = select(Entry.at, Staff.name, Staff.role, Staff.id, *what).join(Staff, Staff.id == Entry.staff_id)
    query = query.where(Entry.customer_id == customer_id, Entry.impersonation_id.is_(None), Entry.deed.in_(AT_DESK))
    return _rows(query.order_by(Entry.id.desc()), Entry.at, until)


def _rows(query: Any, at: InstrumentedAttribute[datetime], until: datetime | None) -> Sequence[Row[Any]]:
    return db.session.execute(query.where(*([at < until] if until else [])).limit(MOST)).all()


def _as_customer(rows: Sequence[Row[Any]], at: datetime) -> list[Visit]:
    done = changes_of(row.Impersonation.id for row in rows)
    return [_view(row.Impersonation, row.name, row.kind, done[row.Impersonation.id], at) for row in rows]


def _view(view: Impersonation, name: str, task: str | None, done: list[Entry], at: datetime) -> Visit:
    return Visit(
        at=view.started_at,
        staff=name,
        role=view.role,
        reason=view.reason,
        why=view.why,
        task=task,
        minutes=view.minutes(at=at),
        changes=tuple(told(entry) for entry in done if entry.deed != SUGGESTED),
        suggested=sum(entry.deed == SUGGESTED for entry in done),
    )


def _at_desk(looks: Sequence[Row[Any]], deeds: Sequence[Row[Any]], zone: ZoneInfo) -> list[Visit]:
    """By day and person, at the time of the last."""
    looked: dict[Any, list[Row[Any]]] = defaultdict(list)
    did: dict[Any, list[Row[Any]]] = defaultdict(list)
    for rows, grouped in (looks, looked), (deeds, did):
        for row in rows:
            grouped[row.at.astimezone(zone).date(), row.id].append(row)
    return [_day_at_desk(looked[which], did[which]) for which in {*looked, *did}]


def _day_at_desk(looked: list[Row[Any]], did: list[Row[Any]]) -> Visit:
    every = sorted([*looked, *did], key=lambda row: row.at)
    changes = tuple({"subject": row.subject, "deed": row.deed, "facts": row.facts} for row in reversed(did))
    last = every[-1]
    return Visit(last.at, last.name, last.role, changes=changes, since=every[0].at, times=len(looked))
