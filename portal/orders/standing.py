"""How things stand with an order as a whole, from how they stand with each of its parcels."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.carriers import Incident, ParcelStatus

OVER = (ParcelStatus.DELIVERED, ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE, ParcelStatus.CANCELLED)
"""Nothing more is expected of these."""
FAILED = (ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE)


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


URGENCY = list(Standing)


@dataclass(frozen=True)
class ParcelState:
    status: ParcelStatus
    incident: Incident | None
    expected_on: date | None
    shipped_at: datetime | None


def standing(parcels: Collection[ParcelState], *, today: date) -> Standing | None:
    """None of an order without parcels: nothing is known of where it is."""
    each = [_standing_of(parcel, today) for parcel in parcels if parcel.status is not ParcelStatus.CANCELLED]
    return min(each, key=URGENCY.index, default=None)


def _standing_of(parcel: ParcelState, today: date) -> Standing:
    if parcel.status is ParcelStatus.DELIVERED:
        return Standing.DELIVERED
    if parcel.status in FAILED:
        return Standing.PROBLEM
    if parcel.status is ParcelStatus.AVAILABLE_FOR_PICKUP:
        return Standing.WAITING
    if parcel.incident or (parcel.expected_on and parcel.expected_on < today):
        return Standing.PROBLEM
    if parcel.status is ParcelStatus.OUT_FOR_DELIVERY:
        return Standing.OUT
    return Standing.ON_ITS_WAY if parcel.status is ParcelStatus.IN_TRANSIT or parcel.shipped_at else Standing.PACKED
