"""What of a customer's orders can go back, line by line: in as many questions for ten thousand orders as for ten."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from portal.accounts.models import Address
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.returns.models import Claim, ClaimKind, ClaimLine, FlagKind, Return, ReturnItem, TakenUnit
from portal.returns.policy.eligibility import Verdict, judge
from portal.returns.policy.facts import LineFacts, Parcel
from portal.returns.policy.terms import Terms
from portal.returns.policy.windows import whole_since
from portal.returns.queries.came import Box, Came, came, first_boxes
from portal.returns.queries.policies import Policy, flags_of, policies

PAGE = 10
MISSED = ClaimKind.NOT_HERE, ClaimKind.MISSING
"""What such a claim is about has not come."""


@dataclass(frozen=True)
class ReturnableLine:
    id: int
    position: int
    title: str
    sku: str
    picture: str
    category: str
    quantity: int
    """How many were bought."""
    unit_amount: int
    paid: int
    """For all of them, with tax and after the discount, in minor units of the order's currency."""
    facts: LineFacts
    verdict: Verdict
    taken_by: tuple[str, ...]
    """The returns and claims that hold units of it, as the customer calls them."""

    @property
    def units(self) -> int:
        """How many can be chosen now."""
        return self.verdict.units if self.verdict.may_return else 0


@dataclass(frozen=True)
class ReturnableOrder:
    id: int
    number: str
    placed_at: datetime
    currency: str
    country: str
    """Where it went; where most parcels of the shop go, if that was not told."""
    policy_id: int | None
    """The version by which it is judged, for `ReturnItem.policy_id`."""
    terms: Terms
    flag: FlagKind | None
    lines: tuple[ReturnableLine, ...]

    @property
    def may_return(self) -> bool:
        return any(line.units for line in self.lines)

    def line(self, line_id: int) -> ReturnableLine | None:
        return next((line for line in self.lines if line.id == line_id), None)


def returnable(
    customer_id: int, *, order: str | None = None, older_than: str | None = None, size: int = PAGE, at: datetime
) -> list[ReturnableOrder]:
    """The newest orders of a customer, `size` at the most; those after the number `older_than`, if it is given. Or just one `order`.

    Empty if they have no such order. Inside a transaction that holds an order, what it says counts.
    """
    theirs = _orders().where(Order.customer_id == customer_id)
    if order is not None:
        return _judged(theirs.where(Order.number == order), at)
    if older_than is not None:
        last = select(Order.placed_at, Order.id).where(Order.customer_id == customer_id, Order.number == older_than)
        found = db.session.execute(last).one_or_none()
        if found is None:
            return []
        theirs = theirs.where(tuple_(Order.placed_at, Order.id) < tuple_(found.placed_at, found.id))
    return _judged(theirs.order_by(Order.placed_at.desc(), Order.id.desc()).limit(size), at)


def judged(order_ids: Sequence[int], *, at: datetime) -> dict[int, ReturnableOrder]:
    """These orders by their ids, whoever's they are: for whoever has found them through their owner, and for staff."""
    return {one.id: one for one in _judged(_orders().where(Order.id.in_(order_ids)), at)}


def _orders() -> Select[*tuple[Any, ...]]:
    columns = Order.id, Order.number, Order.placed_at, Order.currency, Order.customer_id, Order.tax_included, Address.country
    return select(*columns).outerjoin(Address, Address.id == Order.address_id)


def _judged(orders: Select[*tuple[Any, ...]], at: datetime) -> list[ReturnableOrder]:
    rows = db.session.execute(orders).all()
    ids = [row.id for row in rows]
    if not ids:
        return []
    lines = _lines(ids)
    known, flags = policies(), flags_of({row.customer_id for row in rows if row.customer_id is not None})
    boxes = first_boxes(ids)
    coming = came({*ids, *(box.order_id for box in boxes.values())})
    cancelled, taken = _cancelled(ids), _taken(ids)
    return [
        _order(row, lines[row.id], known.on(row.placed_at), flags.get(row.customer_id), _Known(coming, boxes, cancelled, taken), at)
        for row in rows
    ]


@dataclass(frozen=True)
class _Known:
    """Of all orders that are asked for."""

    parcels: dict[int, list[Came]]
    boxes: dict[int, Box]
    cancelled: dict[int, int]
    taken: dict[int, "_Taken"]


@dataclass
class _Taken:
    returned: int = 0
    missed: int = 0
    by: list[str] = field(default_factory=list)
    returns: set[int] = field(default_factory=set)


