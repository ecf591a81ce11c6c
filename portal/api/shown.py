"""What the API answers with: described by the very classes that write it."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Thing = TypeVar("Thing", bound="Shown")


class Shown(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PageOf(Shown, Generic[Thing]):
    data: tuple[Thing, ...]
    next_cursor: str | None
    """Where the next page begins; null on the last one."""


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
    stripe_product: str | None
    variants: tuple[Variant, ...]


class Stock(Shown):
    sku: str
    quantity: int
    as_of: datetime


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
    """subscription, import or api."""
    packed_at: datetime | None
    """From then on it stays as it is."""
    customer_id: int | None
    """null until somebody has proved the address that the order came with."""
    email: str | None
    """The address that it came with. null without the scope customers:read."""
    address: Address | None
    """Where it goes. null without the scope customers:read."""
    lines: tuple[Line, ...]
