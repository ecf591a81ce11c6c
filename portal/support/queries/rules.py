"""The versions of the rules of returns, and what was decided about one customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.returns.actions import ruling
from portal.returns.models import CustomerFlag, FlagKind, PolicyVersion

MOST, LIMIT = 50, 10_000


@dataclass(frozen=True)
class ShownVersion:
    id: int | None
    """None for what counts where the shop has made none."""
    applies_from: datetime | None
    note: str
    author: str
    """Empty for what was made from the command line."""
    made_at: datetime | None
    body: dict[str, Any]


@dataclass(frozen=True)
class ShownFlag:
    kind: FlagKind
    why: str
    at: datetime
    staff: str


def newest() -> ShownVersion:
    """That others begin from: the one that begins last, also where that is yet to come."""
    return next(iter(versions(1)), STANDARD)


def last_made() -> int:
    """Which version was made last, whenever it begins; 0 where there is none."""
    return db.session.scalar(select(func.max(PolicyVersion.id))) or 0


def version(version_id: int) -> tuple[ShownVersion, ShownVersion] | None:
    """One, and the one before it."""
    known = versions(LIMIT)
    place = next((place for place, one in enumerate(known) if one.id == version_id), None)
    return None if place is None else (known[place], known[place + 1] if place + 1 < len(known) else STANDARD)


def versions(most: int = MOST) -> list[ShownVersion]:
    """The newest first."""
    columns = PolicyVersion.id, PolicyVersion.applies_from, PolicyVersion.note, Staff.name, PolicyVersion.made_at, PolicyVersion.body
    rows = select(*columns).outerjoin(Staff, Staff.id == PolicyVersion.staff_id).order_by(PolicyVersion.applies_from.desc()).limit(most)
    return [ShownVersion(row[0], row[1], row[2], row[3] or "", row[4], row[5]) for row in db.session.execute(rows)]


def flag(customer_id: int) -> ShownFlag | None:
    """The one in force."""
    flags = select(CustomerFlag.kind, CustomerFlag.why, CustomerFlag.at, Staff.name).outerjoin(Staff, Staff.id == CustomerFlag.staff_id)
    in_force = flags.where(CustomerFlag.customer_id == customer_id, CustomerFlag.ended_at.is_(None))
    row = db.session.execute(in_force.order_by(CustomerFlag.id.desc()).limit(1)).one_or_none()
    return ShownFlag(row[0], row[1], row[2], row[3] or "") if row else None


STANDARD = ShownVersion(None, None, "", "", None, ruling.STANDARD_BODY)
