"""Put something into the next box once, and take it out again."""

from datetime import datetime

from portal import outbox, timeline
from portal.catalog.models import Variant
from portal.kit.db import db
from portal.subscriptions.models import OneTimeItem, Subscription
from portal.subscriptions.policy import Change
from portal.timeline import Actor, Entry


def add_once(subscription: Subscription, variant: Variant, quantity: int, *, by: Actor, at: datetime) -> OneTimeItem:
    """With the next delivery that has not locked, at today's price of its rhythm. Raises NotNow, NotInTheRange and WrongQuantity."""
    subscription.must_allow(Change.CONTENTS)
    first = subscription.plan.first_open(at=at)
    item = OneTimeItem.of(subscription, subscription.contents.price_of(variant), quantity, by=by, at=at)
    subscription.one_time_items.append(item)
    db.session.flush()
    facts = {"item": item.id, "product": variant.product.name, "quantity": quantity}
    timeline.note(subscription, "added once", by=by, at=at, facts=facts)
    outbox.want_sync(item, at=first.locks_at)
    return item


def take_out_once(item: OneTimeItem, *, by: Actor, at: datetime) -> Entry | None:
    """None if it is out already."""
    if item.removed_at:
        return None
    item.take_out(at=at)
    facts = {"item": item.id, "product": item.price.variant.product.name, "quantity": item.quantity}
    return timeline.note(item.subscription, "taken out once", by=by, at=at, facts=facts)
