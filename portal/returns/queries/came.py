"""What is known of the parcels of orders, and of the first box of a subscription."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from portal.carriers import Incident, ParcelStatus
from portal.kit.db import db
from portal.orders.models import Order, Shipment, ShipmentLine
from portal.returns.policy.facts import Parcel
from portal.subscriptions.models import Delivery

NEVER = ParcelStatus.FAILURE, ParcelStatus.RETURN_TO_SENDER


@dataclass(frozen=True)
class Came:
    """One parcel of an order."""

    parcel: Parcel
    units: dict[int, int] = field(default_factory=dict)
    """How many of each line are in it; nothing of any was told if it is empty, and then all of them are."""


@dataclass(frozen=True)
class Box:
    order_id: int
    placed_at: datetime


def came(order_ids: Collection[int]) -> dict[int, list[Came]]:
    """The parcels of these orders, by order. One that never left is none: what was in it is packed anew."""
    columns = (
        Shipment.id, Shipment.order_id, Shipment.status, Shipment.incident, Shipment.status_at, Shipment.tracker_ref, Shipment.delivered_at,
        func.coalesce(Shipment.shipped_at, Shipment.packed_at).label("sent_at"), Order.placed_at, ShipmentLine.order_line_id,
        ShipmentLine.quantity,
    )  # fmt: skip
    inside = ShipmentLine.shipment_id == Shipment.id
    rows = select(*columns).join(Order, Order.id == Shipment.order_id).outerjoin(ShipmentLine, inside).order_by(Shipment.id)
    parcels: dict[int, dict[int, Came]] = defaultdict(dict)
    for row in db.session.execute(rows.where(Shipment.order_id.in_(order_ids), Shipment.status != ParcelStatus.CANCELLED)):
        is_followed = row.tracker_ref is not None or row.status_at is not None
        is_delivered = row.status is ParcelStatus.DELIVERED
        parcel = Parcel(
            units=0,
            delivered_at=row.delivered_at or (row.status_at if is_delivered else None),
            shipped_at=row.sent_at or (None if is_followed else row.placed_at),
            is_followed=is_followed,
            never_comes=row.status in NEVER or (row.incident is Incident.LOST and not is_delivered),
        )
        one = parcels[row.order_id].setdefault(row.id, Came(parcel))
        if row.order_line_id is not None:
            one.units[row.order_line_id] = row.quantity
    return {order_id: list(found.values()) for order_id, found in parcels.items()}


def first_boxes(order_ids: Collection[int]) -> dict[int, Box]:
    """By the id of an order that came of a subscription: the first order of that subscription that is known here."""
    this, first = aliased(Order), aliased(Order)
    mine, its = aliased(Delivery), aliased(Delivery)
    place = func.row_number().over(partition_by=this.id, order_by=(first.placed_at, first.id)).label("place")
    boxes = (
        select(this.id.label("of"), first.id.label("order_id"), first.placed_at, place)
        .join(mine, and_(mine.invoice_ref == this.source_ref, mine.order_id == this.id))
        .join(its, its.subscription_id == mine.subscription_id)
        .join(first, first.id == its.order_id)
        .where(this.id.in_(order_ids), or_(first.id == this.id, first.placed_at <= this.placed_at))
        .subquery()
    )
    rows = db.session.execute(select(boxes.c.of, boxes.c.order_id, boxes.c.placed_at).where(boxes.c.place == 1))
    return {of: Box(order_id, placed_at) for of, order_id, placed_at in rows}
