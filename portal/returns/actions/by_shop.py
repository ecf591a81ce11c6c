"""Where nobody knows what was paid for each line of an order, a person at the shop says what goes back, and why.

The return is locked (`locks.py`). docs/decisions/returns-money.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.actions.paying_out import ByShop, pay_out
from portal.returns.actions.reckoning import items_of
from portal.returns.actions.refunding import must_be_within, tell
from portal.returns.models import Payout, Return, ReturnItem
from portal.returns.money import Kind
from portal.returns.not_now import ChangedHere, NothingOwed, ReasonNeeded
from portal.returns.queries.paid import is_known, left_for
from portal.timeline import Actor


@dataclass(frozen=True)
class ToReckon:
    """An item that was accepted, and for which only a person can say what goes back."""

    item_id: int
    title: str
    units: int
    """For so many money goes back now."""
    order: str
    """Its number."""
    left: int
    """What of that order can still go back, in minor units of the return's currency."""
    seen: str
    """For how many money had gone back when the page was written."""


@dataclass(frozen=True)
class Said:
    """About one item."""

    amount: int
    why: str
    seen: str


def to_reckon(return_: Return) -> list[ToReckon]:
    found = []
    for item in items_of(return_):
        units = sum(unit.payout_id is None for unit in item.units[: item.payable])
        order = item.line.order
        if units and not is_known(order):
            paid = sum(unit.payout_id is not None for unit in item.units)
            found.append(ToReckon(item.id, item.line.title, units, order.number, left_for(order), str(paid)))
    return found


def refund_by_shop(return_: Return, said: Mapping[int, Said], *, is_lead: bool, by: Actor, at: datetime) -> list[Payout]:
    """What was said, by the items' ids, goes back like any refund; above the shop's limit only a lead may. Who presses twice is told the
    same; who says another amount than somebody else has just paid is told so.

    Raises NothingOwed, ReasonNeeded, ChangedHere, AskALead, and what `pay_out` raises.
    """
    if not said:
        raise NothingOwed
    items = {item.id: item for item in return_.items}
    waiting = {one.item_id: one for one in to_reckon(return_)}
    for item_id, one in said.items():
        if not one.why:
            raise ReasonNeeded
        if item_id not in waiting and one.amount != _paid_for(items[item_id]):
            raise ChangedHere
        if item_id in waiting and one.seen != waiting[item_id].seen:
            raise ChangedHere
    told = {item_id: ByShop(one.amount, one.why) for item_id, one in said.items()}
    known = {unit.payout_id for item in return_.items for unit in item.units}
    wanted = {item.id: item.payable for item in items_of(return_) if item.id in said}
    payouts = [payout for payout in pay_out(return_, wanted, by_shop=told, by=by, at=at) if payout.id not in known]
    must_be_within(payouts, is_lead=is_lead)
    tell(return_, at=at)
    return payouts


def _paid_for(item: ReturnItem) -> int | None:
    """What was said last; None if nothing was."""
    ids = [unit.payout_id for unit in item.units if unit.payout_id]
    rows = db.session.scalars(select(Payout.lines).where(Payout.id.in_(ids)).order_by(Payout.id.desc()).limit(1))
    of_it = [line["amount"] for lines in rows for line in lines if (line["kind"], line["item"]) == (Kind.BY_SHOP, item.id)]
    return of_it[0] if of_it else None
