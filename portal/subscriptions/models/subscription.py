"""The subscription itself: what is wanted of it, what the provider shows, and which of its rules live where."""

from datetime import datetime, timedelta
from typing import Any, Self

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, String, cast, literal, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Address, Customer
from portal.kit.db import Model
from portal.kit.shop import shop
from portal.payments import Pause, Standing, Terms
from portal.subscriptions import policy
from portal.subscriptions.models.contents import Contents
from portal.subscriptions.models.delivery import Delivery, DeliveryStatus
from portal.subscriptions.models.item import SubscriptionItem
from portal.subscriptions.models.one_time import OneTimeItem
from portal.subscriptions.models.overcharge import Overcharge
from portal.subscriptions.models.plan import Plan
from portal.subscriptions.policy import Change, Obstacle
from portal.subscriptions.refusals import NothingLeft, NotNow, ProviderIsAhead, TooLate, why_not
from portal.subscriptions.rhythm import Rhythm
from portal.timeline import Entry

LONGEST_NOTE = 500
"""Characters of a value in Stripe's metadata. Source: docs.stripe.com/api/metadata."""
AGAIN_FOR = timedelta(days=365)
"""So long after the end it can begin again as it was."""
UNDO_FOR = timedelta(minutes=10)
"""So long a cancellation at once is held back, so that it can be undone. Nothing is charged meanwhile."""


LEARNED = {"learned": True}
"""Of columns that the provider fills: no deed of ours, and nothing that an undo puts back."""


