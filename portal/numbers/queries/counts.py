"""So many of what, on which day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from portal.numbers.models import Figure
from portal.numbers.periods import Span


class Cell(NamedTuple):
    day: date
    figure: Figure
    key: str = ""
    detail: str = ""


@dataclass
class Counts:
    cells: Counter[Cell] = field(default_factory=Counter)
    titles: dict[str, str] = field(default_factory=dict)
    """What products are called, by SKU."""

    def add(self, count: int, day: date, figure: Figure, key: str = "", detail: str = "") -> None:
        self.cells[Cell(day, figure, key, detail)] += count


@dataclass(frozen=True)
class Days:
    """A stretch of days as the shop's clocks show them."""

    span: Span
    zone: ZoneInfo

    def holds(self, moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]) -> ColumnElement[bool]:
        """The condition that this moment lies in it. The column needs an index of its own."""
        begins_at, ends_at = self.span.begins_at(self.zone), self.span.ends_at(self.zone)
        return (moment >= begins_at) & (moment < ends_at)

    def of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def earlier(self, days: int) -> "Days":
        by = timedelta(days=days)
        return Days(Span(self.span.first - by, self.span.last - by), self.zone)
