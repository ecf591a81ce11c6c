"""The numbers that somebody means who has only part of one."""

from collections.abc import Iterable

from sqlalchemy import func, select

from portal.kit.db import db
from portal.orders.models import Order
from portal.orders.numbers import beginnings, meant

NEWEST = 50
"""Orders: how these begin, the others do."""


def numbers_like(typed: Iterable[str]) -> set[str]:
    """What was typed, in capitals, with each of the beginnings that the shop's numbers have. There need be no such orders."""
    last = select(func.max(Order.id)).scalar_subquery()
    begin = beginnings(db.session.scalars(select(Order.number).where(Order.id > last - NEWEST).order_by(Order.id.desc())))
    return {number for one in typed for number in meant(one, begin)}
