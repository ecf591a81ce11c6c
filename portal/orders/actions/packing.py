"""What the shop's own system says of parcels: what is in them, who carries them, that they are packed, that they left."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from portal import timeline
from portal.carriers import ParcelStatus
from portal.carriers.actions import follow
from portal.kit.db import db, insert
from portal.orders.actions.changing import cancelled_units
from portal.orders.actions.ordering import hold, mark_packed
from portal.orders.actions.tracking import Stood, expect, settle
from portal.orders.models import Order, OrderLine, Shipment, ShipmentLine
from portal.orders.refusals import Unfit
from portal.timeline import Actor

REF = re.compile(r"[\w.:/#-]{1,100}")
CARRIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
TRACKING_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/-]{3,39}")
MOST_REASONS = 20


@dataclass(frozen=True)
class Packed:
    """So many of one line of the order."""

    position: int
    """Of the line, from 0."""
    quantity: int


def record_shipment(
    order: Order,
    *,
    ref: str,
    carrier: str = "",
    tracking_number: str | None = None,
    lines: Sequence[Packed] | None = None,
    packed_at: datetime | None = None,
    shipped_at: datetime | None = None,
    expected_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Shipment:
    """The parcel that the shop calls `ref`, as it is told now: a new one, or the known one with what has changed.

    The same again changes nothing. What is not told stays as it is; without `lines`, a new one holds all that no other does. Raises Unfit.
    """
    hold(order)
    carrier, number = carrier.strip().lower(), "".join((tracking_number or "").split()).upper() or None
    _must_be_names(ref, carrier, number)
    known = select(Shipment).where(Shipment.ref == ref).execution_options(populate_existing=True)
    shipment = db.session.scalars(known).one_or_none()
    ordered = _ordered(order)
    told = _told(order, ordered, shipment, lines)
    reasons = _taken_names(order, shipment, ref, carrier, number) + _wrong_lines(ordered, _elsewhere(order, shipment), told)
    if reasons:
        raise Unfit(reasons[:MOST_REASONS])
    if shipment is None:
        shipment = _new(order, ref)
        timeline.note(shipment, "parcel recorded", by=by, at=at, facts={"ref": ref, "order": order.number})
    stood = Stood.of(shipment)
    _carry(shipment, carrier, number, by=by, at=at)
    if told is not None:
        _fill(shipment, ordered, told, by=by, at=at)
    shipment.packed_at = packed_at or shipment.packed_at
    shipment.shipped_at = shipped_at or shipment.shipped_at
    if began := min(filter(None, (packed_at, shipped_at)), default=None):
        mark_packed(order, began, by=by, at=at)
    settle(shipment, stood, by=by, at=at)
    if expected_on:
        expect(shipment, expected_on, as_of=at, by=by, at=at)
    return shipment


def _ordered(order: Order) -> dict[int, tuple[int, int]]:
    """For each position, the line's id and how many were bought and not cancelled since."""
    lines = select(OrderLine.position, OrderLine.id, OrderLine.quantity).where(OrderLine.order_id == order.id)
    cancelled = cancelled_units(order)
    return {position: (line_id, quantity - cancelled.get(line_id, 0)) for position, line_id, quantity in db.session.execute(lines)}


def _elsewhere(order: Order, shipment: Shipment | None) -> Counter[int]:
    """How many of each line are in other parcels, by the line's id. What was in a parcel that never left is free again."""
    others = select(ShipmentLine.order_line_id, func.sum(ShipmentLine.quantity)).join(Shipment).group_by(ShipmentLine.order_line_id)
    others = others.where(Shipment.order_id == order.id, Shipment.status != ParcelStatus.CANCELLED)
    if shipment:
        others = others.where(Shipment.id != shipment.id)
    return Counter({line_id: int(quantity) for line_id, quantity in db.session.execute(others)})


def _told(
    order: Order, ordered: dict[int, tuple[int, int]], shipment: Shipment | None, lines: Sequence[Packed] | None
) -> list[Packed] | None:
    """What is to be in it; None if that stays as it is."""
    if lines is not None:
        return list(lines)
    if shipment:
        return None
    taken = _elsewhere(order, None)
    left = [Packed(position, quantity - taken[line_id]) for position, (line_id, quantity) in sorted(ordered.items())]
    return [one for one in left if one.quantity > 0]


