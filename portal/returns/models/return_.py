"""A return: what goes back, why, what the customer gets for it, and how far it is. Four axes, never one status."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.returns.models.item import ReturnItem
from portal.returns.not_now import NotExpired, NotNow, NotSettled, ReasonNeeded
from portal.returns.refusals import NotADraft, TooLateToCancel


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
REMINDERS = 2
"""So often is a customer reminded before a return expires."""


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
    items: Mapped[list[ReturnItem]] = relationship(back_populates="return_", default_factory=list, order_by="ReturnItem.id")

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

    @property
    def is_under_way(self) -> bool:
        """Whether it was sent, or something of it has come or was paid back."""
        return self.sent_at is not None or self.received_at is not None or self.has_paid_out

    @property
    def is_decided(self) -> bool:
        return all(item.is_decided for item in self.items)

    def must_be(self, *statuses: ReturnStatus) -> None:
        """Raises NotNow."""
        if self.status not in statuses:
            raise NotNow(self.status)

    def submit(self, status: ReturnStatus, *, at: datetime) -> None:
        """As what was decided about it by the rules alone. Raises NotADraft."""
        if self.status is not ReturnStatus.DRAFT:
            raise NotADraft
        self.status, self.submitted_at = status, at

    def cancel(self, *, at: datetime) -> None:
        """As long as nothing was sent, came, or was paid. Raises TooLateToCancel."""
        if self.is_under_way or not (self.is_waiting or self.status is ReturnStatus.APPROVED):
            raise TooLateToCancel
        self.status, self.closed_at = ReturnStatus.CANCELED, at
        self._give_up()

    def approve(self, *, at: datetime) -> None:
        """Raises NotNow."""
        self.must_be(*WAITING)
        self.status, self.decided_at = ReturnStatus.APPROVED, at

    def decline(self, reason: str, *, at: datetime) -> None:
        """For one of the shop's reasons. Raises NotNow, ReasonNeeded."""
        self.must_be(*WAITING)
        if not reason:
            raise ReasonNeeded
        self.status, self.decline_reason = ReturnStatus.DECLINED, reason
        self.decided_at = self.closed_at = at
        self._give_up()

    def expire(self, *, at: datetime) -> None:
        """Raises NotNow, NotExpired."""
        self.must_be(ReturnStatus.APPROVED)
        if self.is_under_way or self.reminded < REMINDERS or self.send_by is None or at < self.send_by:
            raise NotExpired
        self.status, self.closed_at = ReturnStatus.EXPIRED, at
        self._give_up()

    def receive(self, *, at: datetime) -> None:
        """Something of it has come. The units of one that had expired have to be taken again. Raises NotNow."""
        self.must_be(ReturnStatus.APPROVED, ReturnStatus.EXPIRED)
        self.status, self.closed_at = ReturnStatus.APPROVED, None
        self.received_at = self.received_at or at

    def close(self, *, at: datetime) -> None:
        """Once all money has arrived, which the caller knows. Raises NotNow, NotSettled."""
        self.must_be(ReturnStatus.APPROVED)
        if not self.is_decided:
            raise NotSettled
        self.status, self.closed_at = ReturnStatus.CLOSED, at

    def reopen(self, why: str) -> None:
        """Raises NotNow, ReasonNeeded."""
        self.must_be(ReturnStatus.CLOSED)
        if not why:
            raise ReasonNeeded
        self.status, self.closed_at = ReturnStatus.APPROVED, None

    def _give_up(self) -> None:
        for item in self.items:
            item.units.clear()
