"""A claim: what went wrong with an order, what the customer wants, and until when they were promised an answer."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.orders.models import Order, OrderLine
from portal.returns.models.unit import TakenUnit
from portal.returns.refusals import NotOpenAnyMore


class ClaimKind(StrEnum):
    NOT_HERE = "not_here"
    """It says delivered, or should be here by now, and isn't."""
    DAMAGED = "damaged"
    MISSING = "missing"
    """The parcel came without it."""
    WRONG = "wrong"
    """Something else came."""


class ClaimStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    RESOLVED = "resolved"
    DENIED = "denied"
    CANCELED = "canceled"


class Wish(StrEnum):
    REPLACEMENT = "replacement"
    REFUND = "refund"


class Claim(Model):
    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("customer_id", "draft"), Index("ix_claim_status_answer_by", "status", "answer_by"))
    reference: Mapped[str] = mapped_column(unique=True)
    """What the customer and support call it by, such as `K-7KQ2-M9XD`."""
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    draft: Mapped[str]
    """The key of the form that made it: sent twice, it makes one."""
    kind: Mapped[ClaimKind]
    wish: Mapped[Wish]
    words: Mapped[str] = mapped_column(info={"personal": True})
    why_no_photo: Mapped[str] = mapped_column(info={"personal": True})
    """Where a photo was asked for and there is none."""
    opened_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    """What was promised."""
    status: Mapped[ClaimStatus] = mapped_column(default=ClaimStatus.OPEN)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was resolved, denied or canceled."""
    lines: Mapped[list["ClaimLine"]] = relationship(back_populates="claim", default_factory=list, order_by="ClaimLine.id")

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id)

    @property
    def is_open(self) -> bool:
        return self.status is ClaimStatus.OPEN

    def cancel(self, *, at: datetime) -> None:
        """Taken back by the customer, before anybody has decided. Raises NotOpenAnyMore."""
        if not self.is_open:
            raise NotOpenAnyMore
        self.status, self.closed_at = ClaimStatus.CANCELED, at


class ClaimLine(Model):
    """So many of one line of the order are meant."""

    __tablename__ = "claim_line"
    __table_args__ = (UniqueConstraint("claim_id", "order_line_id"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), index=True)
    quantity: Mapped[int]
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), init=False)
    claim: Mapped[Claim] = relationship(back_populates="lines", default=None)
    units: Mapped[list[TakenUnit]] = relationship(default_factory=list, order_by=TakenUnit.number, cascade="all, delete-orphan")
