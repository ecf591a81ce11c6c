"""Parcels, as the API shows them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.api import shown
from portal.api.cursors import cursor_after, row_before
from portal.kit.db import db
from portal.orders.models import Order, OrderLine, Shipment, ShipmentLine, TrackingEvent

OWN = [name for name in shown.Shipment.model_fields if name not in ("order", "lines", "events")]
HEADS = select(Shipment.id, Order.number.label("order"), *(getattr(Shipment, name) for name in OWN)).join(
    Order, Order.id == Shipment.order_id
)


def shipments(cursor: str | None, limit: int, *, order: str | None) -> shown.PageOf[shown.Shipment]:
    query = HEADS.where(Shipment.id > row_before("shipments", cursor))
    if order is not None:
        query = query.where(Order.number == order)
    heads = db.session.execute(query.order_by(Shipment.id).limit(limit + 1)).all()
    more = cursor_after("shipments", heads[limit - 1].id) if len(heads) > limit else None
    return shown.PageOf[shown.Shipment](data=_whole(heads[:limit]), next_cursor=more)


def shipment(ref: str) -> shown.Shipment | None:
    return next(iter(_whole(db.session.execute(HEADS.where(Shipment.ref == ref)).all())), None)


def _whole(heads: Sequence[Any]) -> tuple[shown.Shipment, ...]:
    ids = [head.id for head in heads]
    lines, events = _lines(ids), _events(ids)
    return tuple(
        shown.Shipment(
            **{name: getattr(head, name) for name in OWN}, order=head.order, lines=tuple(lines[head.id]), events=tuple(events[head.id])
        )
        for head in heads
    )


def _lines(ids: Sequence[int]) -> dict[int, list[shown.Packed]]:
    query = select(ShipmentLine.shipment_id, OrderLine.position, ShipmentLine.quantity).join(OrderLine)
    found: dict[int, list[shown.Packed]] = defaultdict(list)
    for shipment_id, position, quantity in db.session.execute(query.where(ShipmentLine.shipment_id.in_(ids)).order_by(OrderLine.position)):
        found[shipment_id].append(shown.Packed(position=position, quantity=quantity))
    return found


def _events(ids: Sequence[int]) -> dict[int, list[shown.Event]]:
    names = tuple(shown.Event.model_fields)
    query = select(TrackingEvent.shipment_id, *(getattr(TrackingEvent, name) for name in names)).where(TrackingEvent.shipment_id.in_(ids))
    found: dict[int, list[shown.Event]] = defaultdict(list)
    for shipment_id, *values in db.session.execute(query.order_by(TrackingEvent.happened_at, TrackingEvent.id)):
        found[shipment_id].append(shown.Event(**dict(zip(names, values, strict=True))))
    return found
