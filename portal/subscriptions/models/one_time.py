"""Something that goes into the next box once."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from flask_babel import gettext as _
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalog.models import Price
from portal.payments import ItemThere, OnceOnly, WantedItem, signed
from portal.subscriptions.models.delivery import Delivery
from portal.subscriptions.refusals import NotInside, TooLate, WrongQuantity
from portal.timeline import Actor

if TYPE_CHECKING:
    from portal.subscriptions.models.subscription import Subscription

MOST_AT_ONCE = 99


class OneTimeItem(OnceOnly):
    """It comes with the next delivery, whichever that is: if one is skipped or moved, with the one that comes then.

    The provider is told when that delivery locks, and not before: until then any other change there would charge it at once.
    """

    KIND = "item"
    __tablename__ = "one_time_item"
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True, init=False)
    subscription: Mapped["Subscription"] = relationship(back_populates="one_time_items", init=False)
    price_id: Mapped[int] = mapped_column(ForeignKey(Price.id), init=False)
    price: Mapped[Price] = relationship()
    quantity: Mapped[int]
    amount: Mapped[int]
    """For one, in minor units of the subscription's currency, as it was when it was added."""
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was taken out again, or there was no delivery any more for it to go with."""
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey(Delivery.id), default=None)
    """The delivery with which it goes, once that has locked."""
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    refusal: Mapped[str] = mapped_column(default="")
    """Why the provider did not take it, for staff."""

    @classmethod
    def of(cls, subscription: "Subscription", price: Price, quantity: int, *, by: Actor, at: datetime) -> Self:
        """Raises WrongQuantity."""
        if not 1 <= quantity <= MOST_AT_ONCE:
            raise WrongQuantity(_("Choose a whole number from 1 to %(most)s.", most=MOST_AT_ONCE))
        wanted = {
            "customer_ref": subscription.account_ref,
            "subscription_ref": subscription.provider_ref,
            "product_ref": price.variant.product.provider_ref,
            "quantity": quantity,
            "amount": price.amount,
            "currency": subscription.currency,
        }
        return cls(price=price, quantity=quantity, amount=price.amount, body=signed(wanted, by.told(subscription.customer_id)), asked_at=at)

    @property
    def is_waiting(self) -> bool:
        """Whether no delivery has locked with it yet."""
        return self.removed_at is None and self.done_at is None and self.delivery_id is None

    @property
    def wanted(self) -> WantedItem:
        return WantedItem(key=self.key, **self.body)

    def take_out(self, *, at: datetime) -> None:
        """Raises TooLate once its delivery has locked, and NotInside for what is out already."""
        if self.removed_at:
            raise NotInside(_("%(name)s is not in the box any more. You can add it again.", name=self.price.variant.product.name))
        if not self.is_waiting or self.locked_with(at=at):
            raise TooLate(_("The delivery that it goes with has locked, so it can’t be taken out any more."))
        self.removed_at = at

    def locked_with(self, *, at: datetime) -> Delivery | None:
        """The delivery that has locked with it inside. One that had locked before it was added comes without it."""
        locked = None if self.subscription.is_ending else self.subscription.locked(at=at)
        return locked if locked and locked.locks_at > self.asked_at else None

    def learn(self, there: ItemThere, *, at: datetime) -> None:
        self.provider_ref, self.done_at = there.ref, at

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.done_at = reason, at
