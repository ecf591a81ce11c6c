"""How often something may be done: exact, for all processes together, and after a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model, db, insert

Rule = tuple[int, timedelta]
"""So many times in so long a time, wherever it begins: at no moment were there more."""
KEPT = timedelta(days=1)
"""No rule looks further back."""


@dataclass(frozen=True)
class Steady:
    """So many at once after a rest, and on average one in each `every`: what it needs to know is one moment, however often it is asked.

    For programs, whose every request RecentUse would have to remember. Known as the generic cell rate algorithm.
    """

    every: timedelta
    at_once: int

    def take(self, busy_until: datetime | None, *, at: datetime) -> datetime | timedelta:
        """Until when it is busy with all that was taken; or how long to wait, and then nothing is taken."""
        begins = max(busy_until or at, at)
        wait = begins - at - self.every * (self.at_once - 1)
        return wait if wait > timedelta(0) else begins + self.every


class RecentUse(Model):
    """What one address, one device or one person did lately. Its row is the lock that makes them take turns."""

    __tablename__ = "recent_use"
    key: Mapped[str] = mapped_column(unique=True)
    moments: Mapped[list[float]] = mapped_column(JSON)
    """Seconds since 1970, oldest first."""
    last_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def of(cls, key: str, *, at: datetime) -> "RecentUse":
        """Inside a transaction, whose others wait here until it ends."""
        db.session.execute(insert(cls).values(key=key, moments=[], last_at=at).on_conflict_do_nothing(index_elements=["key"]))
        return db.session.scalars(select(cls).where(cls.key == key).with_for_update().execution_options(populate_existing=True)).one()

    def add(self, *, at: datetime) -> None:
        self.moments = [moment for moment in self.moments if moment > (at - KEPT).timestamp()] + [at.timestamp()]
        self.last_at = at

    def forget(self) -> None:
        self.moments = []

    def left(self, rules: Sequence[Rule], *, at: datetime) -> int:
        """How many times more it may be done now."""
        return min(most - len(self._within(span, at)) for most, span in rules)

    def free_at(self, rules: Sequence[Rule], *, at: datetime) -> datetime | None:
        """From when on it may be done again; None means now."""
        ends = [datetime.fromtimestamp(recent[-most], UTC) + span for most, span in rules if len(recent := self._within(span, at)) >= most]
        return max(ends, default=None)

    def _within(self, span: timedelta, at: datetime) -> list[float]:
        return [moment for moment in self.moments if moment > (at - span).timestamp()]


def forget_old(*, at: datetime) -> None:
    db.session.execute(delete(RecentUse).where(RecentUse.last_at < at - KEPT))
