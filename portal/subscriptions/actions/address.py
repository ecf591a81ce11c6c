"""Where the boxes of one subscription go, when that is another address than for all deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts import on_address_replaced, telling_what_goes_where
from portal.accounts.models import Address
from portal.kit.db import changing, db
from portal.subscriptions.actions.change import change, iso
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import FOLLOWED, Change
from portal.timeline import Actor, Entry


def send_to(subscription: Subscription, address: Address | None, *, by: Actor, at: datetime) -> Entry | None:
    """From the first delivery on that has not locked; None is the address for all deliveries. Answers None if it goes there already."""
    subscription.must_allow(Change.ADDRESS)
    if subscription.address is address:
        return None
    with change(subscription, "address", by=by, at=at, facts=_from_then_on(subscription, at=at)) as doing:
        subscription.address = address
    return doing.done


@on_address_replaced
def follow_address(old: Address, new: Address, by: Actor, at: datetime) -> None:
    """What went to an address that is corrected goes to the corrected one. The book undoes it, and so this does not."""
    for subscription in _of(old.customer_id):
        if subscription.address_id == old.id and not subscription.has_ended:
            with change(subscription, FOLLOWED, by=by, at=at, facts=_from_then_on(subscription, at=at)):
                subscription.address = new


@telling_what_goes_where
def names_by_address(customer_id: int) -> dict[int, list[str]]:
    """By the id of an address, the subscriptions that go there and not where all do."""
    found: dict[int, list[str]] = {}
    for subscription in _of(customer_id):
        if subscription.address_id and not subscription.has_ended:
            found.setdefault(subscription.address_id, []).append(subscription.name)
    return found


def _of(customer_id: int) -> list[Subscription]:
    """All of the customer's. In a change they are locked, those that go elsewhere too: one may be on its way to the address in question."""
    query = select(Subscription).where(Subscription.customer_id == customer_id).order_by(Subscription.id)
    return list(db.session.scalars(query.with_for_update() if changing() else query))


def _from_then_on(subscription: Subscription, *, at: datetime) -> dict[str, Any]:
    """The delivery from which on it counts, if one is planned."""
    first = next((delivery for delivery in subscription.scheduled if delivery.locks_at > at), None)
    return {"delivery": first.id, "day": iso(first)} if first else {}
