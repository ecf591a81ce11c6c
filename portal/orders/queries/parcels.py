"""The parcels of an order: in as many questions for thirty of them as for one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, func, select

from portal.carriers import ParcelStatus
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import ExpectedDate, LineCancellation, Order, OrderLine, Shipment, ShipmentLine, TrackingEvent
from portal.orders.policy import ParcelFacts, situation
from portal.orders.shown import Moved, Piece, Pieces, Scanned, ShownParcel

PIECES, SCANS, MOVES = 6, 20, 3
"""So many of each are shown."""


def parcels_of(order_id: int, *, at: datetime) -> tuple[ShownParcel, ...]:
    """In the sequence in which they came to be. One that never left is none: what was in it is packed anew."""
    return _shown(_parcels().where(Shipment.order_id == order_id).order_by(Shipment.id), at)


def parcel(shipment_id: int, *, at: datetime) -> tuple[ShownParcel, int] | None:
    """One, and how many its order has. Without asking whose it is: for whoever has its link."""
    order_id = select(Shipment.order_id).where(Shipment.id == shipment_id).scalar_subquery()
    all_of_them = _shown(_parcels().where(Shipment.order_id == order_id).order_by(Shipment.id), at)
    return next(((one, len(all_of_them)) for one in all_of_them if one.id == shipment_id), None)


def left_to_pack(order_id: int) -> Pieces:
    """What is in no parcel yet, and was not cancelled."""
    packed = select(ShipmentLine.order_line_id, func.sum(ShipmentLine.quantity).label("quantity")).join(Shipment)
    packed = packed.where(Shipment.order_id == order_id, Shipment.status != ParcelStatus.CANCELLED)
    inside = packed.group_by(ShipmentLine.order_line_id).subquery()
    gone = LineCancellation.units(order_id).subquery()
    left = OrderLine.quantity - func.coalesce(inside.c.quantity, 0) - func.coalesce(gone.c.units, 0)
    lines = select(OrderLine.title, left, OrderLine.picture, func.count().over()).outerjoin(inside, inside.c.order_line_id == OrderLine.id)
    lines = lines.outerjoin(gone, gone.c.order_line_id == OrderLine.id)
    found = db.session.execute(lines.where(OrderLine.order_id == order_id, left > 0).order_by(OrderLine.position).limit(PIECES)).all()
    return Pieces(tuple(Piece(title, int(quantity), picture) for title, quantity, picture, _ in found), found[0][3] if found else 0)


def _parcels() -> Select[*tuple[Any, ...]]:
    columns = (
        Shipment.id, Shipment.status, Shipment.incident, Shipment.status_at, Shipment.expected_on, Shipment.held_until, Shipment.shipped_at,
        Shipment.carrier, Shipment.tracking_number, Shipment.packed_at, Shipment.delivered_at, Shipment.held_at, Shipment.pickup_code,
        Shipment.tracker_ref, Order.placed_at,
    )  # fmt: skip
    return select(*columns).join(Order).where(Shipment.status != ParcelStatus.CANCELLED)


def _shown(query: Select[*tuple[Any, ...]], at: datetime) -> tuple[ShownParcel, ...]:
    rows = db.session.execute(query).all()
    if not rows:
        return ()
    ids = [row.id for row in rows]
    pieces, scans, moves = _pieces(ids), _scans(ids), _moves(ids)
    shown = []
    for nth, row in enumerate(rows, 1):
        facts = ParcelFacts(row.status, row.incident, row.status_at, row.shipped_at, row.expected_on, row.held_until, row.tracker_ref)
        seen, scanned = scans.get(row.id, ((), 0))
        shown.append(
            ShownParcel(
                id=row.id,
                nth=nth,
                facts=facts,
                situation=situation(facts, at=at, shop=shop()),
                carrier=row.carrier,
                number=row.tracking_number,
                placed_at=row.placed_at,
                packed_at=row.packed_at,
                delivered_at=row.delivered_at,
                held_at=row.held_at,
                pickup_code=row.pickup_code,
                moves=moves[row.id],
                scans=seen,
                scanned=scanned,
                pieces=pieces.get(row.id, Pieces()),
            )
        )
    return tuple(shown)


def _by_parcel(found: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        grouped[row.shipment_id].append(row)
    return grouped


def _pieces(shipment_ids: Sequence[int]) -> dict[int, Pieces]:
    within = ShipmentLine.shipment_id
    inside = (
        select(
            ShipmentLine.shipment_id, OrderLine.title, ShipmentLine.quantity, OrderLine.picture,
            func.row_number().over(partition_by=within, order_by=OrderLine.position).label("nth"),
            func.count().over(partition_by=within).label("of"),
        )
        .join(OrderLine, OrderLine.id == ShipmentLine.order_line_id)
        .where(ShipmentLine.shipment_id.in_(shipment_ids))
        .subquery()
    )  # fmt: skip
    found = db.session.execute(select(inside).where(inside.c.nth <= PIECES).order_by(inside.c.shipment_id, inside.c.nth)).all()
    return {
        shipment_id: Pieces(tuple(Piece(row.title, row.quantity, row.picture) for row in rows), rows[0].of)
        for shipment_id, rows in _by_parcel(found).items()
    }


def _scans(shipment_ids: Sequence[int]) -> dict[int, tuple[tuple[Scanned, ...], int]]:
    within = TrackingEvent.shipment_id
    newest = TrackingEvent.happened_at.desc(), TrackingEvent.id.desc()
    news = (
        select(
            TrackingEvent.shipment_id, TrackingEvent.status, TrackingEvent.happened_at, TrackingEvent.words, TrackingEvent.place,
            func.row_number().over(partition_by=within, order_by=newest).label("nth"),
            func.count().over(partition_by=within).label("of"),
        )
        .where(TrackingEvent.shipment_id.in_(shipment_ids))
        .subquery()
    )  # fmt: skip
    found = db.session.execute(select(news).where(news.c.nth <= SCANS).order_by(news.c.shipment_id, news.c.nth)).all()
    return {
        shipment_id: (tuple(Scanned(row.status, row.happened_at, row.words, row.place) for row in rows), rows[0].of)
        for shipment_id, rows in _by_parcel(found).items()
    }


def _moves(shipment_ids: Sequence[int]) -> dict[int, tuple[Moved, ...]]:
    days = select(ExpectedDate.shipment_id, ExpectedDate.expected_on, ExpectedDate.told_at)
    found = db.session.execute(days.where(ExpectedDate.shipment_id.in_(shipment_ids)).order_by(ExpectedDate.id)).all()
    moves: dict[int, tuple[Moved, ...]] = defaultdict(tuple)
    for shipment_id, told in _by_parcel(found).items():
        moves[shipment_id] = tuple(Moved(one.expected_on, other.expected_on, other.told_at) for one, other in pairwise(told))[-MOVES:]
    return moves
