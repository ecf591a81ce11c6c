"""Pages of the payment provider on which a customer pays something once."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import BigInteger, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.models.account import BillingAccount
from portal.billing.models.hosted import SentToAPage
from portal.billing.models.invoices import Invoice
from portal.payments import OnceOnly, WantedPayment


class PageOutcome(StrEnum):
    """How such a page ended."""

    PAID = "paid"
    LEFT = "left"
    """It was closed, because it is not to be paid any more."""
    EXPIRED = "expired"


class PagePayment(OnceOnly, SentToAPage):
    """Somebody was sent to the provider's page to pay. There is one open page at the most for each thing, so that nobody pays twice."""

    KIND = "page"
    __tablename__ = "page_payment"
    __table_args__ = (UniqueConstraint("because", "number"), Index("ix_page_payment_account_id_done_at", "account_id", "done_at"))
    account_id: Mapped[int] = mapped_column(ForeignKey(BillingAccount.id))
    because: Mapped[str]
    """What it is for, such as `exchange:7`."""
    number: Mapped[int]
    """Which page of it this is, from 1: another one is opened only once the one before is over."""
    amount: Mapped[int] = mapped_column(BigInteger)
    """In minor units of `currency`."""
    currency: Mapped[str]
    expires_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who asked on the customer's behalf, if it was not the customer."""
    outcome: Mapped[PageOutcome | None] = mapped_column(default=None)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey(Invoice.id), default=None)
    """What was written for it, once it was paid."""

    @classmethod
    def for_(cls, because: str) -> Select[Self]:
        """Newest first."""
        return select(cls).where(cls.because == because).order_by(cls.number.desc())

    @classmethod
    def open_of(cls, account_id: int) -> Select[Self]:
        return select(cls).where(cls.account_id == account_id, cls.done_at.is_(None)).order_by(cls.id)

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    @property
    def wanted(self) -> WantedPayment:
        return wanted_payment(self.key, self.body)

    def close(self, outcome: PageOutcome, *, problem: str = "", invoice: Invoice | None = None, at: datetime) -> None:
        self.outcome, self.problem, self.done_at = outcome, problem, at
        self.invoice_id = invoice.id if invoice else None
        self.page_url = None


def wanted_payment(key: str, body: dict[str, Any]) -> WantedPayment:
    return WantedPayment(key=key, **(body | {"expires_at": datetime.fromisoformat(body["expires_at"])}))
