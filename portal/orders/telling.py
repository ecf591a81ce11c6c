"""Orders that the shop's own system tells of, one at a time. Each is written once: docs/decisions/whose-orders.md says whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.orders.landing import land
from portal.orders.layouts.places import Place as Place
from portal.orders.layouts.sums import Settled
from portal.orders.models import Order, OrderedLine
from portal.orders.news import ordered
from portal.orders.reading import ReadOrder


@dataclass(frozen=True)
class ToldOrder:
    number: str
    placed_at: datetime
    email: str
    """In lower case."""
    name: str
    currency: str
    lines: Sequence[OrderedLine]
    shipping: int
    shipping_tax: int
    tax_included: bool
    place: Place | None
    invoice: str | None = None
    """The provider's name of the invoice by which it was paid."""

    @property
    def total(self) -> int:
        """The lines without their discount, with delivery and, where it comes on top, tax."""
        paid = sum(line.amount - line.discount for line in self.lines) + self.shipping
        return paid if self.tax_included else paid + self.shipping_tax + sum(line.tax for line in self.lines)


class Differs(Exception):
    """An order with this number is known, with another content. It stays as it is."""

    def __init__(self, what: Sequence[str]) -> None:
        super().__init__(", ".join(what))
        self.what = tuple(what)
        """Words of `landing.WHAT`."""


class Billed(Exception):
    """Its invoice is another order already. `number` is that one's."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


def take_order(told: ToldOrder) -> bool:
    """Whether it is new. Where it goes counts only then: later on, that is the customer's to change. Raises Differs, Billed."""
    settled = Settled(tuple(told.lines), told.total, told.shipping, told.shipping_tax, told.tax_included)
    read = ReadOrder(told.number, told.placed_at, told.email, told.name, told.currency, settled, told.place, (), told.invoice)
    landed = land([read], source="api")
    for _, what in landed.differing:
        raise Differs(what.split(" and "))
    order = db.session.scalars(select(Order).where(Order.number == told.number)).one_or_none()
    if order is None:
        raise Billed(db.session.scalars(select(Order.number).where(Order.source_ref == told.invoice)).one())
    if told.invoice and order.source_ref != told.invoice:
        raise Differs(["invoice"])
    if landed.new:
        ordered(order)
    return landed.new == 1
