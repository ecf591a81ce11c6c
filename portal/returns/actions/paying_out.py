"""Money goes back for a return or a claim: once for each unit, whoever asks, how often, and at the same moment.

Called from an open transaction, which has to be the first to lock anything: it locks the orders by their ids, then the return or the claim,
then the billing accounts. docs/decisions/returns-money.md
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from portal import timeline
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.returns import money
from portal.returns.actions.carrying_out import carry_out, hold_payments
from portal.returns.actions.reckoning import Item, back, delivery_for, items_of, label_for, part_of, terms_of
from portal.returns.emails import money as emails
from portal.returns.models import Claim, ClaimLine, Payout, PayoutKind, Return, ReturnItem, ReturnStatus, TakenUnit
from portal.returns.money import MoneyLine
from portal.returns.not_paid import MoreThanIsLeft, NotAccepted, NotKnownWhatWasPaid, NotToBePaidNow
from portal.returns.queries.paid import is_known, left_for
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor

BY_HAND = timedelta(days=2)
"""So soon does the shop give money back by hand."""
TASK = "return money"
PAID_OUT, GIVEN_BY_HAND = "paid out", "given by hand"
"""What stands in the history."""


@dataclass(frozen=True)
class ByShop:
    """What a person at the shop says goes back for one item, all in all."""

    amount: int
    """In minor units of the order's currency."""
    why: str
    """For the customer."""


@dataclass(frozen=True)
class Due:
    """Of one item, the units for which money goes back now."""

    item: Item
    units: list[TakenUnit]
    by_shop: ByShop | None

    @property
    def numbers(self) -> list[int]:
        return [unit.number for unit in self.units]


def pay_out(
    return_: Return,
    units: Mapping[int, int] | None = None,
    kind: PayoutKind | None = None,
    *,
    by_shop: Mapping[int, ByShop] | None = None,
    by: Actor,
    at: datetime,
) -> list[Payout]:
    """Give the money back for what was accepted, or need not be waited for.

    `units` says, by the item's id, for how many of it the money shall have gone back in all; what is not named is left alone. Without it,
    for all that is due. `kind` is how, instead of what the customer chose. `by_shop` are amounts of items whose order does not say what was
    paid for each line; without one, they are left alone. Answers the payouts of these items: who asks twice, or at the same moment, gets
    the same ones. Raises NotToBePaidNow, NotAccepted, NotKnownWhatWasPaid where nothing else is due, MoreThanIsLeft.
    """
    db.session.flush()
    orders = hold_orders(item.line for item in return_.items)
    units_of = selectinload(Return.items).selectinload(ReturnItem.units)
    _fresh(select(Return).where(Return.id == return_.id).options(units_of))
    if return_.status is not ReturnStatus.APPROVED:
        raise NotToBePaidNow
    return _pay(return_, orders, items_of(return_), units, kind, by_shop or {}, by=by, at=at)


def pay_out_claim(
    claim: Claim,
    units: Mapping[int, int] | None = None,
    kind: PayoutKind = PayoutKind.REFUND,
    *,
    by_shop: Mapping[int, ByShop] | None = None,
    by: Actor,
    at: datetime,
) -> list[Payout]:
    """The same for a claim; `units` and `by_shop` are by the id of its line. No fees. Raises the same."""
    db.session.flush()
    order = db.session.get_one(Order, claim.order_id, with_for_update=True)
    _fresh(select(Claim).where(Claim.id == claim.id).options(selectinload(Claim.lines).selectinload(ClaimLine.units)))
    if claim.status in ("denied", "canceled"):
        raise NotToBePaidNow
    return _pay(claim, {order.id: order}, items_of(claim), units, kind, by_shop or {}, by=by, at=at)


def done_by_hand(payout: Payout, *, by: Actor, at: datetime) -> bool:
    """Somebody at the shop has given it back. Whether that is news."""
    db.session.refresh(payout, with_for_update=True)
    if payout.by_hand_done_at or not payout.by_hand:
        return False
    facts = {"payout": payout.id, "amount": payout.by_hand, "currency": payout.currency}
    payout.by_hand_done_at = at
    timeline.note(subject_of(payout), GIVEN_BY_HAND, by=by, at=at, facts=facts)
    finish_tasks(TASK, payout, at=at)
    emails.send_given_by_hand(payout, subject_of(payout), at=at)
    return True


def subject_of(payout: Payout) -> Return | Claim:
    return db.session.get_one(Return, payout.return_id) if payout.return_id else db.session.get_one(Claim, payout.claim_id)


