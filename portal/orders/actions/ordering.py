"""How an order comes to be, and how it finds the customer it belongs to. Called from an open transaction."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from portal import timeline
from portal.accounts import on_verified
from portal.accounts.models import Customer
from portal.kit.db import db, insert
from portal.kit.shop import shop
from portal.orders.models import Order, OrderLine, OrderWord, rows_of, word_rows
from portal.orders.models import OrderedLine as OrderedLine
from portal.orders.news import ordered
from portal.orders.numbers import initials
from portal.orders.sorting import with_categories
from portal.timeline import Actor

UNMISTAKABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L: numbers are read out on the telephone."""


class NumberTaken(Exception):
    """Another order has this number already."""


def record_order(
    customer: Customer,
    *,
    number: str | None,
    placed_at: datetime,
    currency: str,
    lines: Sequence[OrderedLine],
    source: str = "subscription",
    source_ref: str | None = None,
    delivery_id: int | None = None,
    total: int | None = None,
    address_id: int | None = None,
    shipping: int = 0,
    shipping_tax: int = 0,
    tax_included: bool = False,
) -> Order:
    """Write an order down, once: the same `source_ref` again gives the same order, also when two workers do it at once.

    Without a `number` it gets one. `total` is what was paid where that is not the sum of the lines. Raises NumberTaken.
    """
    db.session.flush()
    values = {
        "customer_id": customer.id, "email": None, "placed_at": placed_at, "currency": currency.upper(),
        "total": sum(line.amount for line in lines) if total is None else total,
        "source": source, "source_ref": source_ref, "delivery_id": delivery_id,
        "address_id": address_id, "shipping": shipping, "shipping_tax": shipping_tax, "tax_included": tax_included, "packed_at": None,
        "standard_shipping": shop().standard_delivery.get(currency.upper()),
    }  # fmt: skip
    while True:
        new = insert(Order).values(values | {"number": number or new_number()}).on_conflict_do_nothing()
        if order_id := db.session.scalar(new.returning(Order.id)):
            break
        if source_ref and (known := db.session.scalars(select(Order).where(Order.source_ref == source_ref)).one_or_none()):
            return known
        if number:
            raise NumberTaken(number)
    db.session.execute(insert(OrderLine), rows_of(order_id, with_categories(lines)))
    order = db.session.scalars(select(Order).where(Order.id == order_id)).one()
    db.session.execute(insert(OrderWord), word_rows(order_id, customer.id, order.number, lines))
    ordered(order)
    return order


def new_number() -> str:
    """Such as HA-7K2M4Q for a shop called Halfjar: short, and not to be guessed from the one before."""
    random = "".join(secrets.choice(UNMISTAKABLE) for _ in range(6))
    return f"{begins}-{random}" if (begins := initials()) else random


def hold(order: Order) -> None:
    """Whoever changes an order or a parcel of it holds the order until the commit: one after the other."""
    db.session.flush()
    db.session.refresh(order, with_for_update=True)


def mark_packed(order: Order, packed_at: datetime, *, by: Actor, at: datetime) -> None:
    """From then on it stays as it is. The first time counts."""
    if order.packed_at is None:
        order.packed_at = packed_at
        timeline.note(order, "packed", by=by, at=at, facts={"order": order.number})


@on_verified
def claim_orders(customer: Customer) -> None:
    """Give a customer the orders that came with their address, now that it is verified. Does nothing where it is not."""
    if customer.email_verified_at:
        unclaimed = update(Order).where(Order.customer_id.is_(None), Order.email == customer.email)
        db.session.execute(unclaimed.values(customer_id=customer.id), execution_options={"synchronize_session": False})
        theirs = select(Order.id).where(Order.customer_id == customer.id)
        words = update(OrderWord).where(OrderWord.customer_id.is_(None), OrderWord.order_id.in_(theirs))
        db.session.execute(words.values(customer_id=customer.id), execution_options={"synchronize_session": False})
