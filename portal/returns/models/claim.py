"""A claim: what went wrong with an order, what the customer wants, and until when they were promised an answer."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.orders.models import Order, OrderLine
from portal.returns.models.unit import TakenUnit
from portal.returns.not_now import DecidedAlready, NothingGiven, ReasonNeeded
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


class Resolution(StrEnum):
    """What the customer was given for it."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    BOTH = "both"
    """Some of it sent again, the money back for the rest."""


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
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was approved or denied."""
    resolution: Mapped[Resolution | None] = mapped_column(default=None)
    deny_reason: Mapped[str] = mapped_column(default="")
    """From the shop's list."""
    note_to_customer: Mapped[str] = mapped_column(default="", info={"personal": True})
    note_of_staff: Mapped[str] = mapped_column(default="", info={"personal": True})
    """Never shown to the customer."""
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

    def approve(self, given: Mapping[int, Wish], *, at: datetime) -> None:
        """What is given for which line, by its id; the others are the customer's again. Raises DecidedAlready, NothingGiven."""
        self._must_be(ClaimStatus.OPEN)
        for line in self.lines:
            line.given = given.get(line.id)
            if line.given is None:
                line.units.clear()
        kinds = {line.given for line in self.lines if line.given}
        if not kinds:
            raise NothingGiven
        self.resolution = Resolution.BOTH if len(kinds) > 1 else Resolution(kinds.pop())
        self.status, self.decided_at = ClaimStatus.APPROVED, at

    def deny(self, reason: str, *, at: datetime) -> None:
        """For one of the shop's reasons. Raises DecidedAlready, ReasonNeeded."""
        self._must_be(ClaimStatus.OPEN)
        if not reason:
            raise ReasonNeeded
        self.status, self.deny_reason = ClaimStatus.DENIED, reason
        self.decided_at = self.closed_at = at

    def resolve(self, *, at: datetime) -> None:
        """What was given has arrived, or is on its way. Raises DecidedAlready."""
        self._must_be(ClaimStatus.APPROVED)
        self.status, self.closed_at = ClaimStatus.RESOLVED, at

    def _must_be(self, status: ClaimStatus) -> None:
        if self.status is not status:
            raise DecidedAlready(self.status)


class ClaimLine(Model):
    """So many of one line of the order are meant."""

    __tablename__ = "claim_line"
    __table_args__ = (UniqueConstraint("claim_id", "order_line_id"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), index=True)
    quantity: Mapped[int]
    given: Mapped[Wish | None] = mapped_column(init=False, default=None)
    """What is given for it; None before that is decided, and for nothing."""
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), init=False)
    claim: Mapped[Claim] = relationship(back_populates="lines", default=None)
    units: Mapped[list[TakenUnit]] = relationship(default_factory=list, order_by=TakenUnit.number, cascade="all, delete-orphan")
