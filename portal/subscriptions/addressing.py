"""Where the boxes of a subscription go, as its page shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.accounts.models import Address
from portal.accounts.queries import default_address
from portal.kit.db import db
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription
from portal.subscriptions.policy import COMING


@dataclass(frozen=True)
class Goal:
    own: Address | None
    """Of this subscription alone."""
    for_all: Address | None


@dataclass(frozen=True)
class Reach:
    """Which deliveries a new address is for."""

    first: date | None
    """Arrives on this day; None if none is planned that could still go elsewhere."""
    locked: date | None
    """The one before it, that goes where it went."""


def goal_of(subscription_id: int, customer_id: int) -> Goal:
    own = (
        select(Address)
        .join(Subscription, Subscription.address_id == Address.id)
        .where(Subscription.id == subscription_id, Subscription.customer_id == customer_id)
    )
    return Goal(db.session.scalars(own).one_or_none(), default_address(customer_id))


def reach_of(subscription: Subscription, *, at: datetime) -> Reach:
    first = next((delivery for delivery in subscription.scheduled if delivery.locks_at > at), None)
    under_way = [delivery for delivery in subscription.deliveries if _is_under_way(delivery, at=at)]
    comes = subscription.obstacle in COMING
    return Reach(first.arrives_on if first and comes else None, max((delivery.arrives_on for delivery in under_way), default=None))


def _is_under_way(delivery: Delivery, *, at: datetime) -> bool:
    is_locked = delivery.is_scheduled and delivery.locks_at <= at and delivery.subscription.obstacle in COMING
    return is_locked or delivery.status in (DeliveryStatus.DUE, DeliveryStatus.UNPAID)
