"""What the pages show of orders: just that, in as many questions for ten thousand as for ten."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_

from portal.billing.models import Attempt, Invoice
from portal.kit.db import db
from portal.orders.models import Order, OrderLine

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


@dataclass(frozen=True)
class OrdersPage:
    orders: tuple[OrderInList, ...]
    has_older: bool


@dataclass(frozen=True)
class ShownLine:
    title: str
    sku: str
    quantity: int
    unit_amount: int
    amount: int
    picture: str


@dataclass(frozen=True)
class ShownOrder:
    number: str
    placed_at: datetime
    currency: str
    total: int
    due: int | None
    """What of the total a card paid, after the customer's credit; None where no invoice of it is known."""
    refunded: int
    """What of it went back to the card."""
    lines: tuple[ShownLine, ...]

    @property
    def goods(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def credit(self) -> int:
        """What the customer's credit paid of it; below zero what was owed from before, and paid with it."""
        return 0 if self.due is None else self.total - self.due


def recent(customer_id: int, limit: int) -> tuple[OrderHead, ...]:
    """The newest orders of a customer, without what was in them."""
    heads = select(Order.number, Order.placed_at, Order.currency, Order.total).where(Order.customer_id == customer_id)
    newest = heads.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)
    return tuple(OrderHead(*head) for head in db.session.execute(newest))


def orders_page(customer_id: int, size: int, older_than: str | None = None) -> OrdersPage | None:
    """Newest first; those that come after the order with the number `older_than`, if one is given. None if the customer has no such order.

    A page is found by where the one before it ended, not by counting: the thousandth costs what the first does.
    """
    after = None
    if older_than is not None:
        mine = select(Order.placed_at, Order.id).where(Order.customer_id == customer_id, Order.number == older_than)
        last = db.session.execute(mine).one_or_none()
        if last is None:
            return None
        after = last.placed_at, last.id
    orders = _newest(customer_id, size + 1, after)
    return OrdersPage(orders[:size], has_older=len(orders) > size)


def order(customer_id: int, number: str) -> ShownOrder | None:
    refunded = select(func.sum(Attempt.refunded)).where(Attempt.invoice_id == Invoice.id).correlate(Invoice).scalar_subquery()
    mine = select(Order.id, Order.number, Order.placed_at, Order.currency, Order.total, Invoice.due, refunded)
    mine = mine.outerjoin(Invoice, Invoice.provider_ref == Order.source_ref)
    found = db.session.execute(mine.where(Order.customer_id == customer_id, Order.number == number)).one_or_none()
    if found is None:
        return None
    columns = OrderLine.title, OrderLine.sku, OrderLine.quantity, OrderLine.unit_amount, OrderLine.amount, OrderLine.picture
    lines = db.session.execute(select(*columns).where(OrderLine.order_id == found.id).order_by(OrderLine.position))
    return ShownOrder(
        found.number, found.placed_at, found.currency, found.total, found.due, int(found[6] or 0), tuple(ShownLine(*line) for line in lines)
    )


def _newest(customer_id: int, limit: int, after: tuple[datetime, int] | None = None) -> tuple[OrderInList, ...]:
    place = tuple_(Order.placed_at, Order.id)
    orders = select(Order.id, Order.number, Order.placed_at, Order.currency, Order.total).where(Order.customer_id == customer_id)
    if after:
        orders = orders.where(place < tuple_(*after))
    found = db.session.execute(orders.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)).all()
    glimpses, counts = _lines_of([row.id for row in found])
    return tuple(OrderInList(row.number, row.placed_at, row.currency, row.total, tuple(glimpses[row.id]), counts[row.id]) for row in found)


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
