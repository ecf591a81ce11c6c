"""What was paid for an order, and how much of it can still go back."""

from sqlalchemy import select

from portal.kit.db import db
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.orders.queries.payment import adds_up, left_of, paid_invoice
from portal.returns.models import Payout


def is_known(order: Order) -> bool:
    """Whether what was paid for each of its lines is known. Where it is not, a person at the shop reckons what goes back."""
    return adds_up(order)


def left_for(order: Order) -> int:
    """How much of what was paid for an order did not go back yet, in money or as credit instead of it."""
    payouts = db.session.scalars(select(Payout).where(Payout.order_id == order.id)).all()
    given = sum(payout.amount - payout.bonus for payout in payouts if payout.instead_of_id is None)
    cancelled = select(LineCancellation.amount).join(OrderLine).where(OrderLine.order_id == order.id)
    left = order.total - given - sum(amount or 0 for amount in db.session.scalars(cancelled))
    if invoice := paid_invoice(order):
        left = min(left, left_of(invoice) - sum(payout.elsewhere for payout in payouts))
    return max(left, 0)
