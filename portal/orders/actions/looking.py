"""Who looks again and again where a parcel is, while nothing moves, worries: somebody at the shop looks as well, before they ask."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from portal import timeline
from portal.kit.db import db
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
    """Its owner, or whoever has its link, looks at these parcels of one order. Of those that are there already, a look says nothing."""
    waited_for = [one for one in shipments if one.status not in OF_END]
    if not waited_for:
        return
    hold(db.session.get_one(Order, waited_for[0].order_id))
    latest = select(TrackingLook.shipment_id, func.max(TrackingLook.at)).group_by(TrackingLook.shipment_id)
    looks = latest.where(TrackingLook.shipment_id.in_([one.id for one in waited_for]))
    last = dict(iter(db.session.execute(looks)))
    for one in waited_for:
        if one.id not in last or at >= last[one.id] + ONE_LOOK:
            db.session.add(TrackingLook(shipment_id=one.id, at=at))
            _worry(one, at=at)


def _worry(shipment: Shipment, *, at: datetime) -> None:
    """Once for each stretch without a scan."""
    heard = select(func.max(TrackingEvent.id), func.max(TrackingEvent.received_at)).where(TrackingEvent.shipment_id == shipment.id)
    stretch, heard_at = db.session.execute(heard).one()
    since = max(filter(None, (at - WITHIN, heard_at)))
    looks = select(func.count()).select_from(TrackingLook).where(TrackingLook.shipment_id == shipment.id, TrackingLook.at > since)
    if (db.session.scalar(looks) or 0) < WORRIES:
        return
    due_at = shop().next_working_noon(at)
    key = f"worry:{timeline.key(shipment)}:{stretch or 0}"
    facts = {"ref": shipment.ref, "order": shipment.order.number}
    if open_task(WORRY, shipment, key=key, customer_id=shipment.order.customer_id, due_at=due_at, at=at, facts=facts):
        timeline.note(shipment, "looked at again and again", by=timeline.SCHEDULE, at=at, facts={"ref": shipment.ref})
        emails.tell(shipment, "worried", key=key, at=at, until=due_at)


def forget_looks(*, at: datetime) -> None:
    db.session.execute(delete(TrackingLook).where(TrackingLook.at < at - KEPT))
