"""Prepared changes, as the customer and the shop's people see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Select, select

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.prepared.models import Outcome, PreparedChange
from portal.prepared.telling import picture

TOLD_FOR = timedelta(days=30)
"""So long an answered one is still shown."""


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

    def is_open(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def is_about(self, subject: str) -> bool:
        return any(told["subject"] == subject for told in self.told)


def waiting(customer_id: int, *, at: datetime) -> list[Shown]:
    """Oldest first."""
    return _shown(PreparedChange.open_of(customer_id, at=at), at=at)


def lately(customer_id: int, limit: int, *, at: datetime) -> list[Shown]:
    """All of them, waiting or not, newest first."""
    some = PreparedChange.of(customer_id).where(PreparedChange.prepared_at > at - TOLD_FOR)
    return _shown(some.order_by(None).order_by(PreparedChange.id.desc()).limit(limit), at=at)


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
