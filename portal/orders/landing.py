"""Writes the orders of a file down, many at a time, and says how each compares with what is known already."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.db import db, insert
from portal.orders.models import Order, OrderLine, rows_of
from portal.orders.reading import ReadOrder

Content = tuple[str | None, datetime, str, int, list[tuple[str, str, int, int]]]
WHAT = ("e-mail", "date", "currency", "total", "lines")
"""What an order is made of, to find out whether two are the same."""


@dataclass
class Landed:
    new: int = 0
    same: int = 0
    """Known, with the same content."""
    differing: list[tuple[ReadOrder, str]] = field(default_factory=list)
    """Known by number, and in what they differ. They stay as they are."""


def compare(orders: Sequence[ReadOrder]) -> Landed:
    """What `land` would come to. Writes nothing."""
    return _compared(orders, _known([order.number for order in orders]))


def land(orders: Sequence[ReadOrder]) -> Landed:
    """Write down those that are not known yet. Called from an open transaction."""
    known = _known([order.number for order in orders])
    unknown = [order for order in orders if order.number not in known]
    written = _insert(unknown)
    late = [order.number for order in unknown if order.number not in written]  # another import was quicker
    return _compared(orders, known | _known(late))


def _compared(orders: Sequence[ReadOrder], known: dict[str, Content]) -> Landed:
    landed = Landed()
    for order in orders:
        if order.number not in known:
            landed.new += 1
        elif differing := _differences(_told(order), known[order.number]):
            landed.differing.append((order, differing))
        else:
            landed.same += 1
    return landed


def _differences(told: Content, known: Content) -> str:
    return " and ".join(what for what, one, other in zip(WHAT, told, known, strict=True) if one != other)


def _told(order: ReadOrder) -> Content:
    lines = [(line.title, line.sku, line.quantity, line.unit_amount) for line in order.lines]
    return order.email, order.placed_at, order.currency, order.total, lines


def _known(numbers: Sequence[str]) -> dict[str, Content]:
    """Those of these orders that we have, by number."""
    orders = select(Order.id, Order.number, Order.email, Order.placed_at, Order.currency, Order.total).where(Order.number.in_(numbers))
    found = db.session.execute(orders).all()
    columns = OrderLine.order_id, OrderLine.title, OrderLine.sku, OrderLine.quantity, OrderLine.unit_amount
    lines = select(*columns).where(OrderLine.order_id.in_([row.id for row in found])).order_by(OrderLine.order_id, OrderLine.position)
    by_order: dict[int, list[tuple[str, str, int, int]]] = defaultdict(list)
    for order_id, title, sku, quantity, unit_amount in db.session.execute(lines):
        by_order[order_id].append((title, sku, quantity, unit_amount))
    return {row.number: (row.email, row.placed_at, row.currency, row.total, by_order[row.id]) for row in found}


def _insert(orders: Sequence[ReadOrder]) -> set[str]:
    """Returns the numbers of those that were written. All write in one sequence, so that two imports never lock each other out."""
    if not orders:
        return set()
    verified = _customers(orders)
    rows = [
        {
            "customer_id": verified.get(order.email), "email": order.email, "number": order.number, "placed_at": order.placed_at,
            "currency": order.currency, "total": order.total, "source": "import", "source_ref": None, "delivery_id": None,
            "address_id": None, "shipping": 0, "shipping_tax": 0, "tax_included": False, "packed_at": None,
        }
        for order in sorted(orders, key=lambda order: order.number)
    ]  # fmt: skip
    new = insert(Order).on_conflict_do_nothing(index_elements=["number"]).returning(Order.number, Order.id)
    ids = {row.number: row.id for row in db.session.execute(new, rows)}
    if ids:
        lines = [row for order in orders if order.number in ids for row in rows_of(ids[order.number], order.lines)]
        db.session.execute(insert(OrderLine), lines)
    return set(ids)


def _customers(orders: Sequence[ReadOrder]) -> dict[str, int]:
    """See to it that each address is a customer's, so that they can sign in; and say which are verified, so whose orders these are.

    They stay locked until the commit: an address that is verified meanwhile is so before these orders or after them.
    """
    names = {order.email: order.name for order in orders}
    unnamed = {"locale": None, "time_zone": None, "email_verified_at": None}
    rows = [{"email": email, "name": name, **unnamed} for email, name in sorted(names.items())]
    db.session.execute(insert(Customer).on_conflict_do_nothing(index_elements=["email"]), rows)
    customers = select(Customer.email, Customer.id, Customer.email_verified_at).where(Customer.email.in_(names)).order_by(Customer.id)
    found = db.session.execute(customers.with_for_update()).all()
    return {row.email: row.id for row in found if row.email_verified_at}
