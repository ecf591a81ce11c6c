"""Something else goes out for what comes back."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import BigInteger, ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.orders.models import Order
from portal.returns.models.item import ReturnItem
from portal.returns.models.return_ import Return


class ExchangeStatus(StrEnum):
    REQUESTED = "requested"
    AWAITING_PAYMENT = "awaiting_payment"
    """It costs more, and the difference was not paid yet."""
    APPROVED = "approved"
    """It can be packed: its order was made."""
    FULFILLED = "fulfilled"
    """It is on its way."""
    CANCELED = "canceled"


class Exchange(Model):
    """What goes out for one item of a return, or for a claim: an exchange, or a replacement, which is the same thing again."""

    __tablename__ = "exchange"
    __table_args__ = (Index("ix_exchange_status_pay_by", "status", "pay_by"),)
    sku: Mapped[str]
    title: Mapped[str]
    picture: Mapped[str]
    quantity: Mapped[int]
    unit_amount: Mapped[int] = mapped_column(BigInteger)
    """What one of it costs, tax included, in minor units of `currency`, as told when it was chosen."""
    credit: Mapped[int] = mapped_column(BigInteger)
    """What was paid for what comes back."""
    difference: Mapped[int] = mapped_column(BigInteger)
    """What the customer still pays for it; below zero, what they get back. 0 for another variant of the same product."""
    currency: Mapped[str]
    asked_at: Mapped[datetime]
    return_item_id: Mapped[int | None] = mapped_column(ForeignKey("return_item.id"), unique=True, default=None)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), index=True, default=None)
    status: Mapped[ExchangeStatus] = mapped_column(default=ExchangeStatus.REQUESTED)
    paid_at: Mapped[datetime | None] = mapped_column(default=None)
    pay_by: Mapped[datetime | None] = mapped_column(default=None)
    """Until when the difference can be paid. After that the money comes back for what is sent."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id), index=True, default=None)
    """The order by which it goes out."""
    is_locked: Mapped[bool] = mapped_column(default=False)
    """Whether it is worth what was paid for what comes back, whatever it costs today: another variant, or the same again."""
    is_replacement: Mapped[bool] = mapped_column(default=False)
    """Whether it is the same again."""
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of the difference the shop has: what was paid, without what went back."""
    is_sold_out: Mapped[bool] = mapped_column(default=False)
    """Whether it could go out, and there was none left."""
    held_entry_id: Mapped[int | None] = mapped_column(default=None)
    """In the history of a subscription: its next box was moved, so that this comes first."""
    item: Mapped[ReturnItem | None] = relationship(init=False, viewonly=True)

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        """Those of their returns."""
        theirs = select(cls).join(ReturnItem, ReturnItem.id == cls.return_item_id).join(Return, Return.id == ReturnItem.return_id)
        return theirs.where(Return.customer_id == customer.id)

    @property
    def subject(self) -> str:
        """How payments and refunds of it begin."""
        return f"{self.__tablename__}:{self.id}"

    @property
    def is_settled(self) -> bool:
        """Whether nothing of what goes out changes any more: its order was made, or it was given up."""
        return self.status not in (ExchangeStatus.REQUESTED, ExchangeStatus.AWAITING_PAYMENT)

    @property
    def owed(self) -> int:
        """What the customer still has to pay before it goes out. Below zero: what they paid too much for it."""
        return (0 if self.status is ExchangeStatus.CANCELED else max(self.difference, 0)) - self.paid
