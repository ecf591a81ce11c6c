"""Writes returns of a file down as what they are by now: closed returns of orders that we have."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from portal.kit import money as currencies
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.returns.files import ReadItem
from portal.returns.models import (
    Acceptance,
    Payout,
    PayoutKind,
    Reception,
    Return,
    ReturnItem,
    ReturnStatus,
    TakenUnit,
    Way,
    free_units,
    take_units,
)
from portal.returns.money import Kind, MoneyLine, Paid, as_json, worth


@dataclass
class Landed:
    new: int = 0
    """Rows."""
    same: int = 0
    """Rows of returns that are known."""
    left_out: list[tuple[ReadItem, str]] = field(default_factory=list)
    """With why."""
    told: list[tuple[ReadItem, str]] = field(default_factory=list)
    """What is to know of rows that landed."""

    def add(self, more: "Landed") -> None:
        self.new, self.same = self.new + more.new, self.same + more.same
        self.left_out += more.left_out
        self.told += more.told


@dataclass
class _Taken:
    row: ReadItem
    line: OrderLine
    units: list[TakenUnit]


def land(returns: Iterable[Sequence[ReadItem]]) -> Landed:
    """Each of them whole: all its rows that belong to orders we have. Called from an open transaction."""
    landed = Landed()
    for rows in returns:
        if known := db.session.scalars(select(Return).where(Return.rma == rows[0].number)).one_or_none():
            _compare(known, rows, landed)
            continue
        taken = [part for row in rows for part in _take(row, landed)]
        if taken:
            _write(rows[0].number, taken, landed)
    return landed


def _compare(known: Return, rows: Iterable[ReadItem], landed: Landed) -> None:
    there = {item.line.sku for item in known.items}
    for row in rows:
        if row.sku in there:
            landed.same += 1
        else:
            why = _why_not(row, list(db.session.scalars(_orders_of(row))))
            landed.left_out.append((row, why or "its return is known here without it"))


def _take(row: ReadItem, landed: Landed) -> list[_Taken]:
    """The units of that product that its customer bought last, before it came back, and that did not come back yet."""
    found = list(db.session.scalars(_orders_of(row)))
    if why := _why_not(row, found):
        landed.left_out.append((row, why))
        return []
    for order in found:
        free = free_units(order)
        lines = [line for line in order.lines if line.sku == row.sku and free[line.id]]
        if sum(len(free[line.id]) for line in lines) < row.quantity or order.placed_at >= row.returned_at:
            continue
        parts, left = [], row.quantity
        for line in lines:
            if quantity := min(left, len(free[line.id])):
                parts.append(_Taken(row, line, units := take_units(line.id, quantity, free[line.id])))
                db.session.add_all(units)
                left -= quantity
        db.session.flush()
        landed.new += 1
        return parts
    landed.left_out.append((row, "more than was bought and has not come back yet"))
    return []


def _orders_of(row: ReadItem) -> Select[Order]:
    """The newest first, locked: of two imports at once, the second sees what the first has taken."""
    whose = Order.number == row.order if row.order else Order.email == row.email
    bought = select(OrderLine.order_id).where(OrderLine.sku == row.sku).scalar_subquery()
    newest = select(Order).where(whose, Order.id.in_(bought) if row.email else Order.id.is_not(None))
    return newest.order_by(Order.placed_at.desc(), Order.id.desc()).options(selectinload(Order.lines)).with_for_update()


def _why_not(row: ReadItem, found: Sequence[Order]) -> str:
    if not found:
        return (
            f"order {row.order} is not known here" if row.order else "this customer has not bought that product in any order that is here"
        )
    if not any(line.sku == row.sku for order in found for line in order.lines):
        return f"nothing of {row.sku} is in order {row.order}"
    if all(order.placed_at >= row.returned_at for order in found):
        return "it was bought only after that"
    return ""


def _write(number: str, taken: Sequence[_Taken], landed: Landed) -> None:
    by_line: dict[int, list[_Taken]] = defaultdict(list)
    for part in taken:
        by_line[part.line.id].append(part)
    at, order = max(part.row.returned_at for part in taken), taken[0].line.order
    written = Return(
        rma=number, customer_id=order.customer_id, draft=f"import:{number}", currency=order.currency, started_at=at, submitted_at=at,
        decided_at=at, received_at=at, closed_at=at, status=ReturnStatus.CLOSED, way=Way.OWN,
        items=[_item(parts) for parts in by_line.values()],
    )  # fmt: skip
    db.session.add(written)
    db.session.flush()
    by_order: dict[int, list[_Taken]] = defaultdict(list)
    for part in taken:
        by_order[part.line.order_id].append(part)
    for order_id, parts in by_order.items():
        _write_money(written, order_id, parts, landed)


def _item(parts: Sequence[_Taken]) -> ReturnItem:
    quantity = sum(len(part.units) for part in parts)
    return ReturnItem(
        line=parts[0].line, quantity=quantity, received=quantity, accepted=quantity, reception=Reception.RECEIVED,
        acceptance=Acceptance.ACCEPTED, units=[unit for part in parts for unit in part.units],
    )  # fmt: skip


def _write_money(written: Return, order_id: int, parts: Sequence[_Taken], landed: Landed) -> None:
    """What went back, as the file says, and never more than was paid: the rest was no money for these units, and is told."""
    items = {item.order_line_id: item.id for item in written.items}
    lines: list[MoneyLine] = []
    for part in parts:
        line, units = part.line, [unit.number for unit in part.units]
        paid = worth(Paid(line.amount - line.discount, line.tax, line.quantity, line.order.tax_included), units).amount
        told = _minor(part, written.currency)
        if told is not None and told > paid:
            told_there, kept = (currencies.to_decimal(amount, written.currency) for amount in (told, paid))
            landed.told.append(
                (part.row, f"{told_there} {written.currency} is told to have gone back, but {kept} was paid: kept as {kept}")
            )
        amount = paid if told is None else min(told, paid)
        lines.append(MoneyLine(Kind.GOODS, amount, items[line.id], len(units)))
    amount, at = sum(line.amount for line in lines), written.closed_at or written.started_at
    payout = Payout(
        order_id=order_id, kind=PayoutKind.REFUND, amount=amount, currency=written.currency, lines=as_json(lines), decided_at=at,
        return_id=written.id, by_hand=amount, by_hand_done_at=at,
    )  # fmt: skip
    db.session.add(payout)
    db.session.flush()
    for part in parts:
        for unit in part.units:
            unit.payout_id = payout.id


def _minor(part: _Taken, currency: str) -> int | None:
    """Of what the file tells for a row, the share of these units."""
    if part.row.amount is None:
        return None
    share = part.row.amount * len(part.units) / part.row.quantity
    return int(share.scaleb(currencies.exponent(currency)).to_integral_value(rounding=ROUND_HALF_UP))
