"""How often: the slots of a rhythm, as the provider counts them."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

DAYS = {"day": 1, "week": 7}
AVERAGE = {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Rhythm:
    """Every `count` `unit`s: day, week, month or year."""

    count: int
    unit: str

    @property
    def days(self) -> float:
        """A month is the twelfth part of a year."""
        return self.count * AVERAGE[self.unit]

    @property
    def plain(self) -> "Rhythm":
        """The same in the largest unit: 14 days are two weeks, 12 months are a year."""
        for unit, larger, many in (("day", "week", 7), ("month", "year", 12)):
            if self.unit == unit and self.count % many == 0:
                return Rhythm(self.count // many, larger)
        return self

    def slot(self, anchor: datetime, number: int) -> datetime:
        """The moment `number` rhythms after the anchor, at its time of day in UTC.

        In a month that is too short for the anchor's day it is the last day, and the anchor's own day again in the next.
        Source: docs.stripe.com/billing/subscriptions/billing-cycle.
        """
        anchor = anchor.astimezone(UTC)
        if self.unit in DAYS:
            return anchor + timedelta(days=DAYS[self.unit] * self.count * number)
        year, month = divmod(anchor.year * 12 + anchor.month - 1 + MONTHS[self.unit] * self.count * number, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return anchor.replace(year=year, month=month + 1, day=min(anchor.day, last))

    def after(self, anchor: datetime, moment: datetime) -> Iterator[datetime]:
        """The slots later than `moment`, without end."""
        return (slot for number in count(1) if (slot := self.slot(anchor, number)) > moment)
