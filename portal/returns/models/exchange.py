"""Something else goes out for what comes back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model
from portal.orders.models import Order


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
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id), index=True, default=None)
    """The order by which it goes out."""
