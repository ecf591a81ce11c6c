"""What the first screen shows of orders: what is on its way, each parcel in one line, and the newest. In one question, however many."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Integer, ScalarSelect, bindparam, func, literal, or_, select, union

from portal.carriers import ParcelStatus
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import ExpectedDate, Order, Shipment
from portal.orders.policy import OF_END, TROUBLE, ParcelFacts, Situation, situation
from portal.orders.queries.listing import OrderHead

ARRIVED_FOR = timedelta(days=1)
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


@dataclass(frozen=True)
class Lately:
    parcels: tuple[ParcelOnItsWay, ...]
    """What asks for something first, then what comes first."""
    orders: tuple[OrderHead, ...]
    """The newest first."""
    also: int = 0
    """What a room above asked along."""


_theirs = Order.customer_id == bindparam("customer_id")
_numbered = (
    select(
        Shipment.id,
        func.row_number().over(partition_by=Shipment.order_id, order_by=Shipment.id).label("part"),
        func.count().over(partition_by=Shipment.order_id).label("parts"),
    )
    .join(Order)
    .where(_theirs, Order.placed_at > bindparam("since", type_=Order.placed_at.type), Shipment.status != ParcelStatus.CANCELLED)
    .subquery()
)
_before = select(ExpectedDate.expected_on).where(ExpectedDate.shipment_id == Shipment.id).order_by(ExpectedDate.id.desc())
_news = (
    select(Shipment.id, Shipment.order_id, _numbered.c.part, _numbered.c.parts)
    .join(_numbered, _numbered.c.id == Shipment.id)
    .where(or_(Shipment.status.not_in(OF_END), Shipment.status_at > bindparam("arrived_since", type_=Order.placed_at.type)))
    .order_by(Shipment.id.desc())
    .limit(MOST)
    .cte("news")
)
_newest = select(Order.id).where(_theirs).order_by(Order.placed_at.desc(), Order.id.desc())
_shown_orders = union(select(_newest.limit(bindparam("limit", type_=Integer)).subquery().c.id), select(_news.c.order_id))
SHOWN = (
    select(
        Order.id,
        Order.number,
        Order.placed_at,
        Order.currency,
        Order.total,
        Shipment,
        _news.c.part,
        _news.c.parts,
        _before.limit(1).offset(1).scalar_subquery().label("was_on"),
    )
    .outerjoin(_news, _news.c.order_id == Order.id)
    .outerjoin(Shipment, Shipment.id == _news.c.id)
    .where(Order.id.in_(_shown_orders))
    .order_by(Order.placed_at.desc(), Order.id.desc())
)


def lately(customer_id: int, limit: int, *, at: datetime, also: ScalarSelect[int] | None = None) -> Lately:
    """`limit` orders at most. `also` is one more number, of the customer with the id `:customer_id`, told by the same question."""
    rows = db.session.execute(
        SHOWN.add_columns((also if also is not None else literal(0)).label("also")),
        {"customer_id": customer_id, "limit": limit, "since": at - NEVER_OLDER, "arrived_since": at - ARRIVED_FOR},
    ).all()
    heads = {row.id: OrderHead(row.number, row.placed_at, row.currency, row.total) for row in rows}
    news = sorted((row for row in rows if row.Shipment), key=lambda row: -row.Shipment.id)
    parcels = [_shown(row.Shipment, row.number, row.part, row.parts, row.was_on, at) for row in news]
    in_order = sorted(parcels, key=lambda one: (URGENCY.index(one.situation), one.expected_on or date.max))
    return Lately(tuple(in_order), tuple(heads.values())[:limit], int(rows[0].also) if rows else 0)


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
