"""What an account at the provider holds, in our words: read a page at a time, to take it over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Page(Generic[Thing]):
    """Newest first."""

    things: tuple[Thing, ...]
    after: str | None
    """Where the next page begins; None: this was the last one."""


@dataclass(frozen=True)
class ProductThere:
    ref: str
    name: str


@dataclass(frozen=True)
class PriceThere:
    ref: str
    product_ref: str
    amount: int
    """For one, in minor units of `currency`."""
    currency: str
    every: tuple[int, str]
    is_active: bool
    """Whether it may still be put into a subscription."""


@dataclass(frozen=True)
class CustomerThere:
    ref: str
    email: str
    """As it was typed there; empty if there is none."""
    name: str
    version: int
    """Which of our changes was the last to get there; 0 if no portal ever changed anything."""


class Snag(StrEnum):
    """Why our terms can't say what a subscription is."""

    SEVERAL_CURRENCIES = "several currencies"
    SEVERAL_RHYTHMS = "several rhythms"
    BY_USAGE = "by usage"
    NOT_PER_PIECE = "not per piece"
    """Its price has tiers, is for so many at a time, or has parts of the smallest coin."""
    SCHEDULED = "scheduled"
    """The provider has a plan of changes to come, or has billed ahead."""
    SENT_BILLS = "sent bills"
    """The customer is sent an invoice and pays it later."""
    SEVERAL_DISCOUNTS = "several discounts"
    DISCOUNTED_PART = "discounted part"
    """A discount that counts for a part of it."""
    ENDS_BETWEEN = "ends between"
    """On a day that is no charge's."""
    BILLED_EARLY = "billed early"
    """As soon as it comes to some amount."""


class Unsayable(Exception):
    """Somebody made of a subscription of ours what our terms can't say, and `snags` say why."""

    def __init__(self, ref: str, snags: tuple[Snag, ...]) -> None:
        super().__init__(f"{ref}: {', '.join(snags)}")
        self.snags = snags


@dataclass(frozen=True)
class Part:
    """One thing that a subscription is for."""

    ref: str
    product_ref: str
    words: str
    """What the provider calls the product; empty in a list."""
    quantity: int | None
    """None if it is counted as it is used."""
    amount: int | None
    """For one, in minor units of `currency`; None if it depends."""
    currency: str
    every: tuple[int, str]


@dataclass(frozen=True)
class SubscriptionThere:
    """A subscription, told without anything that would need our terms."""

    ref: str
    customer_ref: str
    words: str
    """What the shop wrote about it there, for the customer to read; empty if nothing."""
    status: str
    """The provider's own word."""
    currency: str
    started_at: datetime
    ended_at: datetime | None
    next_charge_at: datetime | None
    version: int
    """As a customer's."""
    parts: tuple[Part, ...]
    snags: tuple[Snag, ...]
    """None of them: it can be looked up, and changed."""

    @property
    def never_began(self) -> bool:
        return self.status == "incomplete_expired"


class ListingProvider(Protocol):
    """`after` is where a page begins: None for the first, else what the one before it said. It only reads, and raises TryAgain.

    Raises Declined if the thing that `after` names is not there any more: then begin anew.
    """

    is_live: bool
    """Whether this is about real money."""

    def products(self, after: str | None) -> Page[ProductThere]: ...

    def prices(self, after: str | None) -> Page[PriceThere]:
        """Those that our terms can name: for one piece, each so often, whole in the smallest coin."""

    def customers(self, after: str | None) -> Page[CustomerThere]:
        """Those who were deleted are not told."""

    def customer(self, ref: str) -> CustomerThere | None:
        """None of one who is not there any more."""

    def subscriptions(self, after: str | None) -> Page[SubscriptionThere]:
        """Also those that have ended."""

    def subscription(self, ref: str) -> SubscriptionThere:
        """One of them as it is now, with what the provider calls its products."""
