"""Pieces that were sold, and those of them that come back, by product."""

from sqlalchemy import case, func, select

from portal.kit.db import db
from portal.numbers.models import BY_LAW, Figure
from portal.numbers.queries.counts import Counts, Days
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.returns.models import Return, ReturnItem, ReturnStatus

INSTEAD = "exchange", "replacement"
"""Of orders that were not bought: they go out for what came back or went wrong."""
COUNT = ReturnStatus.REQUESTED, ReturnStatus.NEEDS_REVIEW, ReturnStatus.APPROVED, ReturnStatus.CLOSED
"""Returns that were not given up, declined or left lying."""


def count(counts: Counts, days: Days) -> None:
    bought = days.holds(Order.placed_at), Order.source.not_in(INSTEAD)
    lines = select(Order.placed_at, OrderLine.sku, OrderLine.title, OrderLine.quantity).join(OrderLine, OrderLine.order_id == Order.id)
    for placed_at, sku, title, units in db.session.execute(lines.where(*bought).order_by(Order.placed_at, Order.id)):
        day, key = days.of(placed_at), sku or title
        counts.titles[key] = title
        counts.add(units, day, Figure.UNITS)
        counts.add(units, day, Figure.PRODUCT, key)
    cancelled = select(Order.placed_at, OrderLine.sku, OrderLine.title, func.sum(LineCancellation.quantity))
    cancelled = cancelled.join(OrderLine, OrderLine.order_id == Order.id).join(
        LineCancellation, LineCancellation.order_line_id == OrderLine.id
    )
    for placed_at, sku, title, units in db.session.execute(cancelled.where(*bought).group_by(OrderLine.id, Order.placed_at)):
        counts.add(-int(units), days.of(placed_at), Figure.UNITS)
        counts.add(-int(units), days.of(placed_at), Figure.PRODUCT, sku or title)
    _count_returned(counts, days)


def _count_returned(counts: Counts, days: Days) -> None:
    reason = case(((ReturnItem.reason == "") & Return.is_withdrawal, BY_LAW), else_=ReturnItem.reason)
    columns = Order.placed_at, OrderLine.sku, OrderLine.title, reason, ReturnItem.quantity - ReturnItem.missing
    items = select(*columns).select_from(Order).join(OrderLine, OrderLine.order_id == Order.id)
    items = items.join(ReturnItem, ReturnItem.order_line_id == OrderLine.id).join(Return, Return.id == ReturnItem.return_id)
    bought = days.holds(Order.placed_at), Order.source.not_in(INSTEAD)
    for placed_at, sku, title, why, units in db.session.execute(items.where(*bought, Return.status.in_(COUNT))):
        if units:
            counts.add(units, days.of(placed_at), Figure.RETURNED, why)
            counts.add(units, days.of(placed_at), Figure.PRODUCT_RETURNED, sku or title, why)