def _must_be_names(ref: str, carrier: str, number: str | None) -> None:
    """Looked at first: what is none, no database needs to look for."""
    wrong = {
        "ref is 1 to 100 letters, digits and - _ . : / #": not REF.fullmatch(ref),
        "carrier is 1 to 40 small letters, digits, - and _, such as dhl": bool(carrier) and not CARRIER.fullmatch(carrier),
        "tracking_number is 4 to 40 letters and digits": number is not None and not TRACKING_NUMBER.fullmatch(number),
    }
    if any(wrong.values()):
        raise Unfit([reason for reason, is_wrong in wrong.items() if is_wrong])


def _taken_names(order: Order, shipment: Shipment | None, ref: str, carrier: str, number: str | None) -> list[str]:
    wrong = []
    if shipment and shipment.order_id != order.id:
        wrong.append(f"the parcel {ref} belongs to another order")
    if number and not carrier and not (shipment and shipment.carrier):
        wrong.append("a tracking_number needs its carrier")
    carried_by = carrier or (shipment.carrier if shipment else "")
    same = select(Shipment.ref).where(Shipment.carrier == carried_by, Shipment.tracking_number == number, Shipment.ref != ref)
    if number and (other := db.session.scalar(same)):
        wrong.append(f"{carried_by} {number} is the parcel {other} already")
    return wrong


def _wrong_lines(ordered: dict[int, tuple[int, int]], elsewhere: Counter[int], told: list[Packed] | None) -> list[str]:
    if told is None:
        return []
    wrong = [] if told else ["a parcel holds at least one line"]
    seen: set[int] = set()
    for one in told:
        if one.position not in ordered:
            wrong.append(f"line {one.position} is not in this order")
        elif one.position in seen:
            wrong.append(f"line {one.position} is told twice")
        elif one.quantity < 1:
            wrong.append(f"line {one.position}: a quantity of {one.quantity}")
        elif one.quantity > (left := ordered[one.position][1] - elsewhere[ordered[one.position][0]]):
            wrong.append(f"line {one.position}: {one.quantity} told, {left} left of {ordered[one.position][1]} ordered")
        seen.add(one.position)
    return wrong


def _new(order: Order, ref: str) -> Shipment:
    shipment = Shipment(ref=ref, order=order)
    _write(shipment, f"the parcel {ref} belongs to another order")
    return shipment


def _carry(shipment: Shipment, carrier: str, number: str | None, *, by: Actor, at: datetime) -> None:
    was = shipment.carrier, shipment.tracking_number
    shipment.carrier, shipment.tracking_number = carrier or shipment.carrier, number or shipment.tracking_number
    if was == (shipment.carrier, shipment.tracking_number):
        return
    _write(shipment, f"{carrier} {number} is another parcel already")
    if shipment.tracking_number:
        follow(shipment.carrier, shipment.tracking_number, at=at)
    timeline.note(shipment, "carrier told", by=by, at=at, facts={"ref": shipment.ref, "carrier": shipment.carrier})


def _write(shipment: Shipment, refusal: str) -> None:
    """Raises Unfit if somebody else was quicker."""
    try:
        with db.session.begin_nested():
            db.session.add(shipment)
            db.session.flush()
    except IntegrityError:
        raise Unfit([refusal]) from None


def _fill(shipment: Shipment, ordered: dict[int, tuple[int, int]], told: list[Packed], *, by: Actor, at: datetime) -> None:
    """Write down what is in it, many lines at a time; nothing if that is in it already."""
    inside = select(ShipmentLine.order_line_id, ShipmentLine.quantity).where(ShipmentLine.shipment_id == shipment.id)
    was = dict(iter(db.session.execute(inside)))
    now = {ordered[one.position][0]: one.quantity for one in told}
    if was == now:
        return
    if was:
        db.session.execute(delete(ShipmentLine).where(ShipmentLine.shipment_id == shipment.id))
        timeline.note(shipment, "contents changed", by=by, at=at, facts={"ref": shipment.ref, "lines": len(now)})
    rows = [{"shipment_id": shipment.id, "order_line_id": line_id, "quantity": quantity} for line_id, quantity in now.items()]
    db.session.execute(insert(ShipmentLine), rows)
    db.session.expire(shipment, ["lines"])
