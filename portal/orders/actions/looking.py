"""Who looks again and again where a parcel is, while nothing moves, worries: somebody at the shop looks as well, before they ask."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from portal import timeline
from portal.kit.db import db, insert
from portal.kit.shop import shop
from portal.orders import emails
from portal.orders.actions.ordering import hold
from portal.orders.actions.tracking import WORRY
from portal.orders.models import Order, Shipment, TrackingEvent, TrackingLook
from portal.orders.policy import OF_END
from portal.tasks.actions import open_task

WORRIES = 4
"""Looks within `WITHIN`, with no scan between them."""
WITHIN = timedelta(hours=24)
ONE_LOOK = timedelta(minutes=1)
"""A page that is loaded again at once was not looked at twice."""
KEPT = timedelta(days=7)


def note_looks(shipments: Sequence[Shipment], *, at: datetime) -> None:
    """Its owner, or whoever has its link, looks at these parcels of one order. Of those that are there already, a look says nothing.

    In as many questions for thirty as for one.
    """
    waited_for = {one.id: one for one in shipments if one.status not in OF_END}
    if not waited_for:
        return
    hold(db.session.get_one(Order, next(iter(waited_for.values())).order_id))
    looks = _looks_at(waited_for, since=at - WITHIN)
    new = [one for one in waited_for if not looks[one] or at >= max(looks[one]) + ONE_LOOK]
    if not new:
        return
    db.session.execute(insert(TrackingLook), [{"shipment_id": one, "at": at} for one in new])
    columns = TrackingEvent.shipment_id, func.max(TrackingEvent.id), func.max(TrackingEvent.received_at)
    heard = select(*columns).where(TrackingEvent.shipment_id.in_(new)).group_by(TrackingEvent.shipment_id)
    stretches = {shipment_id: (stretch, heard_at) for shipment_id, stretch, heard_at in db.session.execute(heard)}
    for one in new:
        stretch, heard_at = stretches.get(one, (0, None))
        if len([look for look in (*looks[one], at) if heard_at is None or look > heard_at]) >= WORRIES:
            _worry(waited_for[one], stretch, at=at)


def _looks_at(shipment_ids: Collection[int], *, since: datetime) -> dict[int, list[datetime]]:
    found = select(TrackingLook.shipment_id, TrackingLook.at).where(TrackingLook.shipment_id.in_(shipment_ids), TrackingLook.at > since)
    looks: dict[int, list[datetime]] = defaultdict(list)
    for shipment_id, looked_at in db.session.execute(found):
        looks[shipment_id].append(looked_at)
    return looks


def _worry(shipment: Shipment, stretch: int, *, at: datetime) -> None:
    """Once for each stretch without a scan."""
    due_at = shop().next_working_noon(at)
    key = f"worry:{timeline.key(shipment)}:{stretch}"
    facts = {"ref": shipment.ref, "order": shipment.order.number}
    if open_task(WORRY, shipment, key=key, customer_id=shipment.order.customer_id, due_at=due_at, at=at, facts=facts):
        timeline.note(shipment, "looked at again and again", by=timeline.SCHEDULE, at=at, facts={"ref": shipment.ref})
        emails.tell(shipment, "worried", key=key, at=at, until=due_at)


def forget_looks(*, at: datetime) -> None:
    db.session.execute(delete(TrackingLook).where(TrackingLook.at < at - KEPT))
