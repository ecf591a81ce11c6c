"""By when which step of a return is done, as it is promised before it happens. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.kit.shop import Shop

BANK_DAYS = 5
"""Working days that a bank takes at the most to show a refund."""


@dataclass(frozen=True)
class Promise:
    """The days of what has not happened yet, the last one each may take."""

    received_on: date
    issued_on: date
    credited_on: date


def promise(sent_at: datetime, shop: Shop) -> Promise:
    """Of what is sent at this moment."""
    received_on = shop.arrival_after(sent_at)
    issued_on = looked_at_by(_closing_of(received_on, shop), shop)
    return Promise(received_on, issued_on, credited_by(issued_on))


def send_by(approved_at: datetime, shop: Shop, days: int) -> date:
    """The last day on which it may be sent."""
    return approved_at.astimezone(shop.zone).date() + timedelta(days=days)


def looked_at_by(received_at: datetime, shop: Shop) -> date:
    """When it was looked at, and its refund issued."""
    return shop.answer_by(received_at).astimezone(shop.zone).date()


def credited_by(issued_on: date) -> date:
    """When it is on the customer's account, whatever the bank."""
    day, left = issued_on, BANK_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def _closing_of(day: date, shop: Shop) -> datetime:
    return datetime.combine(day, shop.closes, shop.zone) - timedelta(minutes=1)
