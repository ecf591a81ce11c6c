"""Prepared changes, as the customer and the shop's people see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    looks: dict[str, list[dict[str, Any]]]
    path: str
    form: list[list[str]]
    page: str
    note: str
    prepared_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_as: Outcome | None

    @property
    def compared(self) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
        """As it is, as it would be; of the one subject that has a picture."""
        for subject, then in self.looks.items():
            now = picture(subject) or []
            rows = max(len(now), len(then))
            return [(now[n] if n < len(now) else None, then[n] if n < len(then) else None) for n in range(rows)]
        return []

    def is_open(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def is_about(self, subject: str) -> bool:
        return any(told["subject"] == subject for told in self.told)


def waiting(customer_id: int, *, at: datetime) -> list[Shown]:
    """Oldest first."""
    return _shown(PreparedChange.open_of(customer_id, at=at))


def lately(customer_id: int, limit: int, *, at: datetime) -> list[Shown]:
    """All of them, waiting or not, newest first."""
    some = PreparedChange.of(customer_id).where(PreparedChange.prepared_at > at - TOLD_FOR)
    return _shown(some.order_by(None).order_by(PreparedChange.id.desc()).limit(limit))


def _shown(query: Select[PreparedChange]) -> list[Shown]:
    rows = db.session.execute(query.join(Staff, Staff.id == PreparedChange.staff_id).add_columns(Staff.name))
    return [
        Shown(
            id=one.id,
            by=name,
            told=one.told,
            looks=one.looks,
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


def preparers(prepared_ids: Iterable[int]) -> dict[int, str]:
    """Who prepared them, by name."""
    ids = set(prepared_ids)
    if not ids:
        return {}
    found = select(PreparedChange.id, Staff.name).join(Staff, Staff.id == PreparedChange.staff_id).where(PreparedChange.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(found)}
