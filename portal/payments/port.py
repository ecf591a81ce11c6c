"""The provider in our words: what we may want of it, and what it may tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True)
class Terms:
    """What is ours to say about a subscription: as we want it, or as it stands at the provider."""

    version: int
    """Which of our changes was the last to get there."""
    next_charge_at: datetime | None
    """None when nothing will be charged."""


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
    invoiced_at: datetime
    amount: int
    """In minor units of `currency`."""
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


@dataclass(frozen=True)
class Item:
    ref: str
    price_ref: str
    quantity: int


@dataclass(frozen=True)
class Standing:
    """How a subscription stands at the provider."""

    terms: Terms
    status: str
    """The provider's own word."""
    is_paused: bool
    resumes_at: datetime | None
    ends_at_period_end: bool
    ended_at: datetime | None
    anchor_at: datetime
    """The charge from which the provider counts its rhythm."""
    items: tuple[Item, ...]
    renewals: tuple[Renewal, ...]
    """Oldest first; those since the moment that was asked for."""
    raw: dict[str, Any]
    """The subscription as the provider showed it."""

    @property
    def is_charging(self) -> bool:
        """Whether a charge is under way. To move the next one meanwhile would put its outcome out of sight."""
        return any(renewal.payment is Payment.PENDING for renewal in self.renewals)


@dataclass(frozen=True)
class Event:
    """Something happened there. What, we look up: events come late, doubled and out of order."""

    id: str
    kind: str
    happened_at: datetime
    ref: str | None
    """The subscription that it is about, if it is about one."""
    is_ours: bool
    """Whether it belongs to the mode, test or live, that our key is for."""


class Declined(Exception):
    """The provider refused, and will refuse again. Its text is the provider's reason, for staff."""


class TryAgain(Exception):
    """The provider is away, busy, or its answer was lost. `retry_after` if it said when to come back."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PaymentProvider(Protocol):
    """All of it raises TryAgain; what changes something raises Declined as well."""

    def look_up(self, ref: str, *, since: datetime | None) -> Standing:
        """How the subscription stands, with its renewals since that moment; None means all of them."""

    def make_so(self, ref: str, *, wanted: Terms, found: Terms) -> Standing:
        """Send the whole difference in one piece, with our version; answer how it stands then, without renewals."""

    def read_event(self, payload: bytes, signature: str) -> Event | None:
        """None if the provider did not sign it, or not lately."""

    def events_since(self, moment: datetime) -> list[Event]:
        """What happened since, oldest first. Providers keep events for a while only (Stripe: 30 days)."""
