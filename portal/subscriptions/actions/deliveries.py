"""Skip, send after all, move."""

from datetime import date, datetime
from typing import Any

from portal.subscriptions.actions.change import change, iso, newest
from portal.subscriptions.models import Delivery
from portal.timeline import Actor, Entry


def skip_delivery(delivery: Delivery, *, by: Actor, at: datetime) -> Entry:
    """Leave this delivery out; the next charge is that of the one after it."""
    with change(delivery.subscription, "skipped", by=by, at=at, facts={"delivery": delivery.id, "day": iso(delivery)}) as doing:
        delivery.skip(at=at)
    return doing.done


def unskip_delivery(delivery: Delivery, *, by: Actor, at: datetime) -> Entry:
    """Send a skipped delivery after all."""
    with change(delivery.subscription, "unskipped", by=by, at=at, facts={"delivery": delivery.id, "day": iso(delivery)}) as doing:
        delivery.unskip(at=at)
    return doing.done


def move_delivery(delivery: Delivery, arrival: date, *, by: Actor, at: datetime) -> Entry:
    """Move this delivery alone to another day."""
    with change(delivery.subscription, "moved", by=by, at=at, facts=_moving(delivery, arrival)) as doing:
        delivery.move(arrival, at=at)
    return doing.done


def hold_for_exchange(delivery: Delivery, arrival: date, exchange_id: int, *, by: Actor, at: datetime) -> Entry:
    """Move this delivery alone, because what is in it is on its way already in exchange for something; undone like any other move."""
    facts = {**_moving(delivery, arrival), "exchange": exchange_id}
    with change(delivery.subscription, "moved", by=by, at=at, facts=facts) as doing:
        delivery.move(arrival, at=at)
    return doing.done


def move_with_later(delivery: Delivery, arrival: date, *, by: Actor, at: datetime) -> Entry:
    """Move this delivery to another day, and all later ones with it."""
    facts = {**_moving(delivery, arrival), "newest": newest(delivery.subscription)}
    with change(delivery.subscription, "moved with later", by=by, at=at, facts=facts) as doing:
        delivery.subscription.plan.move_from(delivery, arrival, at=at)
    return doing.done


def _moving(delivery: Delivery, arrival: date) -> dict[str, Any]:
    return {"delivery": delivery.id, "day": iso(delivery), "to": arrival.isoformat()}
