"""What was paid for an order, and how much of it can still go back."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.kit.db import db
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.orders.queries.payment import adds_up, left_of, paid_invoice
from portal.returns.models import Payout, PayoutKind


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
        left = min(left, left_of(invoice) - elsewhere(payouts))
    return max(left, 0)


def elsewhere(payouts: Sequence[Payout]) -> int:
    """What of an order's payouts did not go to where its money came from: it has to be there for them all the same. Credit whose money
    went back to the card after all is no more among it."""
    credit = {payout.id for payout in payouts if payout.kind is PayoutKind.STORE_CREDIT}
    gone_back = [payout for payout in payouts if payout.kind is PayoutKind.REFUND and payout.instead_of_id in credit]
    return sum(payout.elsewhere for payout in payouts) - sum(payout.amount for payout in gone_back)
