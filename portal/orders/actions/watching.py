"""What nobody scanned for days, and what should be there by now: the customer hears it from us first."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select

from portal import timeline
from portal.carriers import ParcelStatus
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders import emails
from portal.orders.actions.ordering import hold
from portal.orders.actions.tracking import FORGOTTEN, NO_SCAN
from portal.orders.models import Order, Shipment
from portal.orders.policy import Situation, situation
from portal.tasks.actions import open_task

WATCHED = (ParcelStatus.UNKNOWN, ParcelStatus.PRE_TRANSIT, ParcelStatus.IN_TRANSIT, ParcelStatus.OUT_FOR_DELIVERY)
BATCH = 200


def watch(*, at: datetime) -> None:
    """Those that have become late or quiet since the last time. Safe to repeat."""
    for shipment in _silent(at):
        hold(db.session.get_one(Order, shipment.order_id))
        db.session.refresh(shipment)
        found = situation(shipment.facts, at=at, shop=shop())
        if found is Situation.QUIET and shipment.quiet_at is None:
            _quiet(shipment, at=at)
        elif found is Situation.LATE and shipment.late_for != shipment.expected_on:
            shipment.late_for = shipment.expected_on
            timeline.note(shipment, "late", by=timeline.SCHEDULE, at=at, facts={"ref": shipment.ref})
            emails.tell(shipment, "late", key=f"late:{shipment.id}:{shipment.expected_on}", at=at)


def _quiet(shipment: Shipment, *, at: datetime) -> None:
    """Its day may be over as well: one mail is enough."""
    shipment.quiet_at, shipment.late_for = at, shipment.expected_on
    due_at = shop().next_working_noon(at)
    key = f"no scan:{timeline.key(shipment)}:{(shipment.status_at or at).isoformat()}"
    facts = {"ref": shipment.ref, "order": shipment.order.number}
    open_task(NO_SCAN, shipment, key=key, customer_id=shipment.order.customer_id, due_at=due_at, at=at, facts=facts)
    timeline.note(shipment, "no scan for days", by=timeline.SCHEDULE, at=at, facts={"ref": shipment.ref})
    emails.tell(shipment, "quiet", key=key, at=at, until=due_at)


def _silent(at: datetime) -> Iterator[Shipment]:
    """Under way, told of by somebody, and either not scanned since the first day that could be too quiet, or expected before today."""
    quiet = (Shipment.quiet_at.is_(None)) & (Shipment.status_at <= at - timedelta(days=shop().quiet_days))
    never = (Shipment.quiet_at.is_(None)) & Shipment.status_at.is_(None) & Shipment.tracker_ref.is_not(None)
    late = (Shipment.expected_on < at.astimezone(shop().zone).date()) & (
        Shipment.late_for.is_(None) | (Shipment.late_for != Shipment.expected_on)
    )
    told_of = or_(Shipment.status_at > at - FORGOTTEN, Shipment.tracker_ref.is_not(None) & (Shipment.shipped_at > at - FORGOTTEN))
    return _in_batches(select(Shipment).where(Shipment.status.in_(WATCHED), told_of, or_(quiet, never, late)).order_by(Shipment.id))


def _in_batches(found: Select[Shipment]) -> Iterator[Shipment]:
    last = 0
    while batch := list(db.session.scalars(found.where(Shipment.id > last).limit(BATCH))):
        yield from batch
        last = batch[-1].id
