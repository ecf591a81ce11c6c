"""An order and its parcels as pages show them: what follows from what was read, and nothing that asks the database."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from portal.carriers import ParcelStatus
from portal.orders.carrier_pages import name_of, page_of
from portal.orders.policy import OVER, TROUBLE, ParcelFacts, Situation
from portal.orders.standing import OF_SITUATION, Standing

Moment = datetime | date | None


@dataclass(frozen=True)
class ShownLine:
    title: str
    sku: str
    quantity: int
    unit_amount: int
    amount: int
    picture: str
    guide_of: int | None
    """The product, if there is a guide to it."""


@dataclass(frozen=True)
class Piece:
    """So many of a line are in a parcel, or in none yet."""

    title: str
    quantity: int
    picture: str


@dataclass(frozen=True)
class Pieces:
    """The first of them, and how many lines there are."""

    first: tuple[Piece, ...] = ()
    lines: int = 0


@dataclass(frozen=True)
class Scanned:
    status: ParcelStatus
    happened_at: datetime
    words: str
    """The carrier's own, in its language."""
    place: str


@dataclass(frozen=True)
class Moved:
    """The day on which it is expected."""

    before: date
    after: date
    told_at: datetime


@dataclass(frozen=True)
class Step:
    """Of the timeline. `what` is placed, packed, shipped, on the way, out, waits, delivered, returned or lost."""

    what: str
    state: str
    """done, now or todo."""
    at: Moment = None
    place: str = ""
    words: str = ""


@dataclass(frozen=True)
class ShownParcel:
    id: int
    nth: int
    facts: ParcelFacts
    situation: Situation
    carrier: str
    number: str | None
    placed_at: datetime
    packed_at: datetime | None
    delivered_at: datetime | None
    held_at: str
    pickup_code: str
    moves: tuple[Moved, ...]
    """The newest last."""
    scans: tuple[Scanned, ...]
    """The newest first, as many as a page shows."""
    scanned: int
    """How often in all."""
    pieces: Pieces

    @property
    def carrier_name(self) -> str:
        return name_of(self.carrier)

    @property
    def carrier_page(self) -> str | None:
        return page_of(self.carrier, self.number)

    @property
    def was_expected_on(self) -> date | None:
        """Before it moved."""
        return self.moves[-1].before if self.moves else None

    @property
    def standing(self) -> Standing:
        return OF_SITUATION[self.situation]

    @property
    def is_trouble(self) -> bool:
        return self.situation in TROUBLE

    @property
    def is_under_way(self) -> bool:
        return self.situation not in OVER

    @property
    def ending(self) -> str:
        """Enough of its number to tell it from another."""
        return (self.number or "")[-6:]

    def steps(self, *, with_order: bool = True, with_words: bool = True) -> list[Step]:
        """From the order to the door. Without the carrier's words for who may not read them: they may name somebody."""
        begun = [Step("placed", "done", self.placed_at)] if with_order else []
        has_left = self.facts.shipped_at is not None or self.facts.status not in (ParcelStatus.UNKNOWN, ParcelStatus.PRE_TRANSIT)
        if self.packed_at or not has_left:
            begun.append(Step("packed", "done" if has_left else "now", self.packed_at))
        if not has_left:
            return [*begun, Step("shipped", "todo"), Step("delivered", "todo", self.facts.expected_on)]
        return [*begun, Step("shipped", "done", self.facts.shipped_at), *self._since_it_left(with_words)]

    def _since_it_left(self, with_words: bool) -> list[Step]:
        out = next((scan.happened_at for scan in self.scans if scan.status is ParcelStatus.OUT_FOR_DELIVERY), None)
        was_out = [Step("out", "done", out)] if out else []
        at, due = self.facts.status_at, self.facts.expected_on
        match self.facts.status:
            case ParcelStatus.DELIVERED:
                return [*was_out, Step("delivered", "done", self.delivered_at)]
            case ParcelStatus.RETURN_TO_SENDER:
                return [*was_out, Step("returned", "done", at)]
            case ParcelStatus.FAILURE:
                return [*was_out, Step("lost", "done", at)]
            case ParcelStatus.AVAILABLE_FOR_PICKUP:
                return [*was_out, Step("waits", "now", at, self.held_at if with_words else ""), Step("delivered", "todo")]
            case ParcelStatus.OUT_FOR_DELIVERY:
                return [Step("out", "now", at), Step("delivered", "todo", due)]
        newest = next((scan for scan in self.scans if scan.status is ParcelStatus.IN_TRANSIT), None)
        here = Step("on the way", "now", at, newest.place if newest else "", newest.words if newest and with_words else "")
        return [here, Step("out", "todo", due), Step("delivered", "todo", due)]


@dataclass(frozen=True)
class Sums:
    """What was paid, from the lines as they were bought. In minor units."""

    goods: int
    discount: int
    shipping: int
    tax: int
    """Of the goods and of the delivery."""
    tax_included: bool
    total: int
    due: int | None
    """What of the total a card paid, after the customer's credit; None where no invoice of it is known."""
    refunded: int = 0
    """What of it went back to the card."""

    @property
    def other(self) -> int:
        """What the total differs by from what its parts say: an order that came without them says no more."""
        return self.total - (self.goods - self.discount + self.shipping + (0 if self.tax_included else self.tax))

    @property
    def credit(self) -> int:
        """What the customer's credit paid of it; below zero what was owed from before, and paid with it."""
        return 0 if self.due is None else self.total - self.due

    @property
    def is_whole(self) -> bool:
        """Whether it cost what the goods cost, and nothing was taken off or added."""
        return self.goods == self.total and not (self.discount or self.shipping or self.tax)


@dataclass(frozen=True)
class ShownOrder:
    id: int
    number: str
    placed_at: datetime
    currency: str
    packed_at: datetime | None
    sums: Sums
    lines: tuple[ShownLine, ...]
    """One page of them."""
    first_line: int
    """From 0, of this page."""
    how_many: int
    parcels: tuple[ShownParcel, ...]
    left: Pieces
    """What is in no parcel yet, of an order that has some."""

    @property
    def total(self) -> int:
        return self.sums.total

    @property
    def due(self) -> int | None:
        return self.sums.due

    @property
    def is_under_way(self) -> bool:
        return any(parcel.is_under_way for parcel in self.parcels)

    @property
    def standings(self) -> list[tuple[Standing, int]]:
        """How many parcels stand how, the most urgent first."""
        counted = Counter(parcel.standing for parcel in self.parcels)
        return [(standing, counted[standing]) for standing in Standing if counted[standing]]

    @property
    def older_lines(self) -> int | None:
        """Where the next page of lines begins."""
        after = self.first_line + len(self.lines)
        return after if after < self.how_many else None

    @property
    def stamp(self) -> str:
        """Another one as soon as the page would say anything else."""
        return sha256(repr(self).encode()).hexdigest()[:16]
