"""Money that goes back to a card, and credit that is given: once for each reason."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.payments import OnceOnly, RefundThere, WantedCredit, WantedRefund

if TYPE_CHECKING:
    from portal.billing.models.invoices import Attempt

NOT_BACK = ("failed", "canceled")
"""Stripe's words for a refund whose money stays with the shop."""
UNDER_WAY = ("pending", "requires_action")
NEWS_FOR = timedelta(days=2)
"""So long a refund that was made at the provider is told when we come to know of it."""
BANK_TAKES = timedelta(days=30)
"""So long a refund is looked at each night: the bank's number comes days later, and so may its refusal.
Source: docs.stripe.com/refunds#failed-refunds."""


class Why(StrEnum):
    """Why money goes back."""

    SKIPPED = "skipped"
    """It was charged though the delivery was skipped in time."""
    MOVED = "moved"
    """… though the delivery was moved to another day in time."""
    PAUSED = "paused"
    """… though the subscription was paused in time."""
    CANCELLED = "cancelled"
    """… though the subscription was cancelled in time."""
    CONTENTS = "contents"
    """… for more than what was agreed when the delivery locked."""
    SHOP = "shop"
    """Somebody at the shop gave it back at the provider's own pages."""
    NOT_WANTED = "not wanted"
    """A part of an order was cancelled before it was packed."""
    EXCHANGE = "exchange"
    """It was paid for something that does not go out."""
    RETURN = "return"
    """It came back."""
    CLAIM = "claim"
    """Something had gone wrong with the order."""
    BONUS = "bonus"
    """A present for taking credit instead of money."""
    NOT_TAKEN = "not taken"
    """Credit was to go back to a card, and was spent in that very moment: it is given again."""


class Refund(OnceOnly):
    """Part of a payment goes back to the card it came from. What becomes of it, the provider says."""

    KIND = "refund"
    __tablename__ = "refund"
    __table_args__ = (Index("ix_refund_asked_at", "asked_at"),)
    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    """The payment."""
    because: Mapped[str] = mapped_column(unique=True)
    """What it is for, such as `overcharge:7`. A second refund for the same thing is the same refund."""
    why: Mapped[Why]
    amount: Mapped[int]
    """In minor units of `currency`."""
    currency: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who asked for it, if somebody did."""
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    status: Mapped[str] = mapped_column(default="")
    """The provider's own word: pending, requires_action, succeeded, failed, canceled. Empty until it has heard of it."""
    reference: Mapped[str | None] = mapped_column(default=None)
    """The bank's number, by which it can trace the money."""
    failure: Mapped[str] = mapped_column(default="")
    """Why it failed, in the provider's word."""
    refusal: Mapped[str] = mapped_column(default="")
    """Why the provider did not take it at all, for staff."""

    @classmethod
    def because_of(cls, because: str) -> Select[Self]:
        return select(cls).where(cls.because == because)

    @classmethod
    def of(cls, account_id: int) -> Select[Self]:
        return select(cls).where(cls.account_id == account_id).order_by(cls.id)

    @classmethod
    def is_open(cls, *, at: datetime) -> ColumnElement[bool]:
        """Whether something may still become of it."""
        is_young = (cls.asked_at > at - BANK_TAKES) & cls.status.not_in(NOT_BACK) & (cls.refusal == "")
        return or_(cls.done_at.is_(None), cls.status.in_(UNDER_WAY), is_young)

    @classmethod
    def made_there(cls, there: RefundThere, account_id: int, attempt: "Attempt", currency: str) -> Self:
        """One that the provider has, and that nobody asked for here: it is never sent."""
        body = {"charge_ref": attempt.provider_ref, "amount": there.amount}
        return cls(
            account_id=account_id, attempt_id=attempt.id, because=f"provider:{there.ref}", why=Why.SHOP, amount=there.amount,
            currency=currency, body=body, asked_at=there.made_at,
        )  # fmt: skip

    def is_news(self, *, at: datetime) -> bool:
        """Whether it is worth a mail: an old one that we come to know with the account is none."""
        return self.why is not Why.SHOP or at < self.asked_at + NEWS_FOR

    @property
    def counts(self) -> bool:
        """Whether its money is gone, or on its way."""
        return not self.refusal and self.status not in NOT_BACK

    @property
    def wanted(self) -> WantedRefund:
        return WantedRefund(key=self.key, **self.body)

    def learn(self, there: RefundThere, *, at: datetime) -> None:
        self.provider_ref, self.status, self.failure = there.ref, there.status, there.failure
        self.reference = there.reference or self.reference
        self.done_at = self.done_at or at

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.done_at = reason, at


class StoreCredit(OnceOnly):
    """Credit that the shop gives: the next charges are paid from it first."""

    KIND = "credit"
    __tablename__ = "store_credit"
    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"), index=True)
    because: Mapped[str] = mapped_column(unique=True)
    """As of a refund."""
    why: Mapped[Why]
    amount: Mapped[int]
    """In minor units of `currency`: so much more is the customer's."""
    currency: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(default=None)
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    refusal: Mapped[str] = mapped_column(default="")
    """Why the provider did not take it, for staff."""
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True, default=None)
    """The invoice that the customer's credit had paid, and whose credit this gives back."""

    @classmethod
    def because_of(cls, because: str) -> Select[Self]:
        return select(cls).where(cls.because == because)

    @property
    def counts(self) -> bool:
        return not self.refusal

    @property
    def wanted(self) -> WantedCredit:
        return WantedCredit(key=self.key, **self.body)

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.done_at = reason, at
