"""One product in a subscription."""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalog.models import Price
from portal.kit.db import Model

if TYPE_CHECKING:
    from portal.subscriptions.models.subscription import Subscription


class SubscriptionItem(Model):
    __tablename__ = "subscription_item"
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True, init=False)
    subscription: Mapped["Subscription"] = relationship(back_populates="items", init=False)
    price_id: Mapped[int] = mapped_column(ForeignKey(Price.id), init=False)
    price: Mapped[Price] = relationship()
    quantity: Mapped[int]
    """0: it was taken out, and an undo puts it back."""

    @property
    def amount(self) -> int:
        """For all of the quantity, in minor units of the subscription's currency."""
        return self.quantity * self.price.amount
