"""What was paid for an order, and how much of it can still go back."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.billing import paid_on_pages
from portal.billing.models import Invoice
from portal.kit.db import db
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.orders.queries.payment import adds_up, delivery_of, left_of, paid_invoice, standard_delivery_of
from portal.returns.models import Claim, Exchange, Payout, PayoutKind, ReturnItem
from portal.returns.money import Kind, MoneyLine

SENT_FOR = "exchange", "replacement"
"""Where such orders come from: something came back, or went wrong."""


def is_known(order: Order) -> bool:
    """Whether what was paid for each of its lines is known. Where it is not, a person at the shop reckons what goes back: so it is of the
    same again, whose order cost nothing."""
    before = sent_for(order)
    return adds_up(order) and order.source != "replacement" and (before is None or is_known(before))


def sent_for(order: Order) -> Order | None:
    """The order of which something was exchanged or replaced by this one. None if this one was bought."""
    for exchange in _exchanges_of(order):
        if exchange.item:
            return exchange.item.line.order
        if exchange.claim_id:
            return db.session.get_one(Order, db.session.get_one(Claim, exchange.claim_id).order_id)
    return None


def invoices_of(order: Order) -> list[Invoice]:
    """By which it was paid here. What came in exchange: what was paid for it on the provider's page, then those of the order before."""
    if own := paid_invoice(order):
        return [own]
    before = sent_for(order)
    return _pages(order) + (invoices_of(before) if before else [])


def left_for(order: Order) -> int:
    """How much of what was paid for an order did not go back yet, in money or as credit instead of it."""
    paid = order.total if order.source != "replacement" else sum(exchange.credit for exchange in _exchanges_of(order))
    payouts = _payouts(order)
    given = sum(payout.amount - payout.bonus for payout in payouts if payout.instead_of_id is None)
    cancelled = select(LineCancellation.amount).join(OrderLine).where(OrderLine.order_id == order.id)
    left = paid - given - sum(amount or 0 for amount in db.session.scalars(cancelled))
    there = _left_by_which_it_was_paid(order)
    return max(left if there is None else min(left, there), 0)


def _left_by_which_it_was_paid(order: Order, *, but_for: int | None = None) -> int | None:
    """What its payments have left for it, less what has to be there for others: for what came in exchange for a part of it, `but_for` that
    one. None where it is not known by what it was paid."""
    before = None if paid_invoice(order) else sent_for(order)
    invoices = [own] if (own := paid_invoice(order)) else _pages(order)
    if before is None and not invoices:
        return None
    mine = sum(left_of(invoice) for invoice in invoices) - elsewhere(_payouts(order))
    mine -= sum(_drawn(other) for other in _came_for(order) if other.id != but_for)
    theirs = _left_by_which_it_was_paid(before, but_for=order.id) if before else 0
    return None if theirs is None else mine + theirs


def _drawn(order: Order) -> int:
    """What has to be there for it at the payments of the order before: what its own don't have."""
    own = sum(left_of(invoice) for invoice in _pages(order))
    return max(elsewhere(_payouts(order)) + sum(_drawn(other) for other in _came_for(order)) - own, 0)


def _exchanges_of(order: Order) -> Sequence[Exchange]:
    """By which it came about. Of what was bought, none."""
    if order.source not in SENT_FOR:
        return []
    return db.session.scalars(select(Exchange).where(Exchange.order_id == order.id).order_by(Exchange.id)).all()


def _came_for(order: Order) -> Sequence[Order]:
    """The orders of what went out for a part of it."""
    returned = select(Exchange.order_id).join(ReturnItem, ReturnItem.id == Exchange.return_item_id)
    returned = returned.join(OrderLine, OrderLine.id == ReturnItem.order_line_id).where(OrderLine.order_id == order.id)
    claimed = select(Exchange.order_id).join(Claim, Claim.id == Exchange.claim_id).where(Claim.order_id == order.id)
    return db.session.scalars(select(Order).where(Order.id.in_(returned) | Order.id.in_(claimed)).order_by(Order.id)).all()


def _pages(order: Order) -> list[Invoice]:
    """What was paid for it on the provider's page, the newest first."""
    return [invoice for exchange in _exchanges_of(order) for _, invoice in reversed(paid_on_pages(exchange.subject))]


def _payouts(order: Order) -> Sequence[Payout]:
    return db.session.scalars(select(Payout).where(Payout.order_id == order.id)).all()


def delivery_line(order: Order, *, is_faulty: bool) -> MoneyLine:
    """What it had cost to send, where all of the order goes back: all of it at the shop's or the carrier's fault, else the standard."""
    cost = delivery_of(order) if is_faulty else standard_delivery_of(order)
    facts = {"order": order.number} | ({"standard": True} if cost < delivery_of(order) else {})
    return MoneyLine(Kind.DELIVERY, cost, facts=facts)


def elsewhere(payouts: Sequence[Payout]) -> int:
    """What of an order's payouts did not go to where its money came from: it has to be there for them all the same. Credit whose money
    went back to the card after all is no more among it."""
    credit = {payout.id for payout in payouts if payout.kind is PayoutKind.STORE_CREDIT}
    gone_back = [payout for payout in payouts if payout.kind is PayoutKind.REFUND and payout.instead_of_id in credit]
    return sum(payout.elsewhere for payout in payouts) - sum(payout.amount for payout in gone_back)
