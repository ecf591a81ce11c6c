"""What the shop's people know of a customer among themselves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.tasks.models import StaffNote, Vip

MOST = 50
"""Notes of one customer; the newest."""


@dataclass(frozen=True)
class Note:
    id: int
    text: str
    """Empty once it was removed."""
    author_id: int
    author: str
    at: datetime
    corrected_at: datetime | None
    removed_at: datetime | None


@dataclass(frozen=True)
class First:
    """A VIP."""

    reason: str
    since: datetime
    by: str


@dataclass(frozen=True)
class Remembered:
    vip: First | None
    notes: tuple[Note, ...]
    """Newest first."""


def remembered(customer_id: int) -> Remembered:
    vip = Vip.now(customer_id).join(Staff, Staff.id == Vip.marked_by).with_only_columns(Vip.reason, Vip.marked_at, Staff.name)
    notes = StaffNote.newest(customer_id, MOST).join(Staff, Staff.id == StaffNote.staff_id)
    first = db.session.execute(vip).one_or_none()
    columns = StaffNote.id, StaffNote.text, Staff.id, Staff.name, StaffNote.at, StaffNote.corrected_at, StaffNote.removed_at
    rows = db.session.execute(notes.with_only_columns(*columns))
    return Remembered(First(*first) if first else None, tuple(Note(*row) for row in rows))


def vips(customer_ids: Collection[int]) -> set[int]:
    """Those of them who go first."""
    return set(db.session.scalars(select(Vip.customer_id).where(Vip.customer_id.in_(customer_ids), Vip.ended_at.is_(None))))
