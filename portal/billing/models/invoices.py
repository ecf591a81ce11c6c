"""Invoices, the tries to charge them, and those that somebody asked for."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ForeignKey, Index, Select, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.billing.models.cards import Card
from portal.billing.models.refunds import Refund, StoreCredit
from portal.billing.refusals import MoreThanPaid, NotOwed
from portal.kit.db import Model
from portal.payments import Bill, OnceOnly, Result, TryThere
from portal.timeline import Actor

FINAL = ("paid", "void")


class Attempt(Model):
    """One try to charge an invoice. All of it is the provider's."""

    __tablename__ = "attempt"
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True, init=False)
    provider_ref: Mapped[str] = mapped_column(unique=True)
    tried_at: Mapped[datetime] = mapped_column(index=True)
    amount: Mapped[int]
    """In minor units of the invoice's currency."""
    result: Mapped[Result]
    reason: Mapped[str]
    """Why it was refused, in the provider's word; empty if it was not."""
    brand: Mapped[str]
    last4: Mapped[str]
    receipt_url: Mapped[str | None]
    refunded: Mapped[int] = mapped_column(default=0)
    """How much of it the provider says went back, by whomever."""
    refunds: Mapped[list[Refund]] = relationship(default_factory=list, order_by=Refund.id)

    @property
    def left(self) -> int:
        """What can still be refunded of it."""
        ours = sum(refund.amount for refund in self.refunds if refund.counts)
        return self.amount - max(ours, self.refunded) if self.result is Result.PAID else 0

    @property
    def is_in_step(self) -> bool:
        """Whether we know of each refund that the provider counts."""
        return self.refunded == sum(refund.amount for refund in self.refunds if refund.counts)

    def must_have_left(self, amount: int) -> None:
        """Never more goes back than was paid. Raises MoreThanPaid."""
        if not 0 < amount <= self.left:
            raise MoreThanPaid(_("Only what was paid, and has not gone back yet, can be refunded."))


class Invoice(Model):
    """All of it is the provider's. Amounts are in minor units of `currency`."""

    __tablename__ = "invoice"
    __table_args__ = (Index("ix_invoice_account_id_written_at", "account_id", "written_at"),)
    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"))
    provider_ref: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str | None] = mapped_column(index=True)
    written_at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str]
    """What it is for, as the provider writes it."""
    total: Mapped[int]
    due: Mapped[int]
    """What is left of the total after the customer's credit: this is charged to a card."""
    paid: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    """The provider's own word: draft, open, paid, void, uncollectible."""
    was_tried: Mapped[bool]
    is_collected: Mapped[bool]
    """Whether the provider goes on trying by itself."""
    next_try_at: Mapped[datetime | None]
    subscription_ref: Mapped[str | None]
    page_url: Mapped[str | None]
    """The provider's own page of it, where it can be paid and approved."""
    attempts: Mapped[list[Attempt]] = relationship(default_factory=list, order_by=Attempt.tried_at)
    given_back: Mapped[list[StoreCredit]] = relationship(default_factory=list, order_by=StoreCredit.id)
    """Of what the customer's credit had paid."""

    @property
    def credit_left(self) -> int:
        """What the customer's credit paid of it, and did not get back."""
        return max(self.total - self.due - sum(credit.amount for credit in self.given_back if credit.counts), 0)

    @classmethod
    def seen(cls, bill: Bill, account_id: int) -> Self:
        invoice = cls(account_id=account_id, provider_ref=bill.ref, **_facts(bill))
        invoice.learn_tries(bill)
        return invoice

    @classmethod
    def is_owed(cls) -> ColumnElement[bool]:
        """Tried, refused, and not paid since."""
        return and_(cls.status == "open", cls.was_tried)

    @classmethod
    def owed_by(cls, account_id: int) -> Select[Self]:
        """Oldest first."""
        return select(cls).where(cls.account_id == account_id, cls.is_owed()).order_by(cls.written_at, cls.id)

    def learn(self, bill: Bill) -> None:
        """What is final stays so: a look from before it was learned late."""
        if self.status in FINAL and bill.status not in FINAL:
            return
        for name, value in _facts(bill).items():
            setattr(self, name, value)
        self.learn_tries(bill)

    def learn_tries(self, bill: Bill) -> None:
        known = {attempt.provider_ref: attempt for attempt in self.attempts}
        for there in bill.tries:
            attempt = known.get(there.ref)
            if attempt is None:
                self.attempts.append(Attempt(provider_ref=there.ref, **_try(there)))
            else:
                for name, value in _try(there).items():
                    setattr(attempt, name, value)


class Paid(StrEnum):
    """How a payment that somebody asked for ended."""

    PAID = "paid"
    REFUSED = "refused"
    UNDER_WAY = "under way"
    """The bank took it, and takes its time: how it ends, the invoice says."""
    NOT_OWED = "not owed"
    """Nothing was charged: it was paid otherwise, or given up."""


class InvoicePayment(OnceOnly):
    """Somebody wants an invoice charged to a card now."""

    KIND = "pay"
    __tablename__ = "invoice_payment"
    __table_args__ = (Index("ix_invoice_payment_invoice_id_done_at", "invoice_id", "done_at"),)
    invoice_id: Mapped[int] = mapped_column(ForeignKey(Invoice.id), init=False)
    invoice: Mapped[Invoice] = relationship()
    card_id: Mapped[int] = mapped_column(ForeignKey(Card.id), init=False)
    card: Mapped[Card] = relationship()
    setup_id: Mapped[int | None] = mapped_column(ForeignKey("card_setup.id"), default=None)
    """The new card that brought it about."""
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who asked on the customer's behalf, if it was not the customer."""
    impersonation_id: Mapped[int | None] = mapped_column(default=None)
    """Within which view of the customer's pages."""
    outcome: Mapped[Paid | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    """Why it was refused, in the provider's word."""

    @classmethod
    def of(cls, invoice: Invoice, card: Card, *, setup_id: int | None, by: Actor, at: datetime) -> Self:
        body = {"bill_ref": invoice.provider_ref, "card_ref": card.provider_ref}
        return cls(
            invoice=invoice,
            card=card,
            setup_id=setup_id,
            staff_id=by.staff_id,
            impersonation_id=by.impersonation_id,
            body=body,
            asked_at=at,
        )

    @classmethod
    def under_way(cls, invoice_id: int) -> Select[Self]:
        return select(cls).where(cls.invoice_id == invoice_id, cls.done_at.is_(None))

    def end(self, outcome: Paid, *, reason: str = "", at: datetime) -> None:
        self.outcome, self.reason, self.done_at = outcome, reason, at


def must_be_payable(status: str) -> None:
    """Raises NotOwed unless it is open."""
    if status == "paid":
        raise NotOwed(_("This is paid already. Nothing was charged."))
    if status != "open":
        raise NotOwed(_("This can’t be paid: nothing is owed for it."))


def _facts(bill: Bill) -> dict[str, Any]:
    names = ("number", "written_at", "words", "total", "due", "paid", "currency", "status", "was_tried", "is_collected", "next_try_at")
    return {name: getattr(bill, name) for name in (*names, "subscription_ref", "page_url")}


def _try(there: TryThere) -> dict[str, Any]:
    return {name: getattr(there, name) for name in ("tried_at", "amount", "result", "reason", "brand", "last4", "receipt_url", "refunded")}
