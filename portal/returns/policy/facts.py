"""What is known of a line of an order, and of the parcels that it came in."""

from dataclasses import dataclass
from datetime import datetime

from portal.returns.models import FlagKind


@dataclass(frozen=True)
class Parcel:
    """One parcel of the order, as far as it matters here; or what is still to be sent, of which nothing is known."""

    units: int
    """Of the line in question."""
    delivered_at: datetime | None = None
    shipped_at: datetime | None = None
    is_followed: bool = False
    """Whether the carrier tells of it: then it has not come as long as nobody says so."""
    never_comes: bool = False
    """It was lost, or goes back."""

    @property
    def is_under_way(self) -> bool:
        return not self.never_comes and self.delivered_at is None and (self.is_followed or self.shipped_at is None)


@dataclass(frozen=True)
class LineFacts:
    """What is known of one line of an order. That the order is theirs has been seen to by whoever found it."""

    sku: str
    category: str
    country: str
    """Where it went, as ISO 3166."""
    quantity: int
    placed_at: datetime
    parcels: tuple[Parcel, ...] = ()
    """All of the order, with how many of this line are in each: the last of them counts for the right to withdraw. None known: it came
    when it should have."""
    cancelled: int = 0
    """Units that were never sent, because the customer did not want them any more."""
    returned: int = 0
    """Units in a return that was not given up, or in a claim about something that had come."""
    missed: int = 0
    """Units in a claim because they did not come."""
    first_box: datetime | None = None
    """Of a subscription's order: when the first box came, from which on the law counts for all of them."""
    returns_of_order: int = 0
    """How many there are already, without those that were given up."""
    flag: FlagKind | None = None

    @property
    def free(self) -> int:
        return self.quantity - self.cancelled - self.returned - self.missed
