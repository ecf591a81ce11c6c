"""Writes the orders of a file down, many at a time, and says how each compares with what is known already."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Address, Customer, keep_words
from portal.kit.db import db, insert
from portal.kit.shop import shop
from portal.orders.layouts.places import Place
from portal.orders.models import Order, OrderLine, OrderWord, rows_of, word_rows
from portal.orders.reading import ReadOrder
from portal.orders.sorting import categories_of, sorted_by

LineContent = tuple[str, str, int, int, int, int]
Content = tuple[str | None, datetime, str, int, tuple[int, int, bool], list[LineContent]]
WHAT = ("e-mail", "date", "currency", "total", "cost of delivery", "lines")
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


def land(orders: Sequence[ReadOrder], *, source: str = "import") -> Landed:
    """Write down those that are not known yet. Called from an open transaction."""
    known = _known([order.number for order in orders])
    unknown = [order for order in orders if order.number not in known]
    written = _insert(unknown, source)
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
    settled = order.settled
    lines = [(line.title, line.sku, line.quantity, line.unit_amount, line.discount, line.tax) for line in settled.lines]
    delivery = settled.shipping, settled.shipping_tax, settled.tax_included
    return order.email, order.placed_at, order.currency, settled.total, delivery, lines


def _known(numbers: Sequence[str]) -> dict[str, Content]:
    """Those of these orders that we have, by number."""
    found = db.session.execute(
        select(
            Order.id, Order.number, Order.email, Order.placed_at, Order.currency, Order.total,
            Order.shipping, Order.shipping_tax, Order.tax_included,
        ).where(Order.number.in_(numbers))
    ).all()  # fmt: skip
    columns = OrderLine.title, OrderLine.sku, OrderLine.quantity, OrderLine.unit_amount, OrderLine.discount, OrderLine.tax
    lines = select(OrderLine.order_id, *columns).where(OrderLine.order_id.in_([row.id for row in found]))
    by_order: dict[int, list[LineContent]] = defaultdict(list)
    for order_id, title, sku, quantity, unit_amount, discount, tax in db.session.execute(
        lines.order_by(OrderLine.order_id, OrderLine.position)
    ):
        by_order[order_id].append((title, sku, quantity, unit_amount, discount, tax))
    return {
        row.number: (
            row.email, row.placed_at, row.currency, row.total, (row.shipping, row.shipping_tax, row.tax_included), by_order[row.id]
        )
        for row in found
    }  # fmt: skip


def _insert(orders: Sequence[ReadOrder], source: str) -> set[str]:
    """Returns the numbers of those that were written; one whose invoice is an order already is not.

    All write in one sequence, so that two imports never lock each other out.
    """
    if not orders:
        return set()
    customers = _customers(orders)
    verified = {email: customer_id for email, (customer_id, is_verified) in customers.items() if is_verified}
    addresses = address_ids([(customers[order.email][0], order.place) for order in orders if order.place])
    rows = [
        {
            "customer_id": verified.get(order.email), "email": order.email, "number": order.number, "placed_at": order.placed_at,
            "currency": order.currency, "total": order.settled.total, "shipping": order.settled.shipping,
            "shipping_tax": order.settled.shipping_tax, "tax_included": order.settled.tax_included,
            "address_id": addresses[customers[order.email][0], order.place] if order.place else None,
            "source": source, "source_ref": order.invoice, "delivery_id": None, "packed_at": None,
            "standard_shipping": shop().standard_delivery.get(order.currency) if source == "api" else None,
        }
        for order in sorted(orders, key=lambda order: order.number)
    ]  # fmt: skip
    new = insert(Order).on_conflict_do_nothing().returning(Order.number, Order.id)
    ids = {row.number: row.id for row in db.session.execute(new, rows)}
    if ids:
        known = categories_of(line for order in orders if order.number in ids for line in order.settled.lines)
        new_ones = [(ids[order.number], order, sorted_by(known, order.settled.lines)) for order in orders if order.number in ids]
        db.session.execute(insert(OrderLine), [row for order_id, _, lines in new_ones for row in rows_of(order_id, lines)])
        words = (word_rows(order_id, verified.get(order.email), order.number, lines) for order_id, order, lines in new_ones)
        db.session.execute(insert(OrderWord), [row for rows in words for row in rows])
    return set(ids)


def _customers(orders: Sequence[ReadOrder]) -> dict[str, tuple[int, bool]]:
    """See to it that each address is a customer's, so that they can sign in. Says their ids, and whether the address is verified.

    They stay locked until the commit: an address that is verified meanwhile is so before these orders or after them.
    """
    names = {order.email: order.name for order in orders}
    unnamed = {"locale": None, "time_zone": None, "email_verified_at": None}
    rows = [{"email": email, "name": name, **unnamed} for email, name in sorted(names.items())]
    db.session.execute(insert(Customer).on_conflict_do_nothing(index_elements=["email"]), rows)
    customers = select(Customer.email, Customer.id, Customer.email_verified_at).where(Customer.email.in_(names)).order_by(Customer.id)
    known = {row.email: (row.id, row.email_verified_at is not None) for row in db.session.execute(customers.with_for_update())}
    keep_words(db.session.connection(), [customer_id for customer_id, _ in known.values()])
    return known


def address_ids(wanted: Sequence[tuple[int, Place]]) -> dict[tuple[int, Place], int]:
    """The ids of these customers' addresses, in their book or not; those that they have not yet are written beside it."""
    columns = [getattr(Address, part.name) for part in fields(Place)]
    theirs = select(Address.customer_id, Address.id, *columns).where(Address.customer_id.in_({owner for owner, _ in wanted}))
    known = {(owner, Place(*parts)): at for owner, at, *parts in db.session.execute(theirs.order_by(Address.id.desc()))}
    new = [one for one in dict.fromkeys(wanted) if one not in known]
    unlisted = {"listed_at": None, "chosen_at": None, "replaced_by_id": None}
    if new:
        rows = [{"customer_id": owner, **asdict(place), **unlisted} for owner, place in new]
        ids = db.session.scalars(insert(Address).returning(Address.id, sort_by_parameter_order=True), rows)
        known |= dict(zip(new, ids, strict=True))
        keep_words(db.session.connection(), {owner for owner, _ in new})
    return known
