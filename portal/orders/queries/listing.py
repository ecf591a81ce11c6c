"""What the list of orders shows: in as many questions for ten thousand as for ten."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, tzinfo

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, tuple_

from portal.carriers import ParcelStatus
from portal.kit.db import db
from portal.orders.finding import DELIVERED, PROBLEM, UNDER_WAY, Wanted
from portal.orders.models import Order, OrderLine, OrderWord, Shipment
from portal.orders.standing import FAILED, OVER, SILENT, ParcelState, Standing, standing
from portal.orders.words import BEYOND

GLIMPSED = 4
"""How many lines of an order a list shows."""


@dataclass(frozen=True)
class Glimpse:
    title: str
    quantity: int
    picture: str


@dataclass(frozen=True)
class OrderHead:
    number: str
    placed_at: datetime
    currency: str
    total: int


@dataclass(frozen=True)
class OrderInList(OrderHead):
    glimpses: tuple[Glimpse, ...]
    """The first lines."""
    lines: int
    """How many there are."""
    standing: Standing | None
    """None where nothing is known of any parcel."""


@dataclass(frozen=True)
class OrdersPage:
    orders: tuple[OrderInList, ...]
    has_older: bool


def recent(customer_id: int, limit: int) -> tuple[OrderHead, ...]:
    """The newest orders of a customer, without what was in them."""
    heads = select(Order.number, Order.placed_at, Order.currency, Order.total).where(Order.customer_id == customer_id)
    newest = heads.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)
    return tuple(OrderHead(*head) for head in db.session.execute(newest))


def orders_page(
    customer_id: int, wanted: Wanted, size: int, older_than: str | None = None, *, at: datetime, zone: tzinfo
) -> OrdersPage | None:
    """Newest first; those that come after the order with the number `older_than`, if one is given. None if the customer has no such order.

    A page is found by where the one before it ended, not by counting: the thousandth costs what the first does. `zone` is the reader's.
    """
    after = None
    if older_than is not None:
        mine = select(Order.placed_at, Order.id).where(Order.customer_id == customer_id, Order.number == older_than)
        last = db.session.execute(mine).one_or_none()
        if last is None:
            return None
        after = last.placed_at, last.id
    today = at.astimezone(zone).date()
    orders = _newest(customer_id, _conditions(customer_id, wanted, at, zone), size + 1, after, at, today)
    return OrdersPage(orders[:size], has_older=len(orders) > size)


def years(customer_id: int, zone: tzinfo) -> list[int]:
    """From that of the newest order to that of the oldest."""
    span = select(func.min(Order.placed_at), func.max(Order.placed_at)).where(Order.customer_id == customer_id)
    first, last = (moment and moment.astimezone(zone).year for moment in db.session.execute(span).one())
    return list(range(last, first - 1, -1)) if first else []


def _conditions(customer_id: int, wanted: Wanted, at: datetime, zone: tzinfo) -> list[ColumnElement[bool]]:
    found = [_has_word(customer_id, word) for word in wanted.words]
    if wanted.typed and not found:  # nothing but signs
        found.append(Order.id.is_(None))
    if within := wanted.within(zone):
        found += [Order.placed_at >= within[0], Order.placed_at < within[1]]
    return [*found, *_shown(wanted.show, at, at.astimezone(zone).date())]


def _shown(show: str, at: datetime, today: date) -> list[ColumnElement[bool]]:
    """As `ParcelState` says it of one."""
    under_way, status = Shipment.status.not_in(OVER), Shipment.status
    if show == UNDER_WAY:
        return [_has_parcel(under_way)]
    if show == DELIVERED:
        return [_has_parcel(status == ParcelStatus.DELIVERED), not_(_has_parcel(or_(under_way, status.in_(FAILED))))]
    if show == PROBLEM:
        is_silent = and_(status == ParcelStatus.IN_TRANSIT, Shipment.status_at <= at - SILENT)
        is_stuck = and_(under_way, or_(Shipment.incident.is_not(None), Shipment.expected_on < today, is_silent))
        waits = status == ParcelStatus.AVAILABLE_FOR_PICKUP
        return [_has_parcel(or_(status.in_(FAILED), and_(not_(waits), is_stuck), and_(waits, Shipment.held_until < today)))]
    return []


def _has_parcel(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Shipment.order_id == Order.id, condition)


def _has_word(customer_id: int, begins: str) -> ColumnElement[bool]:
    theirs = OrderWord.customer_id == customer_id, OrderWord.word >= begins, OrderWord.word < begins + BEYOND
    return Order.id.in_(select(OrderWord.order_id).where(*theirs))


def _newest(
    customer_id: int, conditions: Sequence[ColumnElement[bool]], limit: int, after: tuple[datetime, int] | None, at: datetime, today: date
) -> tuple[OrderInList, ...]:
    place = tuple_(Order.placed_at, Order.id)
    orders = select(Order.id, Order.number, Order.placed_at, Order.currency, Order.total).where(
        Order.customer_id == customer_id, *conditions
    )
    if after:
        orders = orders.where(place < tuple_(*after))
    found = db.session.execute(orders.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)).all()
    order_ids = [row.id for row in found]
    glimpses, counts = _lines_of(order_ids)
    parcels = _parcels_of(order_ids)
    return tuple(
        OrderInList(
            row.number, row.placed_at, row.currency, row.total, tuple(glimpses[row.id]), counts[row.id],
            standing(parcels[row.id], at=at, today=today),
        )
        for row in found
    )  # fmt: skip


def _lines_of(order_ids: Sequence[int]) -> tuple[dict[int, list[Glimpse]], dict[int, int]]:
    """The first lines of each of these orders, and how many it has."""
    theirs = OrderLine.order_id.in_(order_ids)
    columns = OrderLine.order_id, OrderLine.title, OrderLine.quantity, OrderLine.picture
    first = select(*columns).where(theirs, OrderLine.position < GLIMPSED).order_by(OrderLine.order_id, OrderLine.position)
    glimpses: dict[int, list[Glimpse]] = defaultdict(list)
    for order_id, title, quantity, picture in db.session.execute(first):
        glimpses[order_id].append(Glimpse(title, quantity, picture))
    last = select(OrderLine.order_id, func.max(OrderLine.position)).where(theirs).group_by(OrderLine.order_id)
    counts: dict[int, int] = defaultdict(int)
    for order_id, position in db.session.execute(last):
        counts[order_id] = position + 1
    return glimpses, counts


def _parcels_of(order_ids: Sequence[int]) -> dict[int, list[ParcelState]]:
    columns = [getattr(Shipment, name.name) for name in fields(ParcelState)]
    parcels: dict[int, list[ParcelState]] = defaultdict(list)
    for order_id, *state in db.session.execute(select(Shipment.order_id, *columns).where(Shipment.order_id.in_(order_ids))):
        parcels[order_id].append(ParcelState(*state))
    return parcels
