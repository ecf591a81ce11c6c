"""Cards, invoices and what a customer has to their credit, in our words: what we may want of the provider, and what it may tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from portal.payments.port import Declined, Line


@dataclass(frozen=True)
class CardThere:
    """Something that can be charged. Most of them are cards; of another kind only the kind and some digits are known."""

    ref: str
    brand: str
    """In the provider's word, such as `visa` or `sepa_debit`."""
    last4: str
    expires: tuple[int, int] | None
    """Month and year."""
    added_at: datetime


class Result(StrEnum):
    """How a try to charge a card went."""

    PENDING = "pending"
    REFUSED = "refused"
    PAID = "paid"


@dataclass(frozen=True)
class TryThere:
    """One try to charge an invoice."""

    ref: str
    tried_at: datetime
    amount: int
    """In minor units of the invoice's currency."""
    result: Result
    reason: str
    """Why it was refused, in the provider's word, such as `insufficient_funds`; empty if it was not."""
    brand: str
    last4: str
    receipt_url: str | None
    refunded: int
    """How much of it went back."""


@dataclass(frozen=True)
class ShipTo:
    """Where a customer's parcels go."""

    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    region: str
    country: str
    """ISO 3166-1, two letters."""
    phone: str


@dataclass(frozen=True)
class Sale:
    """What an invoice of no subscription sells. All amounts in minor units of its currency."""

    lines: tuple[Line, ...]
    """Those above zero."""
    shipping: int
    """What the delivery costs, before `shipping_tax` unless prices include tax."""
    shipping_tax: int
    tax_included: bool
    ship_to: ShipTo | None
    """None if it is for the customer's own address."""


@dataclass(frozen=True)
class Bill:
    """An invoice. All amounts in minor units of `currency`."""

    ref: str
    number: str | None
    written_at: datetime
    words: str
    """What it is for, as the provider writes it."""
    total: int
    due: int
    """What is left of the total after the customer's credit: this is charged to a card."""
    paid: int
    currency: str
    status: str
    """The provider's own word: draft, open, paid, void, uncollectible."""
    was_tried: bool
    is_collected: bool
    """Whether the provider goes on trying by itself."""
    next_try_at: datetime | None
    subscription_ref: str | None
    page_url: str | None
    """The provider's own page of it, where it can be paid and approved."""
    tries: tuple[TryThere, ...]
    """Oldest first."""
    sale: Sale | None
    """What it sells once, by itself; None for one of a subscription."""


@dataclass(frozen=True)
class AccountStanding:
    """How a customer stands at the provider."""

    version: int
    """Which of our changes was the last to get there."""
    currency: str | None
    """None before the first charge."""
    balance: int
    """In minor units: above zero it is the customer's, and pays the next charges; below zero it is added to the next one."""
    default_ref: str | None
    """The card that is charged, unless a subscription names another."""
    cards: tuple[CardThere, ...]
    ship_to: ShipTo | None
    bills: tuple[Bill, ...]
    """Oldest first; those since the moment that was asked for."""
    names: Mapping[str, str | None]
    """What the payments of that time are called there, each with its invoice, also those that no invoice asked for."""


@dataclass(frozen=True)
class WantedPage:
    """A page at the provider on which a customer gives a card. All of it is frozen: asked for again, it is the same page."""

    key: str
    """Random, once for each page."""
    customer_ref: str
    currency: str
    expires_at: datetime
    return_url: str
    cancel_url: str
    locale: str


@dataclass(frozen=True)
class HostedPage:
    ref: str
    url: str


class PageState(StrEnum):
    OPEN = "open"
    DONE = "done"
    OVER = "over"
    """It was open for too long, or was closed."""


@dataclass(frozen=True)
class PageStanding:
    """What came of a page on which a card was to be given."""

    state: PageState
    card_ref: str | None
    """The card that was given, once it is done."""
    problem: str
    """Why the last card that was tried there was not taken, in the provider's word; empty if none was tried."""


@dataclass(frozen=True)
class WantedPayment:
    """A page at the provider on which a customer pays something once. All of it is frozen, as of a page on which a card is given."""

    key: str
    customer_ref: str
    amount: int
    """In minor units of `currency`."""
    currency: str
    words: str
    """What it is for, as the page and the invoice say it."""
    expires_at: datetime
    return_url: str
    cancel_url: str
    locale: str
    asked_by: str = ""
    """As of a refund."""


@dataclass(frozen=True)
class PaymentStanding:
    """What came of a page on which something was to be paid."""

    state: PageState
    """Open as well while the bank takes its time."""
    bill: Bill | None
    """The invoice that was written for it, with the payment, once it is done."""
    problem: str
    """Why the last card that was tried there was not taken, in the provider's word; empty if none was tried."""


class ChargeRefused(Declined):
    """The bank refused. `reason` is the provider's word for why, such as `insufficient_funds`."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class AccountGone(Declined):
    """There is no such customer: deleted, or of another mode or account than our key."""


class BillingProvider(Protocol):
    """All of it raises TryAgain; what changes something raises Declined as well."""

    page_origin: str
    """Where its pages stand, such as https://checkout.stripe.com."""

    def look_up(self, ref: str, *, since: datetime | None) -> AccountStanding:
        """How a customer stands, with their bills since that moment; None means all of them. Raises AccountGone."""

    def look_at_bill(self, ref: str) -> Bill: ...

    def make_so(self, ref: str, *, version: int, default_ref: str | None, everywhere: bool) -> None:
        """Charge this card from now on, and take our version. With `everywhere`, also for subscriptions that name a card of their own."""

    def ship_to(self, ref: str, address: ShipTo, *, changed_by: str = "") -> None:
        """`changed_by` is who of the shop's people had a hand in it; empty where the customer did it alone."""

    def remove_card(self, card_ref: str) -> None:
        """Nothing can be charged to it any more, and nobody can bring it back."""

    def open_page(self, wanted: WantedPage) -> HostedPage: ...

    def look_at_page(self, page_ref: str) -> PageStanding: ...

    def open_payment(self, wanted: WantedPayment, *, under: str) -> HostedPage:
        """`under` is its idempotency key."""

    def look_at_payment(self, page_ref: str) -> PaymentStanding: ...

    def find_page(self, customer_ref: str, key: str) -> HostedPage | None:
        """The page of this key, of either kind, if it was opened, whether or not we heard the answer."""

    def close_page(self, page_ref: str) -> None: ...

    def give_up(self, bill_ref: str) -> Bill:
        """Nobody owes it any more, and nobody tries to collect it. One that was paid meanwhile, or is not open, stays as it is."""

    def pay(self, bill_ref: str, *, card_ref: str, key: str) -> Bill:
        """Charge it now. The same `key` is the same try for at least a day, whatever is lost or repeated. Raises ChargeRefused."""
