"""What a parcel's state means for whoever waits for it, and what they can do now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.carriers import Incident, ParcelStatus
from portal.kit.shop import Shop


class Situation(StrEnum):
    PACKING = "packing"
    """It has not left yet."""
    ON_ITS_WAY = "on its way"
    OUT_FOR_DELIVERY = "out for delivery"
    DELAYED = "delayed"
    """The carrier says so."""
    CUSTOMS = "customs"
    LATE = "late"
    """The day that was told is over."""
    QUIET = "quiet"
    """No scan for days."""
    NOBODY_THERE = "nobody there"
    ADDRESS = "address"
    REFUSED = "refused"
    DAMAGED = "damaged"
    HELD = "held"
    """It waits to be picked up."""
    HELD_OVER = "held over"
    """Nobody came for it in time."""
    RETURNED = "returned"
    LOST = "lost"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Can(StrEnum):
    """What the customer can do, the first first."""

    WAIT = "wait"
    PICK_UP = "pick up"
    ASK_CARRIER = "ask carrier"
    WRITE = "write"
    """To the shop."""
    CLAIM = "claim"


CAN: dict[Situation, tuple[Can, ...]] = {
    Situation.PACKING: (Can.WAIT,),
    Situation.ON_ITS_WAY: (Can.WAIT,),
    Situation.OUT_FOR_DELIVERY: (Can.WAIT,),
    Situation.DELAYED: (Can.WAIT, Can.ASK_CARRIER),
    Situation.CUSTOMS: (Can.ASK_CARRIER, Can.WRITE),
    Situation.LATE: (Can.WAIT, Can.WRITE),
    Situation.QUIET: (Can.WAIT, Can.WRITE),
    Situation.NOBODY_THERE: (Can.WAIT, Can.ASK_CARRIER),
    Situation.ADDRESS: (Can.WRITE,),
    Situation.REFUSED: (Can.WRITE,),
    Situation.DAMAGED: (Can.CLAIM, Can.WRITE),
    Situation.HELD: (Can.PICK_UP,),
    Situation.HELD_OVER: (Can.WRITE, Can.ASK_CARRIER),
    Situation.RETURNED: (Can.WRITE,),
    Situation.LOST: (Can.CLAIM, Can.WRITE),
    Situation.DELIVERED: (Can.CLAIM,),
    Situation.CANCELLED: (),
}
TROUBLE = frozenset(Situation) - {
    Situation.PACKING, Situation.ON_ITS_WAY, Situation.OUT_FOR_DELIVERY, Situation.HELD, Situation.DELIVERED, Situation.CANCELLED,
}  # fmt: skip
"""Something is wrong."""
OVER = {Situation.RETURNED, Situation.LOST, Situation.DELIVERED, Situation.CANCELLED}
"""Nothing more is expected of such a parcel."""
OF_INCIDENT = {
    Incident.NOBODY_THERE: Situation.NOBODY_THERE,
    Incident.ADDRESS: Situation.ADDRESS,
    Incident.REFUSED: Situation.REFUSED,
    Incident.CUSTOMS: Situation.CUSTOMS,
    Incident.DAMAGED: Situation.DAMAGED,
    Incident.LOST: Situation.LOST,
    Incident.NOT_PICKED_UP: Situation.HELD_OVER,
}
"""The others are a delay."""
OF_END = {
    ParcelStatus.DELIVERED: Situation.DELIVERED,
    ParcelStatus.RETURN_TO_SENDER: Situation.RETURNED,
    ParcelStatus.CANCELLED: Situation.CANCELLED,
    ParcelStatus.FAILURE: Situation.LOST,
}
MOVING = (ParcelStatus.IN_TRANSIT, ParcelStatus.OUT_FOR_DELIVERY)


@dataclass(frozen=True)
class ParcelFacts:
    status: ParcelStatus
    incident: Incident | None = None
    status_at: datetime | None = None
    shipped_at: datetime | None = None
    expected_on: date | None = None
    held_until: date | None = None
    tracker_ref: str | None = None
    """If the carrier service follows it for us. Of one that nobody tells of, silence says nothing."""

    @property
    def is_told_of(self) -> bool:
        return self.tracker_ref is not None or self.status_at is not None

    @property
    def has_left(self) -> bool:
        return self.shipped_at is not None or self.status in MOVING


def situation(parcel: ParcelFacts, *, at: datetime, shop: Shop) -> Situation:
    today = at.astimezone(shop.zone).date()
    if ended := OF_END.get(parcel.status):
        return ended
    if parcel.status is ParcelStatus.AVAILABLE_FOR_PICKUP:
        is_over = parcel.incident is Incident.NOT_PICKED_UP or (parcel.held_until is not None and parcel.held_until < today)
        return Situation.HELD_OVER if is_over else Situation.HELD
    if parcel.incident:
        told = OF_INCIDENT.get(parcel.incident, Situation.DELAYED)
        return Situation.QUIET if told is Situation.DELAYED and is_quiet(parcel, at=at, shop=shop) else told
    if is_quiet(parcel, at=at, shop=shop):
        return Situation.QUIET
    if parcel.is_told_of and parcel.expected_on and parcel.expected_on < today:
        return Situation.LATE
    if parcel.status is ParcelStatus.OUT_FOR_DELIVERY:
        return Situation.OUT_FOR_DELIVERY
    return Situation.ON_ITS_WAY if parcel.has_left else Situation.PACKING


def is_quiet(parcel: ParcelFacts, *, at: datetime, shop: Shop) -> bool:
    """Whether it left, is not there, and was not scanned for days; nor was it expected to be, before the day that was told."""
    heard_at = max(filter(None, (parcel.status_at, parcel.shipped_at)), default=None)
    is_there = parcel.status in OF_END or parcel.status is ParcelStatus.AVAILABLE_FOR_PICKUP
    if heard_at is None or is_there or not (parcel.is_told_of and parcel.has_left):
        return False
    return at >= shop.quiet_after(heard_at)
