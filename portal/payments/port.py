"""The provider in our words: what we may want of it, and what it may tell."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True)
class Pause:
    """Nothing is charged meanwhile."""

    resumes_at: datetime | None
    """None: until somebody resumes it."""


Contents = tuple[tuple[str, int], ...]
"""The provider's names of the prices with their quantities, in the order of the names."""


@dataclass(frozen=True)
class Terms:
    """What is ours to say about a subscription: as we want it, or as it stands at the provider."""

    version: int
    """Which of our changes was the last to get there."""
    next_charge_at: datetime | None
    """None when nothing can be charged any more. While it is paused or ending, when it otherwise would be."""
    every: tuple[int, str]
    """How often: so many days, weeks, months or years (`day`, `week`, `month`, `year`)."""
    contents: Contents
    pause: Pause | None
    is_ending: bool
    """Whether it ends where the next charge would be."""
    code: str | None
    """The discount code that counts."""
    ship_to: str
    """Where the boxes go, in one line, for whoever packs from the provider's data; empty if it is the customer's own address."""
    changed_by: str = field(default="", compare=False)
    """Who of the shop's people had a hand in the last of our changes; empty where the customer made it alone. Nothing differs by it."""


@dataclass(frozen=True)
class Why:
    """Why somebody cancelled, as far as they told."""

    reasons: tuple[str, ...]
    """In our words; the provider's are fewer."""
    comment: str


class Payment(StrEnum):
    """How far the payment of an invoice is."""

    PENDING = "pending"
    """Not tried yet, or under way at the bank."""
    OWED = "owed"
    """Tried and refused."""
    PAID = "paid"
    VOID = "void"
    """Neither paid nor owed any more."""


@dataclass(frozen=True)
class Renewal:
    """An invoice for one delivery. The invoices over nothing that a provider also writes are none."""

    ref: str
    version: int
    """Which of our changes was the last that the provider had when it wrote this."""
    invoiced_at: datetime
    charge: "Charge"
    amount: int
    """Before the customer's credit, in minor units of `currency`."""
    currency: str
    payment: Payment
    lines: tuple["Line", ...]


@dataclass(frozen=True)
class Line:
    price_ref: str | None
    words: str
    """What the provider calls it."""
    quantity: int
    amount: int
    """For all of the quantity, in minor units of the invoice's currency."""
    is_once: bool
    """Not of the subscription's contents: something that was charged with it this once."""
    discount: int = 0
    """Its share of all discounts, as the provider spread them."""
    tax: int = 0
    """Of what was left to pay for it, whether it is part of that or comes on top."""
    product_ref: str | None = None


@dataclass(frozen=True)
class Item:
    ref: str
    price_ref: str
    quantity: int
    amount: int
    """For one, in minor units of `currency`."""
    currency: str
    product_ref: str
    words: str
    """What the provider calls the product."""


@dataclass(frozen=True)
class Discount:
    """What a code or a coupon takes off."""

    code: str | None
    """None for what the shop gave without a code."""
    percent: float | None
    amount: int | None
    """In minor units of the subscription's currency; None if it is a percentage."""
    is_once: bool
    """Only the next charge."""
    ends_at: datetime | None
    """None while it lasts for ever, or for one charge."""


@dataclass(frozen=True)
class Standing:
    """How a subscription stands at the provider."""

    ref: str
    terms: Terms
    status: str
    """The provider's own word."""
    customer_ref: str
    ended_at: datetime | None
    stops_at: datetime | None
    """When it ends, if somebody chose a day for that there which is not where a charge would be; until then it is charged."""
    anchor_at: datetime
    """The charge from which the provider counts its rhythm."""
    items: tuple[Item, ...]
    discount: Discount | None
    renewals: tuple[Renewal, ...]
    """Oldest first; those since the moment that was asked for."""
    raw: dict[str, Any]
    """The subscription as the provider showed it."""

    @property
    def is_charging(self) -> bool:
        """Whether a charge is under way. To move the next one meanwhile would put its outcome out of sight."""
        return any(renewal.payment is Payment.PENDING for renewal in self.renewals)


