"""What the pages show of an order that can still be changed, and of what was changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.models import Address
from portal.kit.db import db
from portal.orders.actions.changing import Back, back_for, cancelled_units, is_open
from portal.orders.models import LineCancellation, Order, OrderLine

EACH = 10
"""Of so many left, each number can be chosen; of more, these and all."""


@dataclass(frozen=True)
class Cancelled:
    title: str
    quantity: int
    of: int
    """How many were bought."""
    amount: int | None
    at: datetime


@dataclass(frozen=True)
class Changes:
    is_open: bool
    address: Address | None
    lines: frozenset[int]
    """The positions of those of which something is left."""
    cancelled: tuple[Cancelled, ...]
    """Oldest first."""


@dataclass(frozen=True)
class Choice:
    units: int
    back: Back


@dataclass(frozen=True)
class LineToCancel:
    title: str
    picture: str
    currency: str
    before: int
    left: int
    choices: tuple[Choice, ...]
    """None where there is nothing to choose any more: it is being packed, or all of it is cancelled."""


def changes_of(customer_id: int, number: str, first: int, how_many: int, *, at: datetime) -> Changes:
    """Of one of the customer's own orders, which is there. Of its lines, those that a page shows."""
    order = db.session.scalars(select(Order).where(Order.customer_id == customer_id, Order.number == number)).one()
    cancelled = cancelled_units(order)
    ordered = select(func.sum(OrderLine.quantity)).where(OrderLine.order_id == order.id)
    is_nothing_left = bool(cancelled) and db.session.scalar(ordered) == sum(cancelled.values())
    open_now = not is_nothing_left and is_open(order, at=at)
    shown = select(OrderLine.id, OrderLine.position, OrderLine.quantity).where(OrderLine.order_id == order.id)
    shown = shown.where(OrderLine.position >= first, OrderLine.position < first + how_many)
    lines = db.session.execute(shown).all() if open_now else ()
    columns = OrderLine.title, LineCancellation.quantity, OrderLine.quantity, LineCancellation.amount, LineCancellation.at
    done = select(*columns).join(OrderLine).where(OrderLine.order_id == order.id).order_by(LineCancellation.id)
    return Changes(
        is_open=open_now,
        address=db.session.get(Address, order.address_id) if order.address_id else None,
        lines=frozenset(line.position for line in lines if line.quantity > cancelled.get(line.id, 0)),
        cancelled=tuple(Cancelled(*row) for row in db.session.execute(done)) if cancelled else (),
    )


def line_to_cancel(order: Order, line: OrderLine, *, at: datetime) -> LineToCancel:
    cancelled = cancelled_units(order)
    before = cancelled.get(line.id, 0)
    left = line.quantity - before
    numbers = sorted({*range(1, min(left, EACH) + 1), left} - {0}) if is_open(order, at=at) else []
    choices = tuple(Choice(units, back_for(order, line, units, cancelled)) for units in numbers)
    return LineToCancel(line.title, line.picture, order.currency, before, left, choices)
