"""Staff give back what a return or a claim comes to, within what they may, and the customer is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.returns import money
from portal.returns.actions.paying_out import pay_out
from portal.returns.actions.reckoning import Item, back, delivery_for, items_of, label_for, part_of
from portal.returns.emails import returns as emails
from portal.returns.models import Payout, PayoutKind, Return
from portal.returns.money import Kind, MoneyLine
from portal.returns.not_now import AskALead, NothingOwed
from portal.returns.queries.paid import is_known, left_for
from portal.timeline import Actor

Group = tuple[Order, PayoutKind, list[tuple[Item, list[int]]]]
"""Of one order, what goes back in one way: the numbers of the units of each item."""


def refund(return_: Return, *, is_lead: bool, by: Actor, at: datetime) -> list[Payout]:
    """All that was accepted, and was not paid yet. Above the shop's limit only a lead may.

    None where it was done already: who presses twice is told the same. Raises NothingOwed, AskALead, and what `pay_out` raises.
    """
    known = {unit.payout_id for item in return_.items for unit in item.units}
    payouts = [payout for payout in pay_out(return_, by=by, at=at) if payout.id not in known]
    if not payouts and known <= {None}:
        raise NothingOwed
    must_be_within(payouts, is_lead=is_lead)
    tell(return_, at=at)
    return payouts


def must_be_within(payouts: Iterable[Payout], *, is_lead: bool) -> None:
    """Raises AskALead."""
    given: dict[str, int] = {}
    for payout in payouts:
        given[payout.currency] = given.get(payout.currency, 0) + payout.amount
    if not is_lead and any(needs_lead(amount, currency) for currency, amount in given.items()):
        raise AskALead


def needs_lead(amount: int, currency: str) -> bool:
    """A shop that sets limits has none for other currencies: there a lead always decides."""
    limits = shop().agents_refund
    return bool(limits) and amount > limits.get(currency, 0)


def tell(return_: Return, *, at: datetime) -> None:
    """What was found, once all of it is decided, where it is not as it was promised."""
    if not return_.is_decided or return_.estimate is None:
        return
    if any(not is_known(order) for order, *_ in _groups(items_of(return_))):
        return  # somebody reckons it first
    final_ones = (*final_lines(return_), *due_now(return_))
    estimate, final = money.total(money.from_json(return_.estimate)), money.total(final_ones)
    if estimate != final or any(item.finding_note for item in return_.items):
        titles = {item.id: item.line.title for item in return_.items}
        by_shop = [(titles[line.item or 0], str(line.facts["why"])) for line in final_lines(return_) if line.kind is Kind.BY_SHOP]
        emails.send_decided(return_, estimate=estimate, final=final, by_shop=by_shop, at=at)


def due_now(return_: Return) -> tuple[MoneyLine, ...]:
    """What would go back if somebody paid it out now, line by line; without what only a person can reckon."""
    lines: list[MoneyLine] = []
    for order, kind, due in _groups(items_of(return_)):
        if not is_known(order):
            continue
        parts = [part_of(item, numbers, kind) for item, numbers in due]
        delivery = delivery_for(order, [unit for item, numbers in due for unit in back(item, numbers)])
        charged = -sum(line.amount for line in lines if line.kind is Kind.LABEL)
        reckoned = money.reckon(parts, label=label_for(return_) - charged, delivery=delivery)
        lines += money.limited(reckoned, left_for(order))
    return tuple(lines)


def final_lines(return_: Return) -> tuple[MoneyLine, ...]:
    """Of all that went back for it, or will."""
    of_it = select(Payout.lines).where(Payout.return_id == return_.id, Payout.instead_of_id.is_(None)).order_by(Payout.id)
    return tuple(line for lines in db.session.scalars(of_it) for line in money.from_json(lines))


def _groups(items: Sequence[Item]) -> list[Group]:
    found: dict[tuple[int, PayoutKind], Group] = {}
    for item in items:
        if new := [unit.number for unit in item.units[: item.payable] if unit.payout_id is None]:
            order: Order = item.line.order
            found.setdefault((order.id, item.kind), (order, item.kind, []))[2].append((item, new))
    return [found[key] for key in sorted(found)]
