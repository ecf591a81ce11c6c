"""The provider charged more than was agreed when the delivery locked."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.billing.models import Why
from portal.kit.db import Model
from portal.payments import Payment
from portal.subscriptions.models.delivery import Delivery

if TYPE_CHECKING:
    from portal.subscriptions.models.subscription import Subscription


class Overcharge(Model):
    """An invoice with terms that the customer had changed in time. What is too much of it goes back by itself, once for each invoice."""

    __tablename__ = "overcharge"
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True, init=False)
    subscription: Mapped["Subscription"] = relationship(back_populates="overcharges", init=False)
    invoice_ref: Mapped[str] = mapped_column(unique=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey(Delivery.id))
    """The delivery that it was for; None if nothing was to come any more."""
    why: Mapped[Why]
    invoiced_at: Mapped[datetime]
    amount: Mapped[int]
    """What is too much of it, before the customer's credit, in minor units of `currency`."""
    currency: Mapped[str]
    payment: Mapped[Payment]
    """How far the provider is with the whole invoice."""
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was seen to that the money goes back."""

    @property
    def is_open(self) -> bool:
        return self.payment in (Payment.PENDING, Payment.OWED)

    @property
    def is_for_nothing(self) -> bool:
        """Whether nothing at all was to be charged then, so that nothing is sent for it."""
        return self.why is not Why.CONTENTS

    @property
    def is_to_be_given_up(self) -> bool:
        """Whether the bank refused it, and nobody owes it."""
        return self.is_for_nothing and self.payment is Payment.OWED