class Subscription(Model):
    """What it contains, how often and when it comes, and whether it pauses or ends is ours, and made so at the provider.

    Status, end, discount and amounts are the provider's own, and learned.
    """

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
    started_at: Mapped[datetime] = mapped_column(index=True)
    account_ref: Mapped[str] = mapped_column(default="", index=True)
    """The provider's name for whoever pays; empty until the provider was looked up."""
    address_id: Mapped[int | None] = mapped_column(ForeignKey(Address.id), init=False)
    address: Mapped[Address | None] = relationship(default=None)
    """Where its boxes go; None: where all of the customer's go."""
    anchor_at: Mapped[datetime | None] = mapped_column(default=None)
    """The charge from which the rhythm counts; None until the provider was looked up."""
    status: Mapped[str] = mapped_column(default="incomplete")
    """The provider's own word."""
    is_paused: Mapped[bool] = mapped_column(default=False)
    resumes_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a pause ends by itself: the next delivery locks then. None: it is resumed by hand."""
    is_ending: Mapped[bool] = mapped_column(default=False)
    """Whether it ends where the next charge would be."""
    ends_now_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it ends before that, because the customer wants it at once."""
    stops_at: Mapped[datetime | None] = mapped_column(default=None, info=LEARNED)
    """When it ends, if the shop chose a day for that at the provider; it goes on until then, and nothing is charged from then on."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    beginning_key: Mapped[str | None] = mapped_column(default=None)
    """It ended, and shall begin again: the key under which the provider makes a new one, once."""
    code: Mapped[str | None] = mapped_column(default=None)
    """The discount code that counts."""
    discount: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None, info=LEARNED)
    """What a code or the shop takes off, as `policy.discount_from` reads it."""
    next_total: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None, info=LEARNED)
    """The next charge as the provider reckons it, with the version that it was asked for: `totals.Reckoning` reads it."""
    known_next_charge_at: Mapped[datetime | None] = mapped_column(default=None)
    """What the provider showed when we last looked: whoever differs from it has changed something."""
    known_terms: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict, info={"personal": True})
    """The same for the rest of the terms: `policy.terms_from` reads it."""
    raw: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict, info={"personal": True})
    """The subscription as the provider last showed it."""
    special: Mapped[str] = mapped_column(default="", info=LEARNED)
    """Why our terms can't say any more what it has become there: `payments.Snag`, with commas; empty if they can."""
    version: Mapped[int] = mapped_column(default=0)
    """Raised by each change of ours."""
    confirmed_version: Mapped[int] = mapped_column(default=0)
    """The version that the provider showed when we last looked."""
    items: Mapped[list[SubscriptionItem]] = relationship(
        back_populates="subscription", order_by="SubscriptionItem.id", default_factory=list, cascade="all, delete-orphan"
    )
    """With those that were taken out."""
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="subscription", order_by="Delivery.charge_at", default_factory=list)
    one_time_items: Mapped[list[OneTimeItem]] = relationship(back_populates="subscription", order_by="OneTimeItem.id", default_factory=list)
    overcharges: Mapped[list[Overcharge]] = relationship(back_populates="subscription", order_by="Overcharge.id", default_factory=list)

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id)

    @classmethod
    def holding(cls, delivery_id: int, customer: Customer) -> Select[Self]:
        """The customer's subscription that this delivery belongs to. Lock it, then read its deliveries: so nobody reads old ones."""
        holder = select(Delivery.subscription_id).where(Delivery.id == delivery_id).scalar_subquery()
        return cls.of(customer).where(cls.id == holder)

    @classmethod
    def of_entry(cls, entry_id: int) -> Select[Self]:
        """The one that this entry of the history is about: for whoever has a link that we signed."""
        subject = select(Entry.subject).where(Entry.id == entry_id).scalar_subquery()
        return select(cls).where(literal(f"{cls.__tablename__}:") + cast(cls.id, String) == subject)

    @classmethod
    def changed_by(cls, entry_id: int, customer: Customer) -> Select[Self]:
        """The customer's own, that this entry of the history is about."""
        return cls.of_entry(entry_id).where(cls.customer_id == customer.id)

    @property
    def plan(self) -> Plan:
        """When its deliveries come."""
        return Plan(self)

    @property
    def contents(self) -> Contents:
        """What is in them."""
        return Contents(self)

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every_count, self.every_unit)

    @property
    def scheduled(self) -> list[Delivery]:
        return self._with(DeliveryStatus.SCHEDULED)

    @property
    def planned(self) -> list[Delivery]:
        """Those that are still to come, and those of them that are skipped; soonest first."""
        return self._with(DeliveryStatus.SCHEDULED, DeliveryStatus.SKIPPED)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_version == self.version

    @property
    def is_waiting(self) -> bool:
        """Whether the provider still has to be told."""
        return self.beginning_key is not None or (not self.has_ended and not self.special and not self.is_confirmed)

    @property
    def has_ended(self) -> bool:
        return policy.BY_STATUS[self.status] is Obstacle.ENDED

    @property
    def obstacle(self) -> Obstacle | None:
        return policy.obstacle(
            self.status,
            is_paused=self.is_paused,
            is_ending=self.is_ending,
            is_beginning=self.beginning_key is not None,
            is_special=bool(self.special),
            is_charging=any(delivery.status is DeliveryStatus.DUE for delivery in self.deliveries),
            was_ever_charged=any(delivery.invoice_ref for delivery in self.deliveries),
        )

    @property
    def pause(self) -> Pause | None:
        return Pause(self.resumes_at) if self.is_paused else None

    @property
    def terms(self) -> Terms:
        """As we want it."""
        return Terms(
            version=self.version,
            next_charge_at=next((delivery.charge_at for delivery in self.scheduled), None),
            every=(self.every_count, self.every_unit),
            contents=self.contents.told,
            pause=self.pause,
            is_ending=self.is_ending,
            code=self.code,
            ship_to=self.address.one_line[:LONGEST_NOTE] if self.address else "",
        )

    @property
    def known(self) -> Terms | None:
        """As the provider had it when we last looked; None if we never did."""
        return policy.terms_from(self.known_terms, self.known_next_charge_at) if self.known_terms else None

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, if it is cancelled and has not ended yet."""
        return policy.end(self.ends_now_at, self.terms.next_charge_at, self.stops_at) if self.is_ending else None

    def delivery(self, delivery_id: int) -> Delivery:
        return next(delivery for delivery in self.deliveries if delivery.id == delivery_id)

    def locked(self, *, at: datetime) -> Delivery | None:
        """The next delivery, if it has locked: it comes as it was then, and what is changed now counts from the one after it.

        In a pause nothing locks; what had locked before it comes all the same.
        """
        return next((delivery for delivery in self.scheduled[:1] if self._has_locked(delivery, at=at)), None)

    def waits_for(self, *, at: datetime) -> Delivery | None:
        """The locked delivery that is charged before the provider is told of what was changed since: it would change that charge."""
        locked, known = self.locked(at=at), self.known
        is_bound = known is not None and self.is_waiting and policy.differ_in_what_is_bound(self.terms, known, at=at)
        return locked if is_bound else None

    def must_allow(self, change: Change) -> None:
        found = self.obstacle
        if not policy.allows(change, found):
            raise NotNow(why_not(change, found))

    def agree_on_what_has_locked(self, *, at: datetime) -> None:
        """Before a change: what has locked comes as it is now. That may be more than one, where one was moved close to the other."""
        for delivery in self.scheduled:
            if delivery.agreed is None and self._has_locked(delivery, at=at):
                lines = [[item.price_id, item.quantity] for item in self.contents.items]
                delivery.agreed = {"lines": lines, "discount": self.discount}

    def end(self, *, at_once: bool, at: datetime) -> None:
        """Where the next charge would be, or at once: then after a while in which it can be undone, unless a delivery has locked."""
        self.must_allow(Change.END_NOW if at_once else Change.END_LATER)
        self.is_ending = True
        if at_once:
            self.ends_now_at = at if self.locked(at=at) else at + UNDO_FOR

    def keep(self, *, at: datetime) -> None:
        self.must_allow(Change.KEEP)
        if self.ends_now_at and at >= self.ends_now_at:
            raise TooLate(_("It can’t be taken back any more: the subscription has ended."))
        self.is_ending, self.ends_now_at = False, None

    def must_be_able_to_begin_again(self, *, at: datetime) -> None:
        """It can begin again as it was within a year."""
        self.must_allow(Change.BEGIN_AGAIN)
        if not self.contents.items:
            raise NothingLeft(_("Nothing is in this box any more. Please subscribe anew in the shop."))
        if self.ended_at and self.ended_at + AGAIN_FOR < at:
            raise TooLate(_("It ended more than a year ago, when prices were others. Please subscribe anew in the shop."))

    def begin_again(self, *, key: str, at: datetime) -> None:
        """With a first delivery as soon as can be."""
        self.must_be_able_to_begin_again(at=at)
        self.beginning_key, self.code, self.discount, self.stops_at = key, None, None, None
        time_of_day = (self.anchor_at or at).astimezone(shop().zone).time().replace(microsecond=0)  # the provider counts in seconds
        days = shop().delivery_days(at.astimezone(shop().zone).date())
        charges = (shop().charge_before(arrival, time_of_day) for arrival in days)
        charge_at = next(charge_at for charge_at in charges if charge_at - shop().lock > at)
        self.plan.begin(charge_at, charge_at)

    def learn(self, stands: Standing) -> None:
        """Take note of the provider's own facts, and of how it has what is ours."""
        if stands.terms.version > self.version:
            raise ProviderIsAhead(f"{self.provider_ref}: {stands.terms.version} there, {self.version} here")
        self.status, self.ended_at, self.raw, self.account_ref = stands.status, stands.ended_at, stands.raw, stands.customer_ref
        self.confirmed_version, self.stops_at = stands.terms.version, stands.stops_at
        self.known_next_charge_at, self.known_terms = stands.terms.next_charge_at, policy.terms_as_json(stands.terms)
        if self.has_ended and not self.beginning_key:
            self.is_paused, self.resumes_at, self.is_ending, self.ends_now_at = False, None, False, None
            for delivery in self.planned:
                if delivery.is_scheduled or (self.ended_at and delivery.charge_at > self.ended_at):
                    delivery.status = DeliveryStatus.DROPPED

    def _has_locked(self, delivery: Delivery, *, at: datetime) -> bool:
        rests = self.is_paused and (self.resumes_at is None or self.resumes_at > at)
        return delivery.locks_at <= at and (delivery.agreed is not None or not rests)

    def _with(self, *statuses: DeliveryStatus) -> list[Delivery]:
        return sorted((delivery for delivery in self.deliveries if delivery.status in statuses), key=lambda delivery: delivery.charge_at)
