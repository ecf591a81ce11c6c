"""What the arithmetic of money needs of a return or a claim, and of all that went back before."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.kit.db import db
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.orders.queries.payment import delivery_of
from portal.returns import money
from portal.returns.models import Claim, ClaimKind, Exchange, Fault, Outcome, Payout, PayoutKind, Return, ReturnItem, TakenUnit
from portal.returns.money import Kind, MoneyLine, Paid, Part


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


def items_of(subject: Return | Claim) -> list[Item]:
    if isinstance(subject, Claim):
        lines = {line.id: line for line in db.session.scalars(select(OrderLine).where(OrderLine.order_id == subject.order_id))}
        return [Item(one.id, lines[one.order_line_id], one.units, len(one.units), Outcome.REFUND) for one in subject.lines]
    return [_item(one) for one in subject.items]


def part_of(item: Item, units: Iterable[TakenUnit], kind: PayoutKind) -> Part:
    """Of these units of it, none of which was paid for."""
    before = [unit for unit in item.units if unit.payout_id]
    taken: Counter[Kind] = Counter()
    for payout_id in sorted({unit.payout_id for unit in before if unit.payout_id}):
        for line in money.from_json(db.session.get_one(Payout, payout_id).lines):
            taken[line.kind] += line.amount if line.item == item.id else 0
    outcome = item.outcome if item.outcome is Outcome.EXCHANGE else Outcome(str(kind))
    return Part(
        item.id, item.paid, [unit.number for unit in units], outcome, item.restocking_bp, item.bonus_bp, item.deduction, item.finding,
        item.goes_out, [unit.number for unit in before], -taken[Kind.DEDUCTION], -taken[Kind.RESTOCKING], taken[Kind.BONUS],
    )  # fmt: skip


def label_for(subject: Return | Claim) -> int:
    """What the way back costs the customer, as far as it was not charged yet: once for each return."""
    return 0


def delivery_for(order: Order, units: Iterable[TakenUnit]) -> list[MoneyLine]:
    """What it had cost to send the order, if nothing of it is left once money goes back for these units too.

    It is remembered by the lines of the payouts of the order: there is one at the most.
    """
    cost = delivery_of(order)
    if not cost or _went_back(order):
        return []
    gone = {unit.id for unit in units} | _paid_units(order)
    taken = db.session.scalars(select(TakenUnit).join(OrderLine).where(OrderLine.order_id == order.id, TakenUnit.id.in_(gone))).all()
    cancelled = sum(int(count) for _, count in db.session.execute(LineCancellation.units(order.id)))
    if len(taken) + cancelled < sum(line.quantity for line in order.lines):
        return []
    if not all(_undoes(unit) for unit in taken):
        return []
    return [MoneyLine(Kind.DELIVERY, cost, facts={"order": order.number})]


def _paid_units(order: Order) -> set[int]:
    paid = select(TakenUnit.id).join(OrderLine).where(OrderLine.order_id == order.id, TakenUnit.payout_id.is_not(None))
    return set(db.session.scalars(paid))


def _went_back(order: Order) -> bool:
    of_order = db.session.scalars(select(Payout).where(Payout.order_id == order.id))
    return any(line["kind"] == Kind.DELIVERY for payout in of_order for line in payout.lines)


def _undoes(unit: TakenUnit) -> bool:
    """Whether it goes back because the customer withdrew, or because the shop or the carrier did not do what was bought."""
    if unit.claim_line_id:
        return True
    item = db.session.get_one(ReturnItem, unit.return_item_id)
    return item.return_.is_withdrawal or item.fault is not Fault.CUSTOMER


def fault_of(claim: Claim) -> Fault:
    return Fault.CARRIER if claim.kind is ClaimKind.NOT_HERE else Fault.MERCHANT


def _item(one: ReturnItem) -> Item:
    need_not_come = one.is_instant or one.outcome is Outcome.KEEP
    payable = len(one.units) if need_not_come else min(one.accepted, len(one.units))
    goes_out = 0
    if one.outcome is Outcome.REPLACEMENT:
        payable = 0
    if one.outcome is Outcome.EXCHANGE:
        exchange = db.session.scalars(select(Exchange).where(Exchange.return_item_id == one.id)).one_or_none()
        goes_out = exchange.credit + exchange.difference if exchange else 0
        payable = payable if exchange and exchange.difference < 0 else 0
    return Item(one.id, one.line, one.units, payable, one.outcome, one.deduction, one.finding, goes_out)
