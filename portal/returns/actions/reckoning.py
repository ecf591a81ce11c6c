"""What the arithmetic of money needs of a return or a claim, and of all that went back before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from portal.kit.db import db
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.orders.queries.payment import delivery_of
from portal.returns import money
from portal.returns.models import (
    Claim,
    ClaimLine,
    Exchange,
    Fault,
    Outcome,
    Payout,
    PayoutKind,
    Return,
    ReturnItem,
    TakenUnit,
    Way,
    Wish,
)
from portal.returns.money import Kind, MoneyLine, Paid, Part
from portal.returns.policy.terms import Terms
from portal.returns.queries.paid import delivery_line
from portal.returns.queries.policies import policy_of


@dataclass(frozen=True)
class Item:
    """What comes back of one line, of a return or a claim."""

    id: int
    line: OrderLine
    units: list[TakenUnit]
    """By their numbers. The first of them are those that were accepted."""
    payable: int
    """For so many of them money goes back by now, those for which it did included."""
    outcome: Outcome
    is_undone: bool
    """Whether it is as if it had not been bought: the customer withdrew, or the shop or the carrier was at fault."""
    is_faulty: bool
    """Whether it was their fault."""
    deduction: int = 0
    finding: str = ""
    goes_out: int = 0
    """What is sent instead costs so much."""
    restocking_bp: int = 0
    bonus_bp: int = 0

    @property
    def kind(self) -> PayoutKind:
        return PayoutKind.STORE_CREDIT if self.outcome is Outcome.STORE_CREDIT else PayoutKind.REFUND

    @property
    def paid(self) -> Paid:
        line, order = self.line, self.line.order
        return Paid(line.amount - line.discount, line.tax, line.quantity, order.tax_included)


@dataclass(frozen=True)
class Back:
    """A unit for which money goes back."""

    line_id: int
    number: int
    is_undone: bool
    is_faulty: bool


def items_of(subject: Return | Claim) -> list[Item]:
    if isinstance(subject, Claim):
        lines = {line.id: line for line in db.session.scalars(select(OrderLine).where(OrderLine.order_id == subject.order_id))}
        return [_claimed(one, lines[one.order_line_id]) for one in subject.lines]
    return [_item(one, subject) for one in subject.items]


def part_of(item: Item, numbers: Sequence[int], kind: PayoutKind) -> Part:
    """Of these units of it, for none of which money went back."""
    before = [unit for unit in item.units if unit.payout_id]
    taken: Counter[Kind] = Counter()
    for payout_id in sorted({unit.payout_id for unit in before if unit.payout_id}):
        for line in money.from_json(db.session.get_one(Payout, payout_id).lines):
            taken[line.kind] += line.amount if line.item == item.id else 0
    outcome = item.outcome if item.outcome is Outcome.EXCHANGE else Outcome(str(kind))
    return Part(
        item.id, item.paid, numbers, outcome, item.restocking_bp, item.bonus_bp, item.deduction, item.finding, item.goes_out,
        [unit.number for unit in before], -taken[Kind.DEDUCTION], -taken[Kind.RESTOCKING], taken[Kind.BONUS],
    )  # fmt: skip


def back(item: Item, numbers: Iterable[int]) -> list[Back]:
    return [Back(item.line.id, number, item.is_undone, item.is_faulty) for number in numbers]


def label_for(subject: Return | Claim) -> int:
    """What the way back costs the customer, as far as it was not charged yet: once for each return, and no more than was estimated.

    Where the items are judged by several versions of the policy, the least of them counts.
    """
    if isinstance(subject, Claim) or subject.way in (None, Way.OWN, Way.NONE):
        return 0
    charged = -_of_payouts(subject, Kind.LABEL)
    return max(_label_of(subject) - charged, 0)


def delivery_for(order: Order, units: Sequence[Back]) -> list[MoneyLine]:
    """What it had cost to send the order, if nothing of it is left once money goes back for these units too.

    That it went back is remembered by the lines of the payouts of the order.
    """
    if not delivery_of(order) or any(line["kind"] == Kind.DELIVERY for payout in _payouts_of(order) for line in payout.lines):
        return []
    all_back = {(unit.line_id, unit.number): unit for unit in [*_went_back(order), *units]}
    cancelled = sum(int(count) for _, count in db.session.execute(LineCancellation.units(order.id)))
    own = {line.id for line in order.lines}
    gone = [unit for (line_id, _), unit in all_back.items() if line_id in own]
    if len(gone) + cancelled < sum(line.quantity for line in order.lines) or not all(unit.is_undone for unit in gone):
        return []
    return [delivery_line(order, is_faulty=all(unit.is_faulty for unit in gone))]


def terms_of(item: ReturnItem) -> Terms:
    return policy_of(item.policy_id).terms


def _payouts_of(order: Order) -> list[Payout]:
    return list(db.session.scalars(select(Payout).where(Payout.order_id == order.id)))


def _of_payouts(return_: Return, kind: Kind) -> int:
    """All lines of this kind that went out for the return."""
    rows = db.session.scalars(select(Payout.lines).where(Payout.return_id == return_.id))
    return sum(line["amount"] for lines in rows for line in lines if line["kind"] == kind)


def _went_back(order: Order) -> list[Back]:
    found = []
    paid = select(TakenUnit).join(OrderLine).where(OrderLine.order_id == order.id, TakenUnit.payout_id.is_not(None))
    for unit in db.session.scalars(paid):
        item = db.session.get(ReturnItem, unit.return_item_id) if unit.return_item_id else None
        is_faulty = item is None or item.fault is not Fault.CUSTOMER
        is_undone = is_faulty or (item is not None and item.return_.is_withdrawal)
        found.append(Back(unit.order_line_id, unit.number, is_undone, is_faulty))
    return found


def _item(one: ReturnItem, return_: Return) -> Item:
    is_faulty, terms = one.fault is not Fault.CUSTOMER, terms_of(one)
    need_not_come = one.is_instant or one.outcome is Outcome.KEEP
    item = Item(
        one.id, one.line, one.units, len(one.units) if need_not_come else min(one.accepted, len(one.units)), one.outcome,
        is_undone=is_faulty or return_.is_withdrawal, is_faulty=is_faulty, deduction=one.deduction, finding=one.finding,
        restocking_bp=_restocking_bp(one, return_, terms), bonus_bp=terms.bonus_bp,
    )  # fmt: skip
    if one.outcome is Outcome.REPLACEMENT:
        return replace(item, payable=0)
    if one.outcome is Outcome.EXCHANGE:
        exchange = db.session.scalars(select(Exchange).where(Exchange.return_item_id == one.id)).one_or_none()
        if exchange is None or exchange.difference >= 0:
            return replace(item, payable=0)
        return replace(item, goes_out=exchange.credit + exchange.difference)
    return item


def _claimed(one: ClaimLine, line: OrderLine) -> Item:
    payable = 0 if one.given is Wish.REPLACEMENT else len(one.units)
    return Item(one.id, line, one.units, payable, Outcome.REFUND, is_undone=True, is_faulty=True)


def _restocking_bp(one: ReturnItem, return_: Return, terms: Terms) -> int:
    """No more than was estimated: who could withdraw instead is charged none, and the estimate has said so."""
    if return_.is_withdrawal or one.fault is not Fault.CUSTOMER:
        return 0
    by_terms = terms.restocking_bp(one.reason, one.outcome, may_withdraw=False)
    if return_.estimate is None:
        return by_terms
    promised = [line.facts["bp"] for line in money.from_json(return_.estimate) if (line.kind, line.item) == (Kind.RESTOCKING, one.id)]
    return min(by_terms, *promised) if promised else 0


def _label_of(return_: Return) -> int:
    if return_.way is None or any(one.fault is not Fault.CUSTOMER for one in return_.items):
        return 0
    asked = [(one.reason, one.outcome) for one in return_.items]
    fee = min(terms_of(one).way_fee(return_.way, return_.currency, asked) for one in return_.items)
    if return_.estimate is None:
        return fee
    return min(fee, -sum(line.amount for line in money.from_json(return_.estimate) if line.kind is Kind.LABEL))
