"""Prepared changes, as the customer and the shop's people see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.notifications.actions import Helper
from portal.prepared.models import Outcome, PreparedChange
from portal.prepared.telling import as_told, picture
from portal.timeline import Entry

TOLD_FOR = timedelta(days=30)
"""So long an answered one is still shown."""
MOST_TOGETHER = 50
PREPARED = Entry.facts["prepared"].as_integer()
"""Which suggestion was approved by it."""


@dataclass(frozen=True)
class Shown:
    id: int
    by: str
    """The member of staff."""
    told: list[dict[str, Any]]
    compared: list[tuple[dict[str, Any] | None, dict[str, Any] | None]]
    """As it is, as it would be; empty where there is nothing to compare, or nothing any more."""
    path: str
    form: list[list[str]]
    page: str
    note: str
    prepared_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_as: Outcome | None
    is_open: bool

    def is_about(self, subject: str) -> bool:
        return any(told["subject"] == subject for told in self.told)


@dataclass(frozen=True)
class Together:
    """What a customer and somebody of the shop did together."""

    told: dict[str, Any]
    """For `telling.change_told`."""
    helper: Helper
    at: datetime


def waiting(customer_id: int, *, at: datetime) -> list[Shown]:
    """Oldest first."""
    return _shown(PreparedChange.open_of(customer_id, at=at), at=at)


def lately(customer_id: int, limit: int, *, at: datetime) -> list[Shown]:
    """All of them, waiting or not, newest first."""
    some = PreparedChange.of(customer_id).where(PreparedChange.prepared_at > at - TOLD_FOR)
    return _shown(some.order_by(None).order_by(PreparedChange.id.desc()).limit(limit), at=at)


def together(subject: str) -> list[Together]:
    """What was done about a row (`table:id`) by the customer and the shop's people together, the newest first: in a view of the customer's
    pages, or by a customer who approved what was prepared there."""
    did, prepared = aliased(Staff), aliased(Staff)
    found = select(Entry, did.name, prepared.name).outerjoin(did, did.id == Entry.staff_id)
    found = found.outerjoin(PreparedChange, PreparedChange.id == PREPARED).outerjoin(prepared, prepared.id == PreparedChange.staff_id)
    both = Entry.system.is_(None), or_(Entry.impersonation_id.is_not(None), PreparedChange.id.is_not(None))
    rows = db.session.execute(found.where(Entry.subject == subject, *both).order_by(Entry.id.desc()).limit(MOST_TOGETHER))
    return [Together(as_told(entry), Helper(done_by or "", prepared_by or ""), entry.at) for entry, done_by, prepared_by in rows]


def helper(staff_id: int | None, prepared_id: int | None) -> Helper:
    """Who of the shop did something for a customer, or prepared what the customer approved."""
    done = db.session.get(Staff, staff_id) if staff_id else None
    return Helper(done.name or done.email if done else "", preparers([prepared_id]).get(prepared_id, "") if prepared_id else "")


def _shown(query: Select[PreparedChange], *, at: datetime) -> list[Shown]:
    """Each subject is looked at once, however many changes of it were prepared."""
    rows = db.session.execute(query.join(Staff, Staff.id == PreparedChange.staff_id).add_columns(Staff.name)).all()
    now = {subject: picture(subject) or [] for subject in {subject for one, _ in rows if one.is_open(at=at) for subject in one.looks}}
    return [
        Shown(
            id=one.id,
            by=name,
            told=one.told,
            compared=next((_beside(now[subject], then) for subject, then in one.looks.items() if subject in now), []),
            path=one.path,
            form=one.form,
            page=one.page,
            note=one.note,
            prepared_at=one.prepared_at,
            expires_at=one.expires_at,
            ended_at=one.ended_at,
            ended_as=one.ended_as,
            is_open=one.is_open(at=at),
        )
        for one, name in rows
    ]


def _beside(now: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    return list(zip_longest(now, then))


def preparers(prepared_ids: Iterable[int]) -> dict[int, str]:
    """Who prepared them, by name."""
    ids = set(prepared_ids)
    if not ids:
        return {}
    found = select(PreparedChange.id, Staff.name).join(Staff, Staff.id == PreparedChange.staff_id).where(PreparedChange.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(found)}
