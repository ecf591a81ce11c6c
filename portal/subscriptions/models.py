"""Subscriptions, what is in them, and their deliveries."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, Self

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Index, Select, String, cast, literal, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.catalog.models import Price
from portal.kit.db import Model
from portal.kit.i18n import day, moment
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.payments import Standing, Terms
from portal.subscriptions import policy
from portal.subscriptions.delivery_clock import DeliveryClock
from portal.subscriptions.policy import Obstacle
from portal.subscriptions.refusals import NothingLater, NotNow, NotScheduled, NotSkipped, ProviderIsAhead, TooLate, WrongDay, why_not
from portal.subscriptions.rhythm import Rhythm
from portal.timeline import Entry

PLANNED = 6
"""So many deliveries are planned ahead."""
FARTHEST = timedelta(days=729)
"""Stripe takes a next charge at most two years ahead. Source: docs.stripe.com/api/subscriptions/update#update_subscription-trial_end."""


class Subscription(Model):
    """Deliveries, rhythm and name are ours, and made so at the provider. Status, pause, end and contents are its own, and learned."""

    __tablename__ = "subscription"
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True, init=False)
    customer: Mapped[Customer] = relationship()
    provider_ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """What the customer knows it by, such as `Pantry box`."""
    currency: Mapped[str]
    every_count: Mapped[int]
    every_unit: Mapped[str]
    """day, week, month or year."""
    started_at: Mapped[datetime]
    anchor_at: Mapped[datetime | None] = mapped_column(default=None)
    """The charge from which the rhythm counts; None until the provider was looked up."""
    status: Mapped[str] = mapped_column(default="incomplete")
    """The provider's own word."""
    is_paused: Mapped[bool] = mapped_column(default=False)
    resumes_at: Mapped[datetime | None] = mapped_column(default=None)
    is_ending: Mapped[bool] = mapped_column(default=False)
    """Whether it ends where the next charge would be."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    known_next_charge_at: Mapped[datetime | None] = mapped_column(default=None)
    """What the provider showed when we last looked: whoever differs from it has changed something."""
    raw: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    """The subscription as the provider last showed it."""
    version: Mapped[int] = mapped_column(default=0)
    """Raised by each change of ours."""
    confirmed_version: Mapped[int] = mapped_column(default=0)
    """The version that the provider showed when we last looked."""
    items: Mapped[list["SubscriptionItem"]] = relationship(
        back_populates="subscription", order_by="SubscriptionItem.id", default_factory=list, cascade="all, delete-orphan"
    )
    deliveries: Mapped[list["Delivery"]] = relationship(back_populates="subscription", order_by="Delivery.charge_at", default_factory=list)

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id)

    @classmethod
    def holding(cls, delivery_id: int, customer: Customer) -> Select[Self]:
        """The customer's subscription that this delivery belongs to. Lock it, then read its deliveries: so nobody reads old ones."""
        holder = select(Delivery.subscription_id).where(Delivery.id == delivery_id).scalar_subquery()
        return cls.of(customer).where(cls.id == holder)

    @classmethod
    def changed_by(cls, entry_id: int, customer: Customer) -> Select[Self]:
        """The customer's subscription that this entry of the history is about."""
        subject = select(Entry.subject).where(Entry.id == entry_id).scalar_subquery()
        return cls.of(customer).where(literal(f"{cls.__tablename__}:") + cast(cls.id, String) == subject)

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every_count, self.every_unit)

    @property
    def total(self) -> int:
        """What one delivery costs, in minor units of `currency`."""
        return sum(item.quantity * item.price.amount for item in self.items)

    @property
    def scheduled(self) -> list["Delivery"]:
        return self._with(DeliveryStatus.SCHEDULED)

    @property
    def planned(self) -> list["Delivery"]:
        """Those that are still to come, and those of them that are skipped; soonest first."""
        return self._with(DeliveryStatus.SCHEDULED, DeliveryStatus.SKIPPED)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_version == self.version

    @property
    def is_waiting(self) -> bool:
        """Whether the provider still has to be told."""
        return not self.is_confirmed and not self.has_ended

    @property
    def has_ended(self) -> bool:
        return policy.BY_STATUS[self.status] is Obstacle.ENDED

    @property
    def obstacle(self) -> Obstacle | None:
        return policy.obstacle(
            self.status,
            is_paused=self.is_paused,
            is_ending=self.is_ending,
            is_charging=any(delivery.status is DeliveryStatus.DUE for delivery in self.deliveries),
            was_ever_charged=any(delivery.invoice_ref for delivery in self.deliveries),
        )

    @property
    def terms(self) -> Terms:
        """As we want it."""
        return Terms(version=self.version, next_charge_at=next((delivery.charge_at for delivery in self.scheduled), None))

    def delivery(self, delivery_id: int) -> "Delivery":
        return next(delivery for delivery in self.deliveries if delivery.id == delivery_id)

    def must_be_changeable(self) -> None:
        if found := self.obstacle:
            raise NotNow(why_not(found))

    def learn(self, stands: Standing) -> None:
        """Take note of the provider's own facts."""
        if stands.terms.version > self.version:
            raise ProviderIsAhead(f"{self.provider_ref}: {stands.terms.version} there, {self.version} here")
        self.status, self.is_paused, self.resumes_at = stands.status, stands.is_paused, stands.resumes_at
        self.is_ending, self.ended_at, self.raw = stands.ends_at_period_end, stands.ended_at, stands.raw
        self.confirmed_version, self.known_next_charge_at = stands.terms.version, stands.terms.next_charge_at
        if self.has_ended:
            for delivery in self.scheduled:
                delivery.status = DeliveryStatus.DROPPED

    def plan_from(self, charge_at: datetime, anchor_at: datetime) -> None:
        """Begin with this charge, in the rhythm of an anchor that may be long past (the 31st, when this is the 28th)."""
        is_slot = charge_at == next(self.rhythm.after(anchor_at, charge_at - timedelta(seconds=1)))
        self.anchor_at = anchor_at if is_slot else charge_at
        self.plan(charge_at)
        self.plan_ahead()

    def plan_ahead(self) -> None:
        """Plan as many deliveries as the customer can look at and change ahead of time."""
        last = max(delivery.slot_at for delivery in self.deliveries)
        for slot in islice(self.rhythm.after(self.anchor_at or last, last), max(0, PLANNED - len(self.scheduled))):
            self.plan(slot)

    def follow(self, charge_at: datetime) -> None:
        """The next charge was moved at the provider: it is so, and all later ones move along by as much."""
        by = charge_at - self.scheduled[0].charge_at
        for delivery in [later for later in self.planned if later.slot_at >= self.scheduled[0].slot_at]:
            delivery.slot_at, delivery.charge_at = delivery.slot_at + by, delivery.charge_at + by
        self.anchor_at = charge_at

    def begin_again(self, charge_at: datetime) -> None:
        """How often it comes was changed at the provider: what is planned follows, from this charge on."""
        first, *later = self.scheduled
        self.anchor_at = first.slot_at = first.charge_at = charge_at
        self.keep_step(later, after=charge_at)

    def move_from(self, delivery: "Delivery", arrival: date, *, at: datetime) -> None:
        """Move this delivery and all later ones: the rhythm counts from here."""
        delivery.must_be_open(at=at)
        later = [other for other in self.planned if other.slot_at > delivery.slot_at]
        delivery.must_be_able_to_arrive(arrival, at=at, with_later=True)
        self.anchor_at = delivery.slot_at = delivery.charge_at = delivery.charge_for(arrival)
        self.keep_step(later, after=self.anchor_at)

    def keep_step(self, deliveries: list["Delivery"], *, after: datetime) -> None:
        """Put these into the slots of the rhythm that follow this moment, in the order that they have."""
        in_order = sorted(deliveries, key=lambda delivery: delivery.slot_at)
        for slot, delivery in zip(self.rhythm.after(self.anchor_at or after, after), in_order, strict=False):
            delivery.slot_at = delivery.charge_at = slot

    def plan(self, slot_at: datetime) -> "Delivery":
        self.deliveries.append(planned := Delivery(slot_at=slot_at, charge_at=slot_at))
        return planned

    def _with(self, *statuses: "DeliveryStatus") -> list["Delivery"]:
        return sorted((delivery for delivery in self.deliveries if delivery.status in statuses), key=lambda delivery: delivery.charge_at)


