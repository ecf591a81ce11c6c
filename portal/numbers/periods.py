"""Stretches of days, and how they are cut into weeks or months. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class Period(StrEnum):
    DAYS = "30-days"
    YEAR = "12-months"
    ALL = "all"


class By(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Span:
    """Days, the first and the last one included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def begins_at(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.first, time(), zone).astimezone(UTC)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first moment that does not belong to it."""
        return datetime.combine(self.last + DAY, time(), zone).astimezone(UTC)

    def cut(self, by: By) -> list["Span"]:
        """Weeks begin on Monday. The first and the last part may be shorter."""
        parts, first = [], self.first
        while first <= self.last:
            last = min(self.last, _last_of(first, by))
            parts.append(Span(first, last))
            first = last + DAY
        return parts


def span_of(period: Period, today: date, since: date) -> Span:
    """Until today. `since` is the first day of which anything is known."""
    if period is Period.DAYS:
        return Span(today - timedelta(days=29), today)
    if period is Period.YEAR:
        return Span(_months_before(today.replace(day=1), 11), today)
    return Span(min(since, today), today)


def before(period: Period, span: Span) -> Span | None:
    """As much time, just before; of all time there is none."""
    if period is Period.DAYS:
        return Span(span.first - timedelta(days=30), span.first - DAY)
    if period is Period.YEAR:
        return Span(_months_before(span.first, 12), span.first - DAY)
    return None


def months(first: date, last: date) -> list[Span]:
    return Span(first.replace(day=1), last).cut(By.MONTH) if first <= last else []


def _last_of(day: date, by: By) -> date:
    if by is By.WEEK:
        return day + timedelta(days=6 - day.weekday())
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def _months_before(first: date, count: int) -> date:
    number = first.year * 12 + first.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)
