"""What is in the box, and how often it comes. A change counts from the first delivery that has not locked."""

from datetime import datetime

from portal.catalog.models import Variant
from portal.kit.db import db
from portal.subscriptions.actions.change import change, first_open, newest
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.subscriptions.policy import Change
from portal.subscriptions.rhythm import Rhythm
from portal.timeline import Actor, Entry


def set_quantity(item: SubscriptionItem, quantity: int, *, by: Actor, at: datetime) -> Entry | None:
    """None if it is that many already: the second tap of a double one."""
    subscription = _changeable(item)
    if item.quantity == quantity > 0:
        return None
    facts = {**first_open(subscription, Change.CONTENTS, at=at), "product": _name(item), "from": item.quantity, "quantity": quantity}
    with change(subscription, "quantity", by=by, at=at, facts=facts) as doing:
        subscription.contents.set_quantity(item, quantity)
    return doing.done


def swap_product(item: SubscriptionItem, variant: Variant, *, by: Actor, at: datetime) -> Entry | None:
    """None if it is in the box in that place already."""
    subscription = _changeable(item)
    if item.price.variant is variant and item.quantity:
        return None
    facts = {**first_open(subscription, Change.CONTENTS, at=at), "product": _name(item), "new": variant.product.name}
    with change(subscription, "swapped", by=by, at=at, facts=facts) as doing:
        subscription.contents.swap(item, variant)
    return doing.done


def add_product(subscription: Subscription, variant: Variant, quantity: int, *, by: Actor, at: datetime) -> Entry | None:
    """None if it was added just so already."""
    subscription.must_allow(Change.CONTENTS)
    item = subscription.contents.slot_for(variant)
    if item.quantity == quantity > 0:
        return None
    db.session.flush()
    facts = {**first_open(subscription, Change.CONTENTS, at=at), "product": variant.product.name, "quantity": quantity}
    with change(subscription, "added", by=by, at=at, facts=facts) as doing:
        subscription.contents.add(item, quantity)
    return doing.done


def remove_product(item: SubscriptionItem, *, by: Actor, at: datetime) -> Entry | None:
    """None if it is out already."""
    subscription = _changeable(item)
    if not item.quantity:
        return None
    facts = {**first_open(subscription, Change.CONTENTS, at=at), "product": _name(item), "quantity": item.quantity}
    with change(subscription, "removed", by=by, at=at, facts=facts) as doing:
        subscription.contents.remove(item)
    return doing.done


def change_frequency(subscription: Subscription, rhythm: Rhythm, *, by: Actor, at: datetime) -> Entry | None:
    """The next delivery keeps its day, the later ones follow in the new rhythm. None if it comes that often already."""
    subscription.must_allow(Change.FREQUENCY)
    if subscription.rhythm == rhythm:
        return None
    was = [subscription.every_count, subscription.every_unit]
    counts_from, every = first_open(subscription, Change.FREQUENCY, at=at), [rhythm.count, rhythm.unit]
    facts = {**counts_from, "was": was, "every": every, "newest": newest(subscription)}
    with change(subscription, "frequency", by=by, at=at, facts=facts) as doing:
        subscription.contents.come_every(rhythm, at=at)
    return doing.done


def _changeable(item: SubscriptionItem) -> Subscription:
    item.subscription.must_allow(Change.CONTENTS)
    return item.subscription


def _name(item: SubscriptionItem) -> str:
    return item.price.variant.product.name
