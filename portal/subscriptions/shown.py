"""What pages show of subscriptions: plain values, read once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.payments import Discount
from portal.subscriptions import policy
from portal.subscriptions.delivery_clock import DeliveryClock
from portal.subscriptions.models import AGAIN_FOR, DeliveryStatus
from portal.subscriptions.policy import Obstacle
from portal.subscriptions.totals import Total


@dataclass(frozen=True)
class BoxLine:
    title: str
    variant: str
    picture: str
    quantity: int
    unit_amount: int
    item_id: int | None = None
    """Of the subscription's item; None of what was agreed before a change, and so is what follows."""
    variant_id: int | None = None
    group_id: int | None = None
    """What is in the same group may take its place."""
    is_offered: bool = False
    """Whether the shop offers it at this price."""
    guide_of: int | None = None
    """The product, if there is a guide to it."""

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_amount


@dataclass(frozen=True)
class ShownClock(DeliveryClock):
    charge_at: datetime


@dataclass(frozen=True)
class ShownDelivery(DeliveryClock):
    id: int
    charge_at: datetime
    status: DeliveryStatus
    subscription_id: int
    name: str
    currency: str
    is_waiting: bool
    obstacle: Obstacle | None
    lines: list[BoxLine]
    order_number: str | None
    charged: int | None
    """What its order came to, once there is one."""
    reckoned: Total
    had_locked: bool
    """Before something was changed: it comes as it was then."""

    @property
    def total(self) -> int:
        return self.reckoned.due if self.charged is None else self.charged

    @property
    def is_exact(self) -> bool:
        """Whether the provider has said so."""
        return self.charged is not None or self.reckoned.is_exact

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_due(self) -> bool:
        return self.status is DeliveryStatus.DUE

    @property
    def is_unpaid(self) -> bool:
        return self.status is DeliveryStatus.UNPAID

    @property
    def is_skipped(self) -> bool:
        return self.status is DeliveryStatus.SKIPPED

    @property
    def is_scheduled(self) -> bool:
        return self.status is DeliveryStatus.SCHEDULED

    @property
    def pictures(self) -> list[tuple[str, int]]:
        return [(line.picture, line.quantity) for line in self.lines]

    def is_open(self, *, at: datetime) -> bool:
        """Whether it can be changed now."""
        return at < self.locks_at and self.obstacle is None and self.status in (DeliveryStatus.SCHEDULED, DeliveryStatus.SKIPPED)


@dataclass(frozen=True)
class ShownSubscription:
    id: int
    name: str
    currency: str
    every_count: int
    every_unit: str
    started_at: datetime
    ended_at: datetime | None
    resumes_at: datetime | None
    is_waiting: bool
    confirmed_version: int
    obstacle: Obstacle | None
    next_charge_at: datetime | None
    """Of the next delivery that is planned, whether or not it comes."""
    first_charge_at: datetime | None
    """Of the first that is planned, even before the end of a pause."""
    lines: list[BoxLine]
    each: Total
    """What a delivery costs as a rule."""
    code: str | None
    discount: Discount | None
    is_ending: bool
    ends_now_at: datetime | None
    ends_at: datetime | None
    """When it ends, if it is cancelled and has not ended yet."""
    stops_at: datetime | None
    """When the shop lets it end, at the latest: it goes on until then."""

    def can(self, change: str) -> bool:
        """Whether this can be changed now: a word of `policy.Change`."""
        return policy.allows(policy.Change(change), self.obstacle)

    def may_wait(self, *, at: datetime) -> bool:
        """Whether what the provider has yet to be told may have to wait for the charge of a delivery that has locked."""
        return self.is_waiting and self.first_charge_at is not None and ShownClock(self.first_charge_at).locks_at <= at

    @property
    def inside(self) -> dict[int, int]:
        """How many of each variant are in the box."""
        return {line.variant_id: line.quantity for line in self.lines if line.variant_id}

    @property
    def next(self) -> DeliveryClock | None:
        """The clock of the next delivery, if one comes."""
        return ShownClock(self.next_charge_at) if self.next_charge_at and self.obstacle in policy.COMING else None

    @property
    def returns(self) -> DeliveryClock | None:
        """The clock of the first delivery after a pause that has an end, if it is planned yet."""
        has_end = self.obstacle is Obstacle.PAUSED and self.resumes_at
        return ShownClock(self.next_charge_at) if has_end and self.next_charge_at else None

    def again_until(self, *, at: datetime) -> datetime | None:
        """Until when it can begin again as it was."""
        last = self.ended_at + AGAIN_FOR if self.ended_at and self.can("begin again") else None
        return last if last and at <= last else None

    @property
    def total(self) -> int:
        return self.each.due

    @property
    def pictures(self) -> list[tuple[str, int]]:
        return [(line.picture, line.quantity) for line in self.lines]


@dataclass(frozen=True)
class Kept:
    """What was changed after the next delivery had locked: the provider is told once that one is charged."""

    locked: date
    """That one arrives on this day, as it was when it locked."""
    first: date | None
    """What was changed counts from the delivery on this day; None in a pause without an end, and while it ends."""


@dataclass(frozen=True)
class HowMany:
    resting: int
    """They send nothing as things stand: paused, ending or ended."""
    waiting: int
    """The provider still has to be told of a change."""
    may_wait: int
    """So many of those, as one says of itself."""


@dataclass(frozen=True)
class FirstScreen:
    coming: list[ShownDelivery]
    """The next deliveries over all subscriptions, soonest first; one whose payment failed is the first of all."""
    others: list[ShownSubscription]
    """All subscriptions of a customer to whom none sends anything."""
    how_many: HowMany


@dataclass(frozen=True)
class Refused:
    """A change that the provider refused, lately."""

    entry_id: int
    deed: str
    day: date | None
    problem: str
    """What `refusals.after_a_refusal` tells of it."""
    subscription_id: int


@dataclass(frozen=True)
class Done:
    """One line of a history."""

    id: int
    deed: str
    at: datetime
    facts: dict[str, Any]
    staff: str | None
    system: str | None
    confirmed: bool | None
    """None for what the provider need not confirm."""
    kept: Kept | None
    """Of what waits until a locked delivery is charged."""
    refused_at: datetime | None
    problem: str
    """Why it was refused, for `refusals.after_a_refusal`."""
    is_undone: bool
    can_undo: bool
    is_overtaken: bool
    """It could be undone, had not a later one changed the same: what that was is named when it is tried."""
    is_newest: bool
    """No later change was made."""
    prepared_by: str | None = None
    """Who of the staff had prepared it, if the customer approved it."""

    @property
    def is_refused(self) -> bool:
        return self.refused_at is not None


@dataclass(frozen=True)
class Confirmed:
    """A change that the provider has just confirmed, for the mail that says so."""

    entry_id: int
    deed: str
    facts: dict[str, Any]
    staff: str
    """Who did it for the customer; empty where they did it themselves."""
    prepared_by: str
    """Who had prepared it, if the customer approved it; else empty."""
    can_undo: bool
    undo_until: datetime | None
    """None if it touches no delivery that could lock."""
    is_changed_since: bool
    """Something later has to be undone first."""


@dataclass(frozen=True)
class Side:
    """One delivery of a comparison."""

    day: date
    pieces: int
    total: int
    currency: str
    is_exact: bool
    """Whether the provider has said the total."""
