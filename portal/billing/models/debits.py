"""Credit that is taken from a customer's balance again, because its money goes back to where it came from."""

from datetime import datetime
from typing import Self

from sqlalchemy import ForeignKey, Select, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.models.account import BillingAccount
from portal.payments import OnceOnly, WantedDebit


class CreditDebit(OnceOnly):
    """So much less is the customer's for the next charges."""

    KIND = "debit"
    __tablename__ = "credit_debit"
    account_id: Mapped[int] = mapped_column(ForeignKey(BillingAccount.id), index=True)
    because: Mapped[str] = mapped_column(unique=True)
    """What it is for, such as `credit of payout:7, 1`. A second one for the same thing is the same."""
    amount: Mapped[int]
    """In minor units of `currency`."""
    currency: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who asked for it, if it was not the customer."""
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    refusal: Mapped[str] = mapped_column(default="")
    """Why nothing was taken in the end, for staff: it was spent meanwhile, or the provider did not do it."""

    @classmethod
    def because_of(cls, because: str) -> Select[Self]:
        return select(cls).where(cls.because == because)

    @classmethod
    def not_seen_yet(cls, account: BillingAccount) -> Select[Self]:
        """Those that the balance as we last learned it may not show."""
        is_young = cls.done_at.is_(None) if account.learned_at is None else or_(cls.done_at.is_(None), cls.done_at >= account.learned_at)
        return select(cls).where(cls.account_id == account.id, cls.refusal == "", is_young)

    @property
    def wanted(self) -> WantedDebit:
        return WantedDebit(key=self.key, **self.body)

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.done_at = reason, at
