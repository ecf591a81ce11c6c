"""What goes with each change of a subscription."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from portal import outbox, timeline
from portal.kit.db import db
from portal.subscriptions.actions.offering import take_offer
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.policy import Change
from portal.timeline import Actor, Deed

SETTLE = timedelta(seconds=2)
"""A change waits so long before it is sent: a skip that is undone at once costs the provider nothing."""


@contextmanager
def change(subscription: Subscription, deed: str, *, by: Actor, at: datetime, facts: dict[str, Any]) -> Iterator[Deed]:
    """It stands in the history, it has a number, and the provider is told. What has been charged is touched by no change."""
    subscription.agree_on_what_has_locked(at=at)
    version, touching = subscription.version + 1, [*subscription.planned, *subscription.items]
    with timeline.deed(subscription, deed, by=by, at=at, touching=touching, version=lambda: version, facts=facts) as doing:
        yield doing
    subscription.version = version
    db.session.flush()
    if doing.entry:
        take_offer(subscription, doing.entry, at=at)
    outbox.want_sync(subscription, at=at + SETTLE)
    for item in subscription.one_time_items:
        if item.is_waiting:  # the delivery with which it goes may lock sooner now
            outbox.want_sync(item, at=at + SETTLE, bulk=True)


def newest(subscription: Subscription) -> int:
    """What is planned later than this came after a change of the rhythm, and goes along when that is undone."""
    return max(delivery.id for delivery in subscription.deliveries)


def iso(delivery: Delivery) -> str:
    return delivery.arrives_on.isoformat()


def first_open(subscription: Subscription, kind: Change, *, at: datetime) -> dict[str, Any]:
    """The delivery from which on a change of this kind counts, if it is allowed. Until it locks, the change can be undone."""
    subscription.must_allow(kind)
    first = subscription.plan.first_open(at=at)
    return {"delivery": first.id, "day": iso(first)}