@dataclass(frozen=True)
class Charge:
    """What an invoice comes to, or the next one will, as the provider reckons it. All amounts in minor units of `currency`."""

    currency: str
    subtotal: int
    discount: int
    tax: int
    """What comes on top of the subtotal."""
    tax_included: int
    """What is part of it already."""
    balance: int
    """The customer's credit before it; as much of it as is needed pays first."""
    due: int
    """What is charged to the card."""


@dataclass(frozen=True)
class NewPrice:
    """A price that the provider does not have yet: of one product, in a rhythm that a customer chose."""

    product_ref: str
    key: str
    """Under which it is found again, whoever made it."""
    amount: int
    currency: str
    every: tuple[int, str]


@dataclass(frozen=True)
class Event:
    """Something happened there. What, we look up: events come late, doubled and out of order."""

    id: str
    kind: str
    happened_at: datetime
    ref: str | None
    """The subscription that it is about, if it is about one."""
    customer_ref: str | None
    """Whose it is, there."""
    key: str | None
    """Of something that we asked for once only, if it is about that; else the payment of which money went back, if it is about that."""
    is_ours: bool
    """Whether it belongs to the mode, test or live, that our key is for."""
    about: str | None = None
    """What the provider calls the thing itself."""


@dataclass(frozen=True)
class Endpoint:
    """Where the provider sends what happens."""

    url: str
    version: str | None
    """Of its words, in which it speaks there."""
    is_enabled: bool
    kinds: tuple[str, ...]
    """Of events; `*` is all of them."""


class Declined(Exception):
    """The provider refused, and will refuse again. Its text is the provider's own, for staff.

    `problem` is what it comes to, for a sentence to the customer: day, not sold, no card, card, money, expired card, bank asks, address,
    one of those of a code, or other.
    """

    def __init__(self, words: str, problem: str = "other") -> None:
        super().__init__(words)
        self.problem = problem


class UnusableCode(Declined):
    """A discount code that can't be used. `problem` is unknown, expired, used up, not yours or not valid."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The code is {problem}.", problem)


class TryAgain(Exception):
    """The provider is away, busy, or its answer was lost. `retry_after` if it said when to come back."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class KeptError(TryAgain):
    """The provider goes on giving an error of its own that it has kept under this key."""


class PaymentProvider(Protocol):
    """All of it raises TryAgain; what changes something raises Declined as well."""

    def look_up(self, ref: str, *, since: datetime | None) -> Standing:
        """How the subscription stands, with its renewals since that moment; None means all of them."""

    def make_so(self, wanted: Terms, *, found: Standing) -> Standing:
        """Send the whole difference in one piece, with our version; answer how it stands then, without renewals."""

    def end_now(self, ref: str) -> None:
        """End it at once. One that has ended already stays so."""

    def tell_why(self, ref: str, why: Why) -> None:
        """Why it was cancelled; also of one that has ended. The last that is told counts."""

    def begin_again(self, wanted: Terms, *, old_ref: str, customer_ref: str, key: str) -> Standing:
        """A new subscription on these terms, paid and taxed like the old one.

        Once for each `key`, whatever is lost or repeated: it is looked for before it is made.
        """

    def next_charge(self, ref: str) -> Charge | None:
        """None if nothing will be charged."""

    def price_ref(self, price: NewPrice) -> str:
        """The provider's name for this price, which is made if it is not there."""

    def find_code(self, code: str, *, customer_ref: str, currency: str, at: datetime) -> Discount:
        """What a code takes off. Somebody waits for it, so it is given up after two seconds. Raises UnusableCode."""

    def endpoints(self) -> list[Endpoint]: ...

    def moment_there(self) -> datetime:
        """By its own clock."""

    def undelivered(self, since: datetime) -> int:
        """So many events it could not deliver, or not yet."""

    def proof(self, payload: bytes, *, at: datetime) -> list[str]:
        """What it would sign this with, once for each secret that we take: to try the way here."""

    def read_event(self, payload: bytes, signature: str) -> Event | None:
        """None if the provider did not sign it, or not lately."""

    def event(self, event_id: str) -> Event:
        """One that it still knows. Raises Declined for any other."""

    def events_since(self, since: datetime) -> list[Event]:
        """What happened since, oldest first. Providers keep events for a while only (Stripe: 30 days)."""
