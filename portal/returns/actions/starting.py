"""A return begins: what is chosen is kept as a draft, and taken back as long as nothing is under way."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.returns.actions.exchanging import has_gone_out
from portal.returns.actions.naming import new_reference
from portal.returns.actions.sending import give_up_postage
from portal.returns.emails import returns as emails
from portal.returns.models import Return, ReturnItem, ReturnStatus, free_units
from portal.returns.refusals import InAnotherReturn, NothingChosen, TooLateToCancel, TwoCurrencies
from portal.tasks.actions import finish_tasks
from portal.timeline import Actor, deed


def start(customer: Customer, orders: Sequence[Order], quantities: Mapping[int, int], *, draft: str, by: Actor, at: datetime) -> Return:
    """Keep what was chosen; the same form again changes its draft, and gives the return that it became, once that was sent.

    `orders` are the customer's, locked, and hold all lines of `quantities`. No unit is taken yet. Raises a Refusal.
    """
    mine = Return.of(customer).where(Return.draft == draft)
    return_ = db.session.scalars(mine.with_for_update()).one_or_none()
    if return_ is not None and return_.status is not ReturnStatus.DRAFT:
        return return_
    lines = {line.id: line for order in orders for line in order.lines if line.id in quantities}
    check_units(orders, quantities)
    currency = orders[0].currency
    if return_ is None:
        staff_id = None if by.impersonation_id else by.staff_id  # on the customer's own pages it is the customer's own draft
        return_ = Return(rma=new_reference("R"), draft=draft, currency=currency, started_at=at, customer_id=customer.id, staff_id=staff_id)
        db.session.add(return_)
    return_.currency = currency
    _choose(return_, lines, quantities)
    db.session.flush()
    return return_


def check_units(orders: Sequence[Order], quantities: Mapping[int, int]) -> None:
    """Whether so many of each line are there that nobody has taken. Raises NothingChosen, TwoCurrencies, InAnotherReturn."""
    if not quantities:
        raise NothingChosen
    if len({order.currency for order in orders}) > 1:
        raise TwoCurrencies
    for order in orders:
        free = free_units(order)
        for line in order.lines:
            if line.id in quantities and not 0 < quantities[line.id] <= len(free[line.id]):
                raise InAnotherReturn(line.title)


def cancel(return_: Return, *, by: Actor, at: datetime) -> None:
    """Its units are free again. The return is locked. Raises TooLateToCancel, also once something went out for it."""
    if has_gone_out(return_):
        raise TooLateToCancel
    with deed(return_, "cancel return", by=by, at=at, facts={"rma": return_.rma}):
        return_.cancel(at=at)
    give_up_postage(return_, at=at)
    finish_tasks("return", return_, at=at)
    emails.send_cancelled(return_, at=at)


def orders_of(customer: Customer, line_ids: Sequence[int]) -> list[Order]:
    """The customer's orders that hold these lines, locked, in the order in which everybody locks them."""
    theirs = select(OrderLine.order_id).where(OrderLine.id.in_(line_ids))
    return list(db.session.scalars(Order.of(customer).where(Order.id.in_(theirs)).order_by(Order.id).with_for_update()))


def _choose(return_: Return, lines: Mapping[int, OrderLine], quantities: Mapping[int, int]) -> None:
    for item in list(return_.items):
        if item.line.id not in lines:
            return_.items.remove(item)
            db.session.delete(item)
        else:
            item.quantity = quantities[item.line.id]
    known = {item.line.id for item in return_.items}
    for line_id, line in lines.items():
        if line_id not in known:
            return_.items.append(ReturnItem(line=line, quantity=quantities[line_id]))
