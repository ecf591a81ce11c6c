"""Subscriptions that ours can't say: they are shown as they are, and left alone."""

from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.payments import SubscriptionThere


class OutsideSubscription(Model):
    """One at the provider whose terms ours have no words for. All of it is the provider's: nothing here is ever sent there."""

    __tablename__ = "outside_subscription"
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True, init=False)
    customer: Mapped[Customer] = relationship()
    provider_ref: Mapped[str] = mapped_column(unique=True)
    account_ref: Mapped[str]
    """The provider's name for whoever pays."""
    name: Mapped[str]
    currency: Mapped[str]
    started_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(init=False)
    """The provider's own word."""
    ended_at: Mapped[datetime | None] = mapped_column(init=False)
    next_charge_at: Mapped[datetime | None] = mapped_column(init=False)
    next_due: Mapped[int | None] = mapped_column(default=None)
    """What will be charged then as far as it is known, in minor units of `currency`."""
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list)
    """What it is for: `words`, `quantity` (null: as it is used), `amount` for one (null: it depends), `currency`, `every`."""
    snags: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    """Why it can't be one of ours: `payments.Snag`."""

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id)

    def learn(self, there: SubscriptionThere, *, next_due: int | None) -> None:
        self.status, self.ended_at, self.next_charge_at = there.status, there.ended_at, there.next_charge_at
        self.next_due = next_due
        self.snags = [snag.value for snag in there.snags]
        self.parts = [
            {
                "words": part.words or self._known_words(part.product_ref),
                "product": part.product_ref,
                "quantity": part.quantity,
                "amount": part.amount,
                "currency": part.currency,
                "every": list(part.every),
            }
            for part in there.parts
        ]

    def _known_words(self, product_ref: str) -> str:
        """A list does not say what a product is called; a look at the thing itself had."""
        return next((str(part["words"]) for part in self.parts or [] if part["product"] == product_ref), "")
