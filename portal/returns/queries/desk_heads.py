"""The returns of one customer or of one order, in a line each, for the desk: two questions, however many there are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from portal.kit.db import db
from portal.orders.models import OrderLine
from portal.returns.models import Return, ReturnItem, ReturnStatus
from portal.returns.money import from_json, total
from portal.returns.queries.passport import PAID

NEWEST = 20


@dataclass(frozen=True)
class ReturnOf:
    rma: str
    status: ReturnStatus
    title: str
    """Of its first item."""
    units: int
    lines: int
    amount: int | None
    """What went back for it so far; before anything did, the estimate."""
    is_paid: bool
    currency: str
    since: datetime
    """When it was sent in."""


def returns_of(customer_id: int, *, older_than: datetime | None = None, since: datetime | None = None) -> tuple[ReturnOf, ...]:
    """The newest first, without what was not sent in; of those that were sent in between two moments."""
    sent_in = func.coalesce(Return.submitted_at, Return.started_at)
    between = [sent_in < older_than] if older_than else []
    between += [sent_in >= since] if since else []
    return _heads(Return.customer_id == customer_id, *between)


def returns_with(order_id: int) -> tuple[ReturnOf, ...]:
    """The newest first: those with something of this order, whoever's it is."""
    items = select(ReturnItem.return_id).join(OrderLine, OrderLine.id == ReturnItem.order_line_id).where(OrderLine.order_id == order_id)
    return _heads(Return.id.in_(items))


def _heads(*which: ColumnElement[bool]) -> tuple[ReturnOf, ...]:
    columns = Return.id, Return.rma, Return.status, Return.currency, Return.estimate, Return.submitted_at, Return.started_at, PAID
    sent_in = select(*columns).where(Return.status != ReturnStatus.DRAFT, *which)
    rows = db.session.execute(sent_in.order_by(Return.id.desc()).limit(NEWEST)).all()
    inside: dict[int, list[tuple[str, int]]] = defaultdict(list)
    items = select(ReturnItem.return_id, OrderLine.title, ReturnItem.quantity).join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
    for return_id, title, quantity in db.session.execute(
        items.where(ReturnItem.return_id.in_([row.id for row in rows])).order_by(ReturnItem.id)
    ):
        inside[return_id].append((title, quantity))
    return tuple(
        ReturnOf(
            rma=row.rma, status=row.status, title=inside[row.id][0][0] if inside[row.id] else "",
            units=sum(units for _, units in inside[row.id]), lines=len(inside[row.id]),
            amount=int(row.paid) if row.paid is not None else (None if row.estimate is None else total(from_json(row.estimate))),
            is_paid=row.paid is not None, currency=row.currency, since=row.submitted_at or row.started_at,
        )
        for row in rows
    )  # fmt: skip
