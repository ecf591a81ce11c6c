"""The rules of claims, as functions of what is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.returns.models import ClaimKind

ASK_FOR_PHOTO = frozenset({ClaimKind.DAMAGED, ClaimKind.WRONG})
"""A photo shows it at a glance."""


@dataclass(frozen=True)
class Parcel:
    delivered_at: datetime | None
    expected_on: date | None
    is_lost: bool
    """The carrier says itself that it will not arrive."""


def may_be_missed_after(parcels: Iterable[Parcel], usual: date) -> date | None:
    """The day after whose end an order may be reported as not there; None means now already. `usual` is when it would be here by the shop's
    own reckoning, for parcels of which nobody said more. The first parcel that may be missed is enough."""
    known = list(parcels)
    if any(parcel.delivered_at or parcel.is_lost for parcel in known):
        return None
    return min((parcel.expected_on or usual for parcel in known), default=usual)


def is_late(expected_on: date | None, *, at: datetime, zone: ZoneInfo) -> bool:
    return expected_on is None or at.astimezone(zone).date() > expected_on
