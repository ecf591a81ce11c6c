"""A return: what goes back, why, what the customer gets for it, and how far it is. Four axes, never one status."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.orders.models import OrderLine
from portal.returns.models.policy import PolicyVersion
from portal.returns.models.unit import TakenUnit
from portal.returns.refusals import NotADraft, NothingToObjectTo, TooLateToCancel


class ReturnStatus(StrEnum):
    """What was decided."""

    DRAFT = "draft"
    REQUESTED = "requested"
    NEEDS_REVIEW = "needs_review"
    APPROVED = "approved"
    CLOSED = "closed"
    DECLINED = "declined"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Reception(StrEnum):
    """What came of it."""

    AWAITING = "awaiting"
    RECEIVED = "received"
    PARTIALLY_RECEIVED = "partially_received"
    LOST_IN_TRANSIT = "lost_in_transit"
    WRONG_ITEM = "wrong_item"
    KEPT = "kept"
    """It need not come."""


class Acceptance(StrEnum):
    """What was found when it was looked at."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    MANUAL_REVIEW = "manual_review"
    REJECTED = "rejected"


class Fault(StrEnum):
    """Whose doing it is that it comes back."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"


class Outcome(StrEnum):
    """What the customer gets."""

    REFUND = "refund"
    """Back to where the money came from."""
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"
    REPLACEMENT = "replacement"
    KEEP = "keep"
    """The money back, and nothing has to come."""


class Way(StrEnum):
    """How it goes back."""

    CODE = "code"
    """Shown at a counter: no printer."""
    LABEL = "label"
    PICK_UP = "pick_up"
    OWN = "own"
    """The customer's own postage."""
    NONE = "none"
    """Nothing goes back."""


WAITING = ReturnStatus.REQUESTED, ReturnStatus.NEEDS_REVIEW
"""For a decision."""
GIVEN_UP = ReturnStatus.DECLINED, ReturnStatus.CANCELED, ReturnStatus.EXPIRED
"""Its units are free again."""


class Return(Model):
    """What one customer sends back in one parcel, of one order or several in one currency."""

    __tablename__ = "return_"
    __table_args__ = (
        UniqueConstraint("customer_id", "draft"),
        Index("ix_return__status_submitted_at", "status", "submitted_at"),
        Index("ix_return__customer_id_started_at", "customer_id", "started_at"),
    )
    rma: Mapped[str] = mapped_column(unique=True)
    """What the customer, the parcel and support call it by, such as `R-7KQ2-M9XD`."""
    draft: Mapped[str]
    """The key of the form that made it: sent twice, it makes one. Its photos came with it."""
    currency: Mapped[str]
    started_at: Mapped[datetime]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), default=None)
    """Whose it is. None like that of its order, as long as nobody has proven that the order is theirs."""
    status: Mapped[ReturnStatus] = mapped_column(default=ReturnStatus.DRAFT)
    is_withdrawal: Mapped[bool] = mapped_column(default=False)
    """Whether the customer withdrew from the contract, as the law lets them: no reason is asked, and fees of the shop do not apply."""
    way: Mapped[Way | None] = mapped_column(default=None)
    words: Mapped[str] = mapped_column(default="", info={"personal": True})
    """What the customer wants the shop to know."""
    review: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    """Why a person has to look at it, as codes."""
    estimate: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON, default=None)
    """What was promised when it was submitted, line by line (`portal.returns.money.MoneyLine`). Never changed after."""
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was approved or declined."""
    send_by: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    """The first scan, or when the customer showed that it was handed over."""
    received_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the first of it came."""
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was closed, declined, canceled or expired."""
    reminded: Mapped[int] = mapped_column(default=0)
    """How often the customer was reminded to send it."""
    decline_reason: Mapped[str] = mapped_column(default="")
    """From the shop's list."""
    note_to_customer: Mapped[str] = mapped_column(default="", info={"personal": True})
    note_of_staff: Mapped[str] = mapped_column(default="", info={"personal": True})
    """Never shown to the customer."""
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who started it on the customer's behalf, if it was not the customer."""
    items: Mapped[list["ReturnItem"]] = relationship(back_populates="return_", default_factory=list, order_by="ReturnItem.id")

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id)

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def is_over(self) -> bool:
        return self.status in (ReturnStatus.CLOSED, *GIVEN_UP)

    @property
    def has_paid_out(self) -> bool:
        """Whether money went back for anything of it."""
        return any(unit.payout_id is not None for item in self.items for unit in item.units)

    def submit(self, status: ReturnStatus, *, at: datetime) -> None:
        """As what was decided about it by the rules alone. Raises NotADraft."""
        if self.status is not ReturnStatus.DRAFT:
            raise NotADraft
        self.status, self.submitted_at = status, at

    def cancel(self, *, at: datetime) -> None:
        """As long as nothing was sent, came, or was paid. Raises TooLateToCancel."""
        is_under_way = self.sent_at or self.received_at or self.has_paid_out
        if is_under_way or not (self.is_waiting or self.status is ReturnStatus.APPROVED):
            raise TooLateToCancel
        self.status, self.closed_at = ReturnStatus.CANCELED, at


class ReturnItem(Model):
    """So many units of one line of an order, for one reason."""

    __tablename__ = "return_item"
    __table_args__ = (UniqueConstraint("return_id", "order_line_id"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), index=True, init=False)
    line: Mapped[OrderLine] = relationship()
    quantity: Mapped[int]
    """How many were announced."""
    policy_id: Mapped[int | None] = mapped_column(ForeignKey(PolicyVersion.id), default=None)
    """The rules of the day on which it was bought."""
    reason: Mapped[str] = mapped_column(default="")
    """Its key in the policy's tree; empty for a withdrawal."""
    detail: Mapped[str] = mapped_column(default="")
    """The key of the sub-reason."""
    answer: Mapped[str] = mapped_column(default="", info={"personal": True})
    """To the question that the reason asks."""
    fault: Mapped[Fault] = mapped_column(default=Fault.CUSTOMER)
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.REFUND)
    is_instant: Mapped[bool] = mapped_column(default=False)
    """Whether the customer gets it before the goods came."""
    reception: Mapped[Reception] = mapped_column(default=Reception.AWAITING)
    acceptance: Mapped[Acceptance] = mapped_column(default=Acceptance.PENDING)
    received: Mapped[int] = mapped_column(default=0)
    """Units that came."""
    accepted: Mapped[int] = mapped_column(default=0)
    """Units of those for which money goes back."""
    deduction: Mapped[int] = mapped_column(default=0)
    """What is kept back for all accepted units together, in minor units of the return's currency."""
    finding: Mapped[str] = mapped_column(default="")
    """Why units were rejected or something is kept back: from the shop's list."""
    finding_note: Mapped[str] = mapped_column(default="", info={"personal": True})
    """The same in a person's words, for the customer."""
    objection: Mapped[str] = mapped_column(default="", info={"personal": True})
    """What the customer says against it."""
    objected_at: Mapped[datetime | None] = mapped_column(default=None)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), init=False)
    return_: Mapped[Return] = relationship(back_populates="items", default=None)
    units: Mapped[list[TakenUnit]] = relationship(default_factory=list, order_by=TakenUnit.number, cascade="all, delete-orphan")

    def object(self, words: str, *, at: datetime) -> None:
        """The customer does not agree with what was found. Once. Raises NothingToObjectTo."""
        if self.objected_at or not (self.acceptance is Acceptance.REJECTED or self.deduction):
            raise NothingToObjectTo
        self.objection, self.objected_at = words, at
