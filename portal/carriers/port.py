"""What a carrier can say of a parcel: one vocabulary for all of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ParcelStatus(StrEnum):
    """Where a parcel is. The words are those of EasyPost, which has them for all carriers. Source: docs.easypost.com/docs/trackers."""

    UNKNOWN = "unknown"
    """The carrier has said nothing that could be understood."""
    PRE_TRANSIT = "pre_transit"
    """Announced; the carrier does not have it yet."""
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERED = "delivered"
    RETURN_TO_SENDER = "return_to_sender"
    FAILURE = "failure"
    """It will not arrive: lost, destroyed, refused by the customs."""
    CANCELLED = "cancelled"


class Incident(StrEnum):
    """What went wrong on the way."""

    NOBODY_THERE = "nobody_there"
    """An attempt to deliver failed; there is another, or it waits somewhere."""
    ADDRESS = "address"
    """The carrier can't find the address, or finds it incomplete."""
    REFUSED = "refused"
    """Whoever opened did not take it."""
    CUSTOMS = "customs"
    DELAYED = "delayed"
    """Weather, a strike, a missed van."""
    DAMAGED = "damaged"
    LOST = "lost"
    NOT_PICKED_UP = "not_picked_up"
    """The time to pick it up is over."""
    OTHER = "other"


@dataclass(frozen=True)
class Scan:
    ref: str
    """What makes it the same news when it comes again."""
    status: ParcelStatus
    incident: Incident | None
    happened_at: datetime
    """By the carrier's clock."""
    words: str = ""
    """The carrier's own."""
    place: str = ""


@dataclass(frozen=True)
class Tracking:
    """All that the carrier service knows of one parcel."""

    ref: str
    """What the service calls it."""
    carrier: str
    number: str
    scans: tuple[Scan, ...]
    """In any order, and some of them perhaps twice."""
    expected_on: date | None = None
    held_at: str = ""
    """Where it waits to be picked up."""
    held_until: date | None = None
    pickup_code: str = ""

    @property
    def newest(self) -> Scan | None:
        """By the carrier's clock. Of several at one moment, the one that was told last."""
        return max(reversed(self.scans), key=lambda scan: scan.happened_at, default=None)
