"""What the API answers with: described by the very classes that write it."""

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from portal.carriers import Incident, ParcelStatus
from portal.returns.models import (
    Acceptance,
    ClaimKind,
    ClaimStatus,
    Fault,
    Outcome,
    PayoutKind,
    Reception,
    ReturnStatus,
    Way,
    Wish,
)

Thing = TypeVar("Thing", bound="Shown")


class Shown(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PageOf(Shown, Generic[Thing]):
    model_config = ConfigDict(use_attribute_docstrings=False)  # for each kind of page, they would be looked for in every file of the portal
    data: tuple[Thing, ...]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


class Price(Shown):
    every_count: int
    every_unit: str
    amount: int
    """Of one piece, in minor units of the currency."""
    currency: str
    stripe_price: str | None
    is_offered: bool


class Variant(Shown):
    sku: str
    name: str
    prices: tuple[Price, ...]


class Product(Shown):
    ref: str | None
    """What your system calls it; null for one that only Stripe has told of."""
    name: str
    picture: str
    guide: str
    manual_url: str
    category: str
    stripe_product: str | None
    variants: tuple[Variant, ...]


class Stock(Shown):
    sku: str
    quantity: int
    as_of: datetime


class Stocks(Shown):
    stock: tuple[Stock, ...]
    """In the order in which they were told."""


class Address(Shown):
    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    region: str
    country: str
    phone: str


class Line(Shown):
    position: int
    title: str
    sku: str
    quantity: int
    """As it was bought."""
    cancelled: int
    """How many of them the customer does not want any more: they must not be packed."""
    unit_amount: int
    discount: int
    tax: int


class Order(Shown):
    number: str
    placed_at: datetime
    currency: str
    total: int
    """The lines without their discount, with delivery and, where it comes on top, tax."""
    shipping: int
    shipping_tax: int
    tax_included: bool
    source: str
    """subscription, stripe (an invoice of no subscription), import or api."""
    invoice: str | None
    """The invoice at Stripe by which it was paid, if that is known."""
    packed_at: datetime | None
    """From then on it stays as it is."""
    customer_id: int | None
    """null until somebody has proved the address that the order came with."""
    email: str | None
    """The address that it came with. null without the scope customers:read."""
    address: Address | None
    """Where it goes. null without the scope customers:read."""
    lines: tuple[Line, ...]


class Packed(Shown):
    position: int
    """Of the line in its order."""
    quantity: int


class Event(Shown):
    source: str
    """Who told of it: api, or the carrier service."""
    status: ParcelStatus
    incident: Incident | None
    happened_at: datetime
    words: str
    place: str


class Shipment(Shown):
    ref: str
    order: str
    carrier: str
    tracking_number: str | None
    status: ParcelStatus
    """As the newest news say, by the carrier’s clock."""
    incident: Incident | None
    status_at: datetime | None
    packed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    expected_on: date | None
    held_at: str
    held_until: date | None
    lines: tuple[Packed, ...]
    events: tuple[Event, ...]


class ReturnItem(Shown):
    order: str
    position: int
    """Of the line in its order."""
    sku: str
    title: str
    quantity: int
    """How many were announced."""
    reason: str
    """Its key in your policy; empty where the law asks for none."""
    detail: str
    fault: Fault
    """Whose doing it is that it comes back."""
    outcome: Outcome
    """What the customer gets."""
    is_instant: bool
    """They get it before the goods come."""
    reception: Reception
    acceptance: Acceptance
    received: int
    accepted: int
    deduction: int
    """What is kept back of it, in minor units of the return’s currency."""


class Payout(Shown):
    order: str
    kind: PayoutKind
    amount: int
    """In minor units of the currency, bonus included."""
    bonus: int
    currency: str
    decided_at: datetime
    by_hand: int
    """How much of it you give back yourselves, because no payment of it is known here."""


class ReturnParcel(Shown):
    """The newest by which it goes back."""

    way: Way
    carrier: str
    tracking_number: str
    """Empty while there is none."""
    status: ParcelStatus
    """As the newest news say, by the carrier’s clock."""
    incident: Incident | None
    status_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    events: tuple[Event, ...]


class Return(Shown):
    rma: str
    status: ReturnStatus
    is_withdrawal: bool
    """The customer withdrew from the contract, as the law lets them."""
    customer_id: int | None
    way: Way | None
    """How it goes back."""
    currency: str
    submitted_at: datetime | None
    decided_at: datetime | None
    send_by: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    items: tuple[ReturnItem, ...]
    payouts: tuple[Payout, ...]
    """What went back for it so far."""
    parcel: ReturnParcel | None
    """By which it goes back; none before it is approved, and where nothing has to come."""


class ClaimLine(Shown):
    position: int
    """Of the line in its order."""
    sku: str
    title: str
    quantity: int


class Claim(Shown):
    reference: str
    order: str
    kind: ClaimKind
    wish: Wish
    status: ClaimStatus
    customer_id: int
    opened_at: datetime
    answer_by: datetime
    """What the customer was promised."""
    closed_at: datetime | None
    lines: tuple[ClaimLine, ...]
    payouts: tuple[Payout, ...]


class Change(Shown):
    id: int
    at: datetime
    deed: str
    """What was done, such as skip."""
    by: Literal["customer", "staff"]
    """Staff did it for the customer."""
    customer_id: int
    email: str | None
    """The customer’s address now. null without the scope customers:read."""
    subject: str
    """What it was done to: subscription, order, parcel, account or customer."""
    ref: str | None
    """What the subject is called: a subscription at Stripe, an order by its number, a parcel by your own ref."""
    facts: dict[str, Any]
    """More about it, as it was then. It names no person."""


class Changes(Shown):
    data: tuple[Change, ...]
    """In the order in which they were made."""
    next_cursor: str | None
    """Ask with it for what comes next, now or later. null as long as there is nothing at all."""
    has_more: bool
