"""What follows from all that a carrier said of one parcel: docs/decisions/where-a-parcel-is.md

A function of the set of its news: the order in which we hear them, and how often, make no difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.carriers import Incident, ParcelStatus

RANK = {
    ParcelStatus.UNKNOWN: 0,
    ParcelStatus.PRE_TRANSIT: 1,
    ParcelStatus.CANCELLED: 1,
    ParcelStatus.IN_TRANSIT: 2,
    ParcelStatus.FAILURE: 2,
    ParcelStatus.OUT_FOR_DELIVERY: 2,
    ParcelStatus.AVAILABLE_FOR_PICKUP: 2,
    ParcelStatus.DELIVERED: 3,
    ParcelStatus.RETURN_TO_SENDER: 4,
}
"""A higher one counts, whenever it was; among equals the newest by the carrier's clock."""
ORDER = list(RANK)
"""Of two with one time, the later here."""
ON_THE_WAY = 2
OVER = 3


@dataclass(frozen=True)
class Told:
    """What counts of a piece of news."""

    status: ParcelStatus
    incident: Incident | None
    happened_at: datetime


@dataclass(frozen=True)
class Whereabouts:
    status: ParcelStatus = ParcelStatus.UNKNOWN
    incident: Incident | None = None
    status_at: datetime | None = None
    left_at: datetime | None = None
    """The first scan on the way."""
    delivered_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return RANK[self.status] >= OVER


def whereabouts(news: Iterable[Told]) -> Whereabouts:
    told = sorted(news, key=_place)
    if not told:
        return Whereabouts()
    counts = told[-1]
    rank = RANK[counts.status]
    moving = [one.happened_at for one in told if RANK[one.status] >= ON_THE_WAY]
    delivered = [one.happened_at for one in told if one.status is ParcelStatus.DELIVERED]
    return Whereabouts(
        status=counts.status,
        incident=counts.incident if rank >= OVER else _incident(told, counts),
        status_at=counts.happened_at,
        left_at=min(moving, default=None),
        delivered_at=max(delivered, default=None),
    )


def _place(one: Told) -> tuple[int, datetime, int, str]:
    return RANK[one.status], one.happened_at, ORDER.index(one.status), one.incident or ""


def _incident(told: list[Told], counts: Told) -> Incident | None:
    """The counting news' own, or a newer one of which the carrier says nothing but that."""
    bare = [one for one in told if one.status is ParcelStatus.UNKNOWN and one.incident and one.happened_at > counts.happened_at]
    return bare[-1].incident if bare else counts.incident
