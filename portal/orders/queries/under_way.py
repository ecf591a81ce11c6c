"""What is on its way to a customer, each parcel in one line: in one question, however many there are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from portal.carriers import ParcelStatus
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import ExpectedDate, Order, Shipment
from portal.orders.policy import OF_END, TROUBLE, ParcelFacts, Situation, situation

LATELY = timedelta(days=1)
"""So long what has arrived, or will not arrive, is still news."""
NEVER_OLDER = timedelta(days=90)
"""Of orders of before that, nothing is on its way."""
MOST = 50
URGENCY = (Situation.HELD, *sorted(TROUBLE), Situation.OUT_FOR_DELIVERY, Situation.ON_ITS_WAY, Situation.PACKING, Situation.DELIVERED)


@dataclass(frozen=True)
class ParcelOnItsWay:
    order: str
    situation: Situation
    expected_on: date | None
    was_on: date | None
    """The day before it moved, if it did."""
    heard_at: datetime | None
    delivered_at: datetime | None
    held_at: str
    held_until: date | None
    part: int
    parts: int


def on_its_way(customer_id: int, *, at: datetime) -> tuple[ParcelOnItsWay, ...]:
    """What asks for something first, then what comes first."""
    numbered = (
        select(
            Shipment.id,
            func.row_number().over(partition_by=Shipment.order_id, order_by=Shipment.id).label("part"),
            func.count().over(partition_by=Shipment.order_id).label("parts"),
        )
        .join(Order)
        .where(Order.customer_id == customer_id, Order.placed_at > at - NEVER_OLDER, Shipment.status != ParcelStatus.CANCELLED)
        .subquery()
    )
    before = select(ExpectedDate.expected_on).where(ExpectedDate.shipment_id == Shipment.id).order_by(ExpectedDate.id.desc())
    was_on = before.limit(1).offset(1).scalar_subquery()
    found = select(Shipment, Order.number, numbered.c.part, numbered.c.parts, was_on).join(numbered, numbered.c.id == Shipment.id)
    is_news = or_(Shipment.status.not_in(OF_END), Shipment.status_at > at - LATELY)
    rows = db.session.execute(found.join(Order).where(is_news).order_by(Shipment.id.desc()).limit(MOST))
    parcels = [_shown(shipment, number, part, parts, was, at) for shipment, number, part, parts, was in rows]
    return tuple(sorted(parcels, key=lambda one: (URGENCY.index(one.situation), one.expected_on or date.max)))


def _shown(shipment: Shipment, number: str, part: int, parts: int, was_on: date | None, at: datetime) -> ParcelOnItsWay:
    facts: ParcelFacts = shipment.facts
    return ParcelOnItsWay(
        order=number,
        situation=situation(facts, at=at, shop=shop()),
        expected_on=shipment.expected_on,
        was_on=was_on,
        heard_at=shipment.status_at or shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        held_at=shipment.held_at,
        held_until=shipment.held_until,
        part=part,
        parts=parts,
    )
