"""Billing periods: from the anchor by weeks, months or years, and back to the anchor's day after a short month."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from sandbox.errors import Json

DAY = 24 * 60 * 60


def add(moment: int, interval: str, count: int) -> int:
    """Unix time `count` intervals later (earlier, if negative); 31 January and a month is the last of February."""
    start = datetime.fromtimestamp(moment, UTC)
    if interval in ("day", "week"):
        return int((start + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = start.year * 12 + start.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def end_of_period(anchor: int, start: int, recurring: Json) -> int:
    """The first moment after `start` that is a whole number of intervals from the anchor, counted from the anchor itself."""
    interval, count = recurring["interval"], recurring["interval_count"]
    steps = 0
    while add(anchor, interval, steps * count) > start:
        steps -= 1
    while (end := add(anchor, interval, steps * count)) <= start:
        steps += 1
    return end