class SubscriptionItem(Model):
    __tablename__ = "subscription_item"
    subscription_id: Mapped[int] = mapped_column(ForeignKey(Subscription.id), index=True, init=False)
    subscription: Mapped[Subscription] = relationship(back_populates="items", init=False)
    price_id: Mapped[int] = mapped_column(ForeignKey(Price.id), init=False)
    price: Mapped[Price] = relationship()
    quantity: Mapped[int]
    provider_ref: Mapped[str] = mapped_column(unique=True)


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
    __table_args__ = (Index("ix_delivery_subscription_id_status_charge_at", "subscription_id", "status", "charge_at"),)
    subscription_id: Mapped[int] = mapped_column(ForeignKey(Subscription.id), init=False)
    subscription: Mapped[Subscription] = relationship(back_populates="deliveries", init=False)
    slot_at: Mapped[datetime]
    """The charge as the rhythm has it; a delivery that is moved alone keeps its place in the rhythm."""
    charge_at: Mapped[datetime]
    status: Mapped[DeliveryStatus] = mapped_column(default=DeliveryStatus.SCHEDULED)
    invoice_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """The provider's invoice for it."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id), init=False)
    order: Mapped[Order | None] = relationship(default=None)

    @property
    def is_scheduled(self) -> bool:
        return self.status is DeliveryStatus.SCHEDULED

    @property
    def is_skipped(self) -> bool:
        return self.status is DeliveryStatus.SKIPPED

    def must_be_open(self, *, at: datetime) -> None:
        self.subscription.must_be_changeable()
        if self.invoice_ref or at >= self.locks_at:
            raise TooLate(_("This delivery locked on %(at)s, so it can’t be changed any more.", at=moment(self.locks_at)))

    def skip(self, *, at: datetime) -> None:
        self.must_be_open(at=at)
        if not self.is_scheduled:
            raise NotScheduled(_("This delivery is already skipped.") if self.is_skipped else _("This delivery is not planned any more."))
        self.status = DeliveryStatus.SKIPPED
        self.subscription.plan_ahead()
        if self.subscription.scheduled[0].charge_at > at + FARTHEST:
            raise NothingLater(_("The next delivery would be more than two years away. Please pause or cancel instead."))

    def unskip(self, *, at: datetime) -> None:
        self.must_be_open(at=at)
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
        earliest = self.earliest_arrival(at=at)
        if arrival < earliest:
            raise WrongDay(_("That is too soon. The earliest is %(day)s.", day=day(earliest)))
        if arrival > self.latest_arrival(at=at):
            raise WrongDay(_("That is more than two years away. Choose an earlier day, or pause the subscription."))
        if not shop().delivers_on(arrival):
            after = next(shop().delivery_days(arrival))
            raise WrongDay(_("Nothing is delivered on %(day)s. The next day after it is %(after)s.", day=day(arrival), after=day(after)))
        if not with_later:
            self.must_be_alone(arrival)
        elif any(other.arrives_on >= arrival for other in self.subscription.scheduled if other.slot_at < self.slot_at):
            raise WrongDay(_("An earlier delivery comes on that day or after it. Move that one first."))
        if arrival == self.arrives_on:
            raise WrongDay(_("It already arrives on %(day)s. Choose another day.", day=day(arrival)))

    def must_be_alone(self, on: date | None = None) -> None:
        """Two boxes on one day would be two charges."""
        arrival = on or self.arrives_on
        if self.is_scheduled and any(other.arrives_on == arrival for other in self.subscription.scheduled if other is not self):
            raise WrongDay(_("Another delivery already comes on %(day)s. Choose another day.", day=day(arrival)))
