"""What pages show of subscriptions: plain values, read once."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.subscriptions import policy
from portal.subscriptions.delivery_clock import DeliveryClock
from portal.subscriptions.models import DeliveryStatus
from portal.subscriptions.policy import Obstacle


@dataclass(frozen=True)
class BoxLine:
    title: str
    variant: str
    picture: str
    quantity: int
    unit_amount: int

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

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

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
    lines: list[BoxLine]

    @property
    def next(self) -> DeliveryClock | None:
        """The clock of the next delivery, if one comes."""
        return ShownClock(self.next_charge_at) if self.next_charge_at and self.obstacle in policy.COMING else None

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def pictures(self) -> list[tuple[str, int]]:
        return [(line.picture, line.quantity) for line in self.lines]


@dataclass(frozen=True)
class HowMany:
    resting: int
    """They send nothing as things stand: paused, ending or ended."""
    waiting: int
    """The provider still has to be told of a change."""


@dataclass(frozen=True)
class Refused:
    """A change that the provider refused, lately."""

    entry_id: int
    deed: str
    day: date
    reason: str
    subscription_id: int


@dataclass(frozen=True)
class Done:
    """One line of a history."""

    id: int
    deed: str
    at: datetime
    facts: dict[str, str]
    staff: str | None
    system: str | None
    confirmed: bool | None
    """None for what the provider need not confirm."""
    is_refused: bool
    is_undone: bool
    can_undo: bool
    """Whether all that it touched is still open. What was changed since is named when it is tried."""


@dataclass(frozen=True)
class Side:
    """One delivery of a comparison."""

    day: date
    pieces: int
    total: int
    currency: str
