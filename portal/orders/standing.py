"""How things stand with a parcel, and with an order as a whole: from what is known, and the day on which somebody asks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.carriers import Incident, ParcelStatus

OVER = (ParcelStatus.DELIVERED, ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE, ParcelStatus.CANCELLED)
"""Nothing more is expected of these."""
FAILED = (ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE)
SILENT = timedelta(days=4)
"""Without a scan for so long, a parcel that is on its way may have stopped."""


class Standing(StrEnum):
    """The most urgent first: of several parcels, that one counts."""

    PROBLEM = "problem"
    WAITING = "waiting"
    """To be picked up."""
    OUT = "out"
    """For delivery, today."""
    ON_ITS_WAY = "on its way"
    PACKED = "packed"
    DELIVERED = "delivered"


class Trouble(StrEnum):
    """Why a parcel is a problem: its page says what to do."""

    LOST = "lost"
    RETURNED = "returned"
    NOBODY_THERE = "nobody there"
    ADDRESS = "address"
    REFUSED = "refused"
    CUSTOMS = "customs"
    DAMAGED = "damaged"
    HELD_UP = "held up"
    NOT_PICKED_UP = "not picked up"
    LATE = "late"
    SILENT = "silent"


URGENCY = list(Standing)
OF_INCIDENT = {
    Incident.NOBODY_THERE: Trouble.NOBODY_THERE,
    Incident.ADDRESS: Trouble.ADDRESS,
    Incident.REFUSED: Trouble.REFUSED,
    Incident.CUSTOMS: Trouble.CUSTOMS,
    Incident.DAMAGED: Trouble.DAMAGED,
    Incident.LOST: Trouble.LOST,
    Incident.NOT_PICKED_UP: Trouble.NOT_PICKED_UP,
    Incident.DELAYED: Trouble.HELD_UP,
    Incident.OTHER: Trouble.HELD_UP,
}


@dataclass(frozen=True)
class ParcelState:
    status: ParcelStatus
    incident: Incident | None = None
    status_at: datetime | None = None
    expected_on: date | None = None
    held_until: date | None = None
    shipped_at: datetime | None = None

    def trouble(self, *, at: datetime, today: date) -> Trouble | None:
        """`today` is the reader's."""
        match self.status:
            case ParcelStatus.DELIVERED | ParcelStatus.CANCELLED:
                return None
            case ParcelStatus.FAILURE:
                return OF_INCIDENT[self.incident] if self.incident in (Incident.DAMAGED, Incident.REFUSED) else Trouble.LOST
            case ParcelStatus.RETURN_TO_SENDER:
                return Trouble.RETURNED
            case ParcelStatus.AVAILABLE_FOR_PICKUP:
                return Trouble.NOT_PICKED_UP if self.held_until and self.held_until < today else None
        if self.incident:
            return OF_INCIDENT[self.incident]
        if self.expected_on and self.expected_on < today:
            return Trouble.LATE
        is_silent = self.status is ParcelStatus.IN_TRANSIT and self.status_at and self.status_at + SILENT <= at
        return Trouble.SILENT if is_silent else None

    def standing(self, *, at: datetime, today: date) -> Standing:
        if self.status is ParcelStatus.DELIVERED:
            return Standing.DELIVERED
        if self.trouble(at=at, today=today):
            return Standing.PROBLEM
        if self.status is ParcelStatus.AVAILABLE_FOR_PICKUP:
            return Standing.WAITING
        if self.status is ParcelStatus.OUT_FOR_DELIVERY:
            return Standing.OUT
        return Standing.ON_ITS_WAY if self.status is ParcelStatus.IN_TRANSIT or self.shipped_at else Standing.PACKED


def standing(parcels: Collection[ParcelState], *, at: datetime, today: date) -> Standing | None:
    """None of an order without parcels: nothing is known of where it is. A parcel that never left counts as none."""
    each = [parcel.standing(at=at, today=today) for parcel in parcels if parcel.status is not ParcelStatus.CANCELLED]
    return min(each, key=URGENCY.index, default=None)