def hold_orders(lines: Iterable[OrderLine]) -> dict[int, Order]:
    """The orders, locked one after the other."""
    ids = sorted({line.order_id for line in lines})
    return {order_id: db.session.get_one(Order, order_id, with_for_update=True) for order_id in ids}


def _fresh(whole: Select[Any]) -> None:
    """As it stands once everybody before us is done: what was read before the lock may be what somebody has paid meanwhile."""
    db.session.scalars(whole.with_for_update().execution_options(populate_existing=True)).one()


def _pay(
    subject: Return | Claim,
    orders: Mapping[int, Order],
    items: list[Item],
    units: Mapping[int, int] | None,
    kind: PayoutKind | None,
    by_shop: Mapping[int, ByShop],
    *,
    by: Actor,
    at: datetime,
) -> list[Payout]:
    hold_payments(orders.values(), subject.customer_id)
    asked = [item for item in items if units is None or item.id in units]
    groups: dict[tuple[int, PayoutKind], list[Due]] = {}
    not_known = False
    for item in asked:
        wanted = item.payable if units is None else units[item.id]
        if wanted > item.payable:
            raise NotAccepted
        if not (new := [unit for unit in item.units[:wanted] if unit.payout_id is None]):
            continue
        if item.id in by_shop or is_known(orders[item.line.order_id]):
            groups.setdefault((item.line.order_id, kind or item.kind), []).append(Due(item, new, by_shop.get(item.id)))
        else:
            not_known = True
    if not_known and not groups:
        raise NotKnownWhatWasPaid
    for (order_id, how), due in sorted(groups.items()):
        _decide(subject, orders[order_id], how, due, by=by, at=at)
    paid_by = sorted({unit.payout_id for item in asked for unit in item.units if unit.payout_id})
    return [db.session.get_one(Payout, payout_id) for payout_id in paid_by]


def _decide(subject: Return | Claim, order: Order, kind: PayoutKind, due: list[Due], *, by: Actor, at: datetime) -> Payout:
    lines = _lines(subject, order, kind, due)
    amount, bonus = money.total(lines), money.bonus(lines)
    return_id, claim_id = (subject.id, None) if isinstance(subject, Return) else (None, subject.id)
    payout = Payout(
        order_id=order.id, kind=kind, amount=amount, currency=order.currency, lines=money.as_json(lines), decided_at=at, bonus=bonus,
        staff_id=by.staff_id, return_id=return_id, claim_id=claim_id,
    )  # fmt: skip
    db.session.add(payout)
    db.session.flush()
    for one in due:
        for unit in one.units:
            unit.payout_id = payout.id
    facts = {"payout": payout.id, "order": order.number, "amount": amount, "currency": order.currency, "kind": str(kind)}
    timeline.note(subject, PAID_OUT, by=by, at=at, facts=facts)
    payout.by_hand = carry_out(payout, order, subject, in_proportion=_in_proportion(subject), by=by, at=at)
    ask_for_hands(payout, order, subject, at=at)
    return payout


def ask_for_hands(payout: Payout, order: Order, subject: Return | Claim, *, at: datetime) -> None:
    """Where somebody at the shop has to give it: they get a task, and the customer hears by when."""
    if payout.by_hand:
        told, due_at = {"order": order.number, "amount": payout.by_hand, "currency": order.currency}, at + BY_HAND
        open_task(TASK, payout, key=f"{TASK}:{payout.id}", customer_id=subject.customer_id, due_at=due_at, at=at, facts=told)
        emails.send_by_hand(payout, subject, by=due_at, at=at)


def _in_proportion(subject: Return | Claim) -> bool:
    """Whether the shop gives back to all means of payment at once, instead of credit first."""
    return isinstance(subject, Return) and all(terms_of(item).tenders == "pro rata" for item in subject.items)


def _lines(subject: Return | Claim, order: Order, kind: PayoutKind, due: list[Due]) -> tuple[MoneyLine, ...]:
    if not is_known(order):
        return _by_shop(order, kind, due)
    parts = [part_of(one.item, one.numbers, kind) for one in due]
    new = [unit for one in due for unit in back(one.item, one.numbers)]
    lines = money.reckon(parts, label=label_for(subject), delivery=delivery_for(order, new))
    return money.limited(lines, left_for(order))


def _by_shop(order: Order, kind: PayoutKind, due: list[Due]) -> tuple[MoneyLine, ...]:
    said = [(part_of(one.item, one.numbers, kind), one.by_shop) for one in due if one.by_shop]
    lines = [line for part, told in said for line in money.by_shop(part, told.amount, told.why)]
    left = left_for(order)
    if money.total(lines) - money.bonus(lines) > left:
        raise MoreThanIsLeft(order.number, left, order.currency)
    return tuple(lines)
