"""Where the boxes of a subscription go, as its page shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from portal.accounts.models import Address
from portal.accounts.queries import for_all
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
    of_it = select(Subscription.address_id).where(Subscription.id == subscription_id, Subscription.customer_id == customer_id)
    is_own = Address.id == of_it.scalar_subquery()
    query = select(Address, is_own).where(Address.customer_id == customer_id, or_(Address.listed_at.is_not(None), is_own))
    rows = db.session.execute(query).all()
    return Goal(next((address for address, own in rows if own), None), for_all(address for address, _own in rows))


def reach_of(subscription: Subscription, *, at: datetime) -> Reach:
    first = next((delivery for delivery in subscription.scheduled if delivery.locks_at > at), None)
    under_way = [delivery for delivery in subscription.deliveries if _is_under_way(delivery, at=at)]
    comes = subscription.obstacle in COMING
    return Reach(first.arrives_on if first and comes else None, max((delivery.arrives_on for delivery in under_way), default=None))


def _is_under_way(delivery: Delivery, *, at: datetime) -> bool:
    is_locked = delivery.is_scheduled and delivery.locks_at <= at and delivery.subscription.obstacle in COMING
    return is_locked or delivery.status in (DeliveryStatus.DUE, DeliveryStatus.UNPAID)