def _order(row: Any, lines: Sequence[Any], policy: Policy, flag: FlagKind | None, known: _Known, at: datetime) -> ReturnableOrder:
    country = row.country or shop().ships_to[0]
    parcels = _parcels(known.parcels.get(row.id, []), lines, known.cancelled)
    box = known.boxes.get(row.id)
    first_box = None
    if box and box.order_id != row.id:
        first = [one.parcel for one in known.parcels.get(box.order_id, [])]
        first_box = whole_since(first, box.placed_at, policy.terms, shop())
    returns = set[int]().union(*(known.taken[line.id].returns for line in lines))
    judged = []
    for line in lines:
        taken = known.taken[line.id]
        facts = LineFacts(
            sku=line.sku, category=line.category, country=country, quantity=line.quantity, placed_at=row.placed_at,
            parcels=parcels[line.id], cancelled=known.cancelled.get(line.id, 0), returned=taken.returned, missed=taken.missed,
            first_box=first_box, returns_of_order=len(returns), flag=flag,
        )  # fmt: skip
        paid = line.amount - line.discount + (0 if row.tax_included else line.tax)
        verdict = judge(facts, policy.terms, at=at, shop=shop())
        judged.append(
            ReturnableLine(
                line.id, line.position, line.title, line.sku, line.picture, line.category, line.quantity, line.unit_amount, paid, facts,
                verdict, tuple(taken.by),
            )
        )  # fmt: skip
    return ReturnableOrder(row.id, row.number, row.placed_at, row.currency, country, policy.id, policy.terms, flag, tuple(judged))


def _parcels(found: Sequence[Came], lines: Sequence[Any], cancelled: Mapping[int, int]) -> dict[int, tuple[Parcel, ...]]:
    """All parcels of an order, as each of its lines sees them; with what is still to be sent, if something is in none of them."""
    inside = {line.id: [one.units.get(line.id, 0) if one.units else line.quantity for one in found] for line in lines}
    left = {line.id: max(0, line.quantity - cancelled.get(line.id, 0) - sum(inside[line.id])) if found else 0 for line in lines}
    parcels = {line.id: [replace(one.parcel, units=units) for one, units in zip(found, inside[line.id], strict=True)] for line in lines}
    if any(left.values()):
        for line in lines:
            parcels[line.id].append(Parcel(units=left[line.id]))
    return {line_id: tuple(all_of_it) for line_id, all_of_it in parcels.items()}


def _lines(order_ids: Sequence[int]) -> dict[int, list[Any]]:
    columns = (
        OrderLine.order_id, OrderLine.id, OrderLine.position, OrderLine.title, OrderLine.sku, OrderLine.picture, OrderLine.category,
        OrderLine.quantity, OrderLine.unit_amount, OrderLine.amount, OrderLine.discount, OrderLine.tax,
    )  # fmt: skip
    lines: dict[int, list[Any]] = defaultdict(list)
    rows = select(*columns).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.order_id, OrderLine.position)
    for line in db.session.execute(rows):
        lines[line.order_id].append(line)
    return lines


def _cancelled(order_ids: Sequence[int]) -> dict[int, int]:
    units = select(LineCancellation.order_line_id, func.sum(LineCancellation.quantity)).join(OrderLine)
    rows = db.session.execute(units.where(OrderLine.order_id.in_(order_ids)).group_by(LineCancellation.order_line_id))
    return {line_id: int(number) for line_id, number in rows}


def _taken(order_ids: Sequence[int]) -> dict[int, _Taken]:
    units = (
        select(TakenUnit.order_line_id, Return.id.label("return_id"), Return.rma, Claim.reference, Claim.kind, func.count().label("units"))
        .join(OrderLine, OrderLine.id == TakenUnit.order_line_id)
        .outerjoin(ReturnItem, ReturnItem.id == TakenUnit.return_item_id)
        .outerjoin(Return, Return.id == ReturnItem.return_id)
        .outerjoin(ClaimLine, ClaimLine.id == TakenUnit.claim_line_id)
        .outerjoin(Claim, Claim.id == ClaimLine.claim_id)
        .where(OrderLine.order_id.in_(order_ids))
        .group_by(TakenUnit.order_line_id, Return.id, Return.rma, Claim.id, Claim.reference, Claim.kind)
        .order_by(Return.id, Claim.id)
    )
    found: dict[int, _Taken] = defaultdict(_Taken)
    for row in db.session.execute(units):
        taken = found[row.order_line_id]
        if row.kind in MISSED:
            taken.missed += row.units
        else:
            taken.returned += row.units
        if row.return_id is not None:
            taken.returns.add(row.return_id)
        if reference := row.rma or row.reference:
            taken.by.append(reference)
    return found
