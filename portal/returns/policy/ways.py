"""Which ways back there are, and when a van may come: functions of what the shop says."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from portal.kit.shop import Shop
from portal.returns.models import Way

DAYS_OF_CHOICE = 3
HOURS = ((time(9), time(13)), (time(13), time(17)))
NUMBER = re.compile(r"[A-Za-z0-9]{6,40}")
"""What carriers give out, without blanks and hyphens."""


@dataclass(frozen=True)
class Window:
    """From when until when a van may come."""

    begins_at: datetime
    ends_at: datetime

    @property
    def key(self) -> str:
        return f"{self.begins_at:%Y%m%dT%H%M}"


def ways_from(country: str, shop: Shop, *, has_service: bool) -> tuple[Way, ...]:
    """The easiest first; the customer's own postage is always one. `country` is where the parcel starts; empty if that is not known."""
    back = shop.way_back
    if back is None or not has_service or country not in back.label_countries:
        return (Way.OWN,)
    return *(Way(way) for way in back.ways), Way.OWN


def send_by(approved_at: datetime, shop: Shop, days: int) -> datetime:
    """The last minute of that day, by the shop's clock."""
    day = approved_at.astimezone(shop.zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59), shop.zone).astimezone(UTC)


def windows(shop: Shop, *, at: datetime) -> tuple[Window, ...]:
    """On the next days on which carriers go about, from tomorrow on."""
    tomorrow = at.astimezone(shop.zone).date() + timedelta(days=1)
    return tuple(
        Window(datetime.combine(day, begins, shop.zone).astimezone(UTC), datetime.combine(day, ends, shop.zone).astimezone(UTC))
        for day in islice(shop.delivery_days(tomorrow), DAYS_OF_CHOICE)
        for begins, ends in HOURS
    )


def number_in(typed: str) -> str | None:
    """A parcel's number as its carrier knows it; None for what can't be one."""
    number = re.sub(r"[\s-]", "", typed).upper()
    return number if NUMBER.fullmatch(number) and any(letter.isdigit() for letter in number) else None
