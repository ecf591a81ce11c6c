"""Orders: what was bought, once, at which price. Written once and never changed; who may see one is all that is learned later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import BigInteger, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Address, Customer
from portal.kit.db import Model

MOST_LINES = 10_000
"""Of an order that somebody else's system tells of."""


class Order(Model):
    __tablename__ = "orders"  # `order` is a word of SQL
    __table_args__ = (Index("ix_orders_customer_id_placed_at_id", "customer_id", "placed_at", "id"),)
    number: Mapped[str] = mapped_column(unique=True)
    """What people call it by."""
    placed_at: Mapped[datetime] = mapped_column(index=True)
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    """In minor units of `currency`: the lines, with delivery, tax and discounts where there were any."""
    source: Mapped[str]
    """subscription, stripe (an invoice of no subscription), import or api."""
    source_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """What it was made from, such as the provider's invoice: of one, there is one order."""
    delivery_id: Mapped[int | None] = mapped_column(default=None)
    """The delivery of a subscription that it was. No foreign key: that room stands above this one."""
    email: Mapped[str | None] = mapped_column(index=True, default=None, info={"personal": True})
    """The address that an imported order came with, in lower case."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), default=None)
    """Whose it is. None until the address that it came with is verified: docs/decisions/whose-orders.md."""
    address_id: Mapped[int | None] = mapped_column(ForeignKey(Address.id), default=None)
    """Where it goes, if that was told."""
    shipping: Mapped[int] = mapped_column(BigInteger, default=0)
    """What its delivery cost, in minor units of `currency`, before `shipping_tax` unless prices include tax."""
    shipping_tax: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_included: Mapped[bool] = mapped_column(default=False)
    """Whether amounts contain their tax, which is then an “of which”; else it comes on top."""
    standard_shipping: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """What the shop's cheapest standard delivery cost on that day, tax included. None where that is not known."""
    packed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When packing began: from then on it stays as it is."""
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", default_factory=list, order_by="OrderLine.position")

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id)


class OrderLine(Model):
    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_id", "position"),)
    position: Mapped[int]
    """From 0, in the order in which they were bought."""
    title: Mapped[str]
    sku: Mapped[str] = mapped_column(index=True)
    quantity: Mapped[int]
    unit_amount: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    """For all of the quantity, before the discount."""
    picture: Mapped[str] = mapped_column(default="")
    """A file below static/, such as `products/coffee.svg`; empty when there is none."""
    discount: Mapped[int] = mapped_column(BigInteger, default=0)
    """Its share of all discounts, spread once, when it was bought."""
    tax: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of what was left to pay for it."""
    category: Mapped[str] = mapped_column(default="")
    """Its product's, when it was bought."""
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), init=False)
    order: Mapped[Order] = relationship(back_populates="lines", default=None)


@dataclass(frozen=True)
class OrderedLine:
    """What a line is made from."""

    title: str
    sku: str
    quantity: int
    unit_amount: int
    """In minor units of the order's currency."""
    picture: str = ""
    discount: int = 0
    tax: int = 0
    category: str = ""

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_amount


def rows_of(order_id: int, lines: Sequence[OrderedLine]) -> list[dict[str, int | str]]:
    """The lines as rows, for an insert of many."""
    return [
        {
            "order_id": order_id, "position": position, "title": line.title, "sku": line.sku, "quantity": line.quantity,
            "unit_amount": line.unit_amount, "amount": line.amount, "picture": line.picture,
            "discount": line.discount, "tax": line.tax, "category": line.category,
        }
        for position, line in enumerate(lines)
    ]  # fmt: skip
