"""What the list of orders shows: in as many questions for ten thousand as for ten."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, tuple_, union_all

from portal.carriers import Incident, ParcelStatus
from portal.kit.db import db
from portal.kit.folding import BEYOND
from portal.kit.shop import shop
from portal.orders.finding import DELIVERED, PROBLEM, UNDER_WAY, Wanted
from portal.orders.models import Order, OrderLine, OrderWord, Shipment
from portal.orders.policy import MOVING, OF_END, ParcelFacts, Situation, situation
from portal.orders.standing import Standing, quiet_since, standing

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
    is_theirs: bool
    """Whether it is the customer's; else it only came with their address, which they have not confirmed, and they do not see it."""


@dataclass(frozen=True)
class OrdersPage:
    orders: tuple[OrderInList, ...]
    has_older: bool


def orders_page(
    customer_id: int,
    wanted: Wanted,
    size: int,
    older_than: str | None = None,
    *,
    also_for: str | None = None,
    at: datetime,
    zone: tzinfo,
) -> OrdersPage | None:
    """Newest first; those that come after the order with the number `older_than`, if one is given. None if the customer has no such order.

    A page is found by where the one before it ended, not by counting: the thousandth costs what the first does. `zone` is the reader's.
    For the shop's people, also what came for this address of mail and is nobody's yet: docs/decisions/whose-orders.md
    """
    whose = [Order.customer_id == customer_id, *([is_unclaimed(also_for)] if also_for else [])]
    after = None
    if older_than is not None:
        last = db.session.execute(select(Order.placed_at, Order.id).where(Order.number == older_than, or_(*whose))).one_or_none()
        if last is None:
            return None
        after = last.placed_at, last.id
    orders = _newest(whose, _conditions(customer_id, wanted, at, zone), size + 1, after, at)
    return OrdersPage(orders[:size], has_older=len(orders) > size)


def is_unclaimed(address: str) -> ColumnElement[bool]:
    """It came with this address of mail, and nobody has proven yet that it is theirs."""
    return and_(Order.email == address, Order.customer_id.is_(None))


def years(customer_id: int, zone: tzinfo) -> list[int]:
    """From that of the newest order to that of the oldest."""
    theirs = Order.customer_id == customer_id
    ends = [select(end(Order.placed_at)).where(theirs).scalar_subquery() for end in (func.min, func.max)]  # both at once, SQLite reads all
    first, last = (moment and moment.astimezone(zone).year for moment in db.session.execute(select(*ends)).one())
    return list(range(last, first - 1, -1)) if first else []


def _conditions(customer_id: int, wanted: Wanted, at: datetime, zone: tzinfo) -> list[ColumnElement[bool]]:
    found = [_has_word(customer_id, word) for word in wanted.words]
    if wanted.typed and not found:  # nothing but signs
        found.append(Order.id.is_(None))
    if within := wanted.within(zone):
        found += [Order.placed_at >= within[0], Order.placed_at < within[1]]
    return [*found, *_shown(wanted.show, at)]


def _shown(show: str, at: datetime) -> list[ColumnElement[bool]]:
    """As `policy.situation` says it of one."""
    status = Shipment.status
    under_way = status.in_([one for one in ParcelStatus if one not in OF_END])
    failed = status.in_([ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE])
    if show == UNDER_WAY:
        return [_has_parcel(under_way)]
    if show == DELIVERED:
        arrived = exists().where(Shipment.order_id == Order.id, status == ParcelStatus.DELIVERED)
        return [arrived, not_(_has_parcel(or_(under_way, failed)))]
    if show == PROBLEM:
        today, waits = at.astimezone(shop().zone).date(), status == ParcelStatus.AVAILABLE_FOR_PICKUP
        told_of = or_(Shipment.status_at.is_not(None), Shipment.tracker_ref.is_not(None))
        is_silent = and_(told_of, or_(Shipment.expected_on < today, _is_quiet(quiet_since(at, shop()))))
        is_stuck = or_(Shipment.incident.is_not(None), is_silent)
        too_long = or_(Shipment.incident == Incident.NOT_PICKED_UP, Shipment.held_until < today)
        return [_has_parcel(or_(failed, and_(under_way, not_(waits), is_stuck), and_(waits, too_long)))]
    return []


def _is_quiet(since: datetime) -> ColumnElement[bool]:
    scanned, left = Shipment.status_at, Shipment.shipped_at
    has_left = or_(left.is_not(None), and_(Shipment.status.in_(MOVING), scanned.is_not(None)))
    return and_(has_left, or_(scanned.is_(None), scanned <= since), or_(left.is_(None), left <= since))


def _has_parcel(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Looked up among all of the shop's parcels of that status: those that are not there yet, or never will be, are few."""
    return Order.id.in_(select(Shipment.order_id).where(condition))


def _has_word(customer_id: int, begins: str) -> ColumnElement[bool]:
    theirs = OrderWord.customer_id == customer_id, OrderWord.word >= begins, OrderWord.word < begins + BEYOND
    return Order.id.in_(select(OrderWord.order_id).where(*theirs))


def _newest(
    whose: Sequence[ColumnElement[bool]],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    after: tuple[datetime, int] | None,
    at: datetime,
) -> tuple[OrderInList, ...]:
    """For each of `whose`, a stretch of an index is read, no further than a page goes."""
    older = [tuple_(Order.placed_at, Order.id) < tuple_(*after)] if after else []
    columns = Order.id, Order.number, Order.placed_at, Order.currency, Order.total, Order.customer_id
    heads = select(*columns).order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)
    stretches: list[Any] = [heads.where(those, *conditions, *older) for those in whose]
    if len(stretches) > 1:
        both = union_all(*(select(stretch.subquery()) for stretch in stretches)).subquery()
        stretches = [select(both).order_by(both.c.placed_at.desc(), both.c.id.desc()).limit(limit)]
    found = db.session.execute(stretches[0]).all()
    order_ids = [row.id for row in found]
    glimpses, counts = _lines_of(order_ids)
    parcels = _parcels_of(order_ids, at)
    return tuple(
        OrderInList(
            row.number, row.placed_at, row.currency, row.total, tuple(glimpses[row.id]), counts[row.id],
            standing(parcels[row.id]), row.customer_id is not None,
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


def _parcels_of(order_ids: Sequence[int], at: datetime) -> dict[int, list[Situation]]:
    columns = [getattr(Shipment, name.name) for name in fields(ParcelFacts)]
    parcels: dict[int, list[Situation]] = defaultdict(list)
    for order_id, *facts in db.session.execute(select(Shipment.order_id, *columns).where(Shipment.order_id.in_(order_ids))):
        parcels[order_id].append(situation(ParcelFacts(*facts), at=at, shop=shop()))
    return parcels
