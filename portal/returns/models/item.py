"""One item of a return: so many units of one line of an order, what came of them, and what was found."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model
from portal.orders.models import OrderLine
from portal.returns.models.policy import PolicyVersion
from portal.returns.models.unit import TakenUnit
from portal.returns.not_now import ChangedHere, MoreThanCame, PaidAlready, ReasonNeeded
from portal.returns.refusals import NothingToObjectTo

if TYPE_CHECKING:
    from portal.returns.models.return_ import Return


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
    missing: Mapped[int] = mapped_column(default=0)
    """Units that were announced, and that nobody waits for any more: they are the customer's again."""
    inspected_at: Mapped[datetime | None] = mapped_column(default=None)
    """When somebody last decided about it; an objection that is younger is open."""
    return_id: Mapped[int] = mapped_column(ForeignKey("return_.id"), init=False)
    return_: Mapped["Return"] = relationship(back_populates="items", default=None)
    units: Mapped[list[TakenUnit]] = relationship(default_factory=list, order_by=TakenUnit.number, cascade="all, delete-orphan")

    @property
    def paid(self) -> int:
        """Units for which money went back."""
        return sum(unit.payout_id is not None for unit in self.units)

    @property
    def acceptable(self) -> int:
        """Units for which money may go back by the rules: those that came, and those that need not or can't."""
        needs_nothing = self.reception in (Reception.KEPT, Reception.LOST_IN_TRANSIT)
        return self.quantity - self.missing if needs_nothing else self.received

    @property
    def is_decided(self) -> bool:
        """Nothing more of it is waited for, and what came was looked at."""
        if self.missing >= self.quantity:
            return True
        is_here = self.received + self.missing >= self.quantity
        waits = self.reception in (Reception.AWAITING, Reception.PARTIALLY_RECEIVED, Reception.RECEIVED) and not is_here
        return not waits and self.acceptance in (Acceptance.ACCEPTED, Acceptance.REJECTED) and not self.is_objected

    @property
    def is_objected(self) -> bool:
        """Whether the customer said something against it that nobody has decided about."""
        return self.objected_at is not None and (self.inspected_at is None or self.objected_at > self.inspected_at)

    @property
    def seen(self) -> str:
        """How it stands. Whoever decides on a page that shows another one is told so."""
        return f"{self.received}.{self.accepted}.{self.deduction}.{self.missing}.{self.reception}.{self.acceptance}"

    def object(self, words: str, *, at: datetime) -> None:
        """The customer does not agree with what was found. Once. Raises NothingToObjectTo."""
        if self.objected_at or not (self.acceptance is Acceptance.REJECTED or self.deduction):
            raise NothingToObjectTo
        self.objection, self.objected_at = words, at

    def must_be_seen(self, seen: str) -> None:
        """Raises ChangedHere."""
        if seen != self.seen:
            raise ChangedHere

    def arrive(self, received: int, reception: Reception) -> None:
        """So many of it are here by now, in all. Raises MoreThanCame, PaidAlready."""
        if not 0 <= received <= self.quantity - self.missing:
            raise MoreThanCame
        self.received, self.reception = received, reception
        if self.accepted > self.acceptable:
            raise PaidAlready if self.paid else MoreThanCame

    def miss_the_rest(self) -> None:
        """Nobody waits for what has not come; the last ones are free again."""
        there = max(self.received, self.accepted)
        self.missing = self.quantity - there
        for unit in [unit for unit in self.units if unit.payout_id is None][there - self.paid :]:
            self.units.remove(unit)

    def judge(self, accepted: int, deduction: int, finding: str, note: str, *, by_rule: bool, at: datetime) -> None:
        """For so many the money goes back, less what is kept back. Against the rules it may be more than came.
        Raises MoreThanCame, PaidAlready, ReasonNeeded."""
        if not 0 <= accepted <= (self.acceptable if by_rule else self.quantity - self.missing):
            raise MoreThanCame
        if accepted < self.paid or (self.paid and deduction > self.deduction):
            raise PaidAlready
        if (accepted < self.acceptable or deduction) and not finding:
            raise ReasonNeeded
        self.accepted, self.deduction, self.finding, self.finding_note = accepted, deduction, finding, note
        self.acceptance, self.inspected_at = Acceptance.ACCEPTED if accepted else Acceptance.REJECTED, at
