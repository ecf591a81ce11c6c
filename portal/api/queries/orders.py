"""Orders, as the API shows them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from portal.accounts.models import Address
from portal.api import shown
from portal.api.cursors import cursor_after, row_before
from portal.kit.db import db
from portal.orders.models import LineCancellation, Order, OrderLine

PARTS = tuple(shown.Address.model_fields)
HEADS = select(Order, *(getattr(Address, part) for part in PARTS)).outerjoin(Address, Address.id == Order.address_id)


def orders(cursor: str | None, limit: int, *, since: datetime | None, whose: bool) -> shown.PageOf[shown.Order]:
    """With `whose`, they tell who bought and where it goes."""
    query = HEADS.where(Order.id > row_before("orders", cursor)).order_by(Order.id).limit(limit + 1)
    found = _whole(query if since is None else query.where(Order.placed_at >= since), whose=whose)
    more = cursor_after("orders", found[limit - 1][0]) if len(found) > limit else None
    return shown.PageOf[shown.Order](data=tuple(order for _, order in found[:limit]), next_cursor=more)


def order(number: str, *, whose: bool) -> shown.Order | None:
    return next((order for _, order in _whole(HEADS.where(Order.number == number), whose=whose)), None)


def _whole(query: Select[*tuple[Order, *tuple[str, ...]]], *, whose: bool) -> list[tuple[int, shown.Order]]:
    """Each with its id."""
    heads = db.session.execute(query).all()
    lines = _lines([order.id for order, *_ in heads])
    return [(order.id, _order(order, parts if whose else [None] * len(PARTS), lines[order.id], whose=whose)) for order, *parts in heads]


def _order(order: Order, parts: Sequence[str | None], lines: Sequence[shown.Line], *, whose: bool) -> shown.Order:
    goes_to = shown.Address(**{name: part or "" for name, part in zip(PARTS, parts, strict=True)}) if any(parts) else None
    return shown.Order(
        number=order.number,
        placed_at=order.placed_at,
        currency=order.currency,
        total=order.total,
        shipping=order.shipping,
        shipping_tax=order.shipping_tax,
        tax_included=order.tax_included,
        source=order.source,
        invoice=order.source_ref,
        packed_at=order.packed_at,
        customer_id=order.customer_id,
        email=order.email if whose else None,
        address=goes_to,
        lines=tuple(lines),
    )


def _lines(order_ids: Sequence[int]) -> dict[int, list[shown.Line]]:
    columns = {name: getattr(OrderLine, name) for name in shown.Line.model_fields if name != "cancelled"}
    query = select(OrderLine.order_id, OrderLine.id, *columns.values()).where(OrderLine.order_id.in_(order_ids))
    cancelled = _cancelled(order_ids)
    found: dict[int, list[shown.Line]] = defaultdict(list)
    for order_id, line_id, *values in db.session.execute(query.order_by(OrderLine.order_id, OrderLine.position)):
        found[order_id].append(shown.Line(**dict(zip(columns, values, strict=True)), cancelled=cancelled.get(line_id, 0)))
    return found


def _cancelled(order_ids: Sequence[int]) -> dict[int, int]:
    """Of each line, by its id."""
    query = select(LineCancellation.order_line_id, func.sum(LineCancellation.quantity)).join(OrderLine)
    rows = db.session.execute(query.where(OrderLine.order_id.in_(order_ids)).group_by(LineCancellation.order_line_id))
    return {line_id: int(units) for line_id, units in rows}
