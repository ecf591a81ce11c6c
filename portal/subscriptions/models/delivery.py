"""One delivery of a subscription: when it is charged, and what may still be done with it."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model
from portal.kit.i18n import day, moment
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.subscriptions.delivery_clock import DeliveryClock
from portal.subscriptions.policy import Change
from portal.subscriptions.refusals import NothingLater, NotScheduled, NotSkipped, TooLate, WrongDay

if TYPE_CHECKING:
    from portal.subscriptions.models.subscription import Subscription

FARTHEST = timedelta(days=729)
"""Stripe takes a next charge at most two years ahead. Source: docs.stripe.com/api/subscriptions/update#update_subscription-trial_end."""


class DeliveryStatus(StrEnum):
    SCHEDULED = "scheduled"
    SKIPPED = "skipped"
    DUE = "due"
    """The provider has written the invoice, and is about to charge it."""
    UNPAID = "unpaid"
    CHARGED = "charged"
    DROPPED = "dropped"
    """It was planned, and the subscription ended before."""


class Delivery(DeliveryClock, Model):
    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_subscription_id_status_charge_at", "subscription_id", "status", "charge_at"),
        Index("ix_delivery_charge_at", "charge_at"),
    )
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), init=False)
    subscription: Mapped["Subscription"] = relationship(back_populates="deliveries", init=False)
    slot_at: Mapped[datetime]
    """The charge as the rhythm has it; a delivery that is moved alone keeps its place in the rhythm."""
    charge_at: Mapped[datetime]
    status: Mapped[DeliveryStatus] = mapped_column(default=DeliveryStatus.SCHEDULED)
    invoice_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """The provider's invoice for it."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id), init=False)
    order: Mapped[Order | None] = relationship(default=None)
    agreed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """What is in it, and what was taken off, once that is settled: it was invoiced, or changed after it had locked.

    `lines` are pairs of a price's id and a quantity; `discount` is as the subscription has it.
    """
    invoiced: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None, info={"learned": True})
    """What its invoice comes to: a `payments.Charge`."""

    @property
    def is_scheduled(self) -> bool:
        return self.status is DeliveryStatus.SCHEDULED

    @property
    def is_skipped(self) -> bool:
        return self.status is DeliveryStatus.SKIPPED

    def must_be_open(self, *, at: datetime) -> None:
        self.subscription.must_allow(Change.DATES)
        self.must_not_have_locked(at=at)

    def must_not_have_locked(self, *, at: datetime) -> None:
        if self.invoice_ref or at >= self.locks_at:
            raise TooLate(_("This delivery locked on %(at)s, so it can’t be changed any more.", at=moment(self.locks_at)))

    def skip(self, *, at: datetime) -> None:
        self.must_be_open(at=at)
        if not self.is_scheduled:
            raise NotScheduled(_("This delivery is already skipped.") if self.is_skipped else _("This delivery is not planned any more."))
        self.status = DeliveryStatus.SKIPPED
        self.subscription.plan.go_on()
        if self.subscription.scheduled[0].charge_at > at + FARTHEST:
            raise NothingLater(_("The next delivery would be more than two years away. Please pause or cancel instead."))

    def unskip(self, *, at: datetime) -> None:
        self.must_be_open(at=at)
        if self.status is DeliveryStatus.DROPPED:
            raise NotScheduled(_("This delivery is not planned any more."))
        if not self.is_skipped:
            raise NotSkipped(_("This delivery is not skipped, so it comes as planned."))
        self.status = DeliveryStatus.SCHEDULED
        self.must_be_alone()

    def move(self, arrival: date, *, at: datetime) -> None:
        """Move this one alone; the others keep their days."""
        self.must_be_open(at=at)
        self.must_be_able_to_arrive(arrival, at=at)
        self.charge_at = self.charge_for(arrival)

    def charge_for(self, arrival: date) -> datetime:
        """When it is charged so as to arrive on this day: at the same time of day as now."""
        return shop().charge_before(arrival, self.charge_at.astimezone(shop().zone).time())

    def earliest_arrival(self, *, at: datetime) -> date:
        """The first day that it can be moved to: its charge is beyond the lock by then."""
        days = shop().delivery_days(at.astimezone(shop().zone).date())
        return next(possible for possible in days if self.charge_for(possible) - shop().lock > at)

    def latest_arrival(self, *, at: datetime) -> date:
        return shop().arrival_after(at + FARTHEST) - timedelta(days=7)

    def must_be_able_to_arrive(self, arrival: date, *, at: datetime, with_later: bool = False) -> None:
        if not self.is_scheduled:
            raise NotScheduled(_("This delivery is not planned any more. Send it after all, then move it."))
        self.must_be_on_a_delivery_day(arrival, at=at)
        if not with_later:
            self.must_be_alone(arrival)
        elif any(other.arrives_on >= arrival for other in self.subscription.scheduled if other.charge_at < self.charge_at):
            raise WrongDay(_("An earlier delivery comes on that day or after it. Move that one first."))
        if arrival == self.arrives_on:
            raise WrongDay(_("It already arrives on %(day)s. Choose another day.", day=day(arrival)))

    def must_be_on_a_delivery_day(self, arrival: date, *, at: datetime, too_far: str | None = None) -> None:
        """Neither too soon nor too far away, and one on which parcels arrive. `too_far` says what to do instead."""
        earliest = self.earliest_arrival(at=at)
        if arrival < earliest:
            raise WrongDay(_("That is too soon. The earliest is %(day)s.", day=day(earliest)))
        if arrival > self.latest_arrival(at=at):
            raise WrongDay(too_far or _("That is more than two years away. Choose an earlier day, or pause the subscription."))
        if not shop().delivers_on(arrival):
            after = next(shop().delivery_days(arrival))
            raise WrongDay(_("Nothing is delivered on %(day)s. The next day after it is %(after)s.", day=day(arrival), after=day(after)))

    def must_be_alone(self, on: date | None = None) -> None:
        """Two boxes on one day would be two charges."""
        arrival = on or self.arrives_on
        if self.is_scheduled and any(other.arrives_on == arrival for other in self.subscription.scheduled if other is not self):
            raise WrongDay(_("Another delivery already comes on %(day)s. Choose another day.", day=day(arrival)))
