"""What the page of one return shows."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.photos import queries as photos
from portal.photos.queries import ShownPhoto
from portal.returns.models import Acceptance, Outcome, Payout, PayoutKind, Reception, Return, ReturnItem, ReturnStatus, Way
from portal.returns.models.return_ import GIVEN_UP, WAITING
from portal.returns.policy.outcomes import Review
from portal.returns.policy.steps import Progress


@dataclass(frozen=True)
class ShownItem:
    id: int
    order: str
    """Its order's number."""
    line_id: int
    title: str
    picture: str
    quantity: int
    reason: str
    detail: str
    answer: str
    outcome: Outcome
    is_instant: bool
    reception: Reception
    acceptance: Acceptance
    received: int
    accepted: int
    deduction: int
    finding: str
    finding_note: str
    objection: str
    objected_at: datetime | None
    photos: tuple[ShownPhoto, ...] = ()
    """Of those who looked at it."""

    @property
    def may_be_objected_to(self) -> bool:
        """Something was rejected or kept back, and the customer has not said anything against it yet."""
        return self.objected_at is None and (self.acceptance is Acceptance.REJECTED or bool(self.deduction))


@dataclass(frozen=True)
class ShownPayout:
    id: int
    kind: PayoutKind
    amount: int
    bonus: int
    decided_at: datetime
    by_hand: int
    by_hand_done_at: datetime | None


@dataclass(frozen=True)
class ShownReturn:
    id: int
    rma: str
    currency: str
    status: ReturnStatus
    is_withdrawal: bool
    way: Way | None
    words: str
    estimate: list[dict[str, Any]] | None
    submitted_at: datetime
    decided_at: datetime | None
    send_by: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    decline_reason: str
    note_to_customer: str
    review: list[str]
    began_by: str | None
    """Who of the shop began it for the customer; None if nobody did."""
    items: tuple[ShownItem, ...] = ()
    payouts: tuple[ShownPayout, ...] = ()
    photos: tuple[ShownPhoto, ...] = ()
    """The customer's own."""

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def is_exception(self) -> bool:
        """Whether the shop took it back against its rules."""
        return Review.EXCEPTION in self.review

    @property
    def is_given_up(self) -> bool:
        return self.status in GIVEN_UP

    @property
    def may_be_canceled(self) -> bool:
        return (self.is_waiting or self.status is ReturnStatus.APPROVED) and not (self.sent_at or self.received_at or self.payouts)

    @property
    def goods_come(self) -> bool:
        return self.way is not Way.NONE and any(item.reception is not Reception.KEPT for item in self.items)

    @property
    def orders(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.order for item in self.items))

    @property
    def progress(self) -> Progress:
        outcomes = {item.outcome for item in self.items}
        issued_at = max((payout.decided_at for payout in self.payouts), default=None)
        to_bank = Outcome.REFUND in outcomes or Outcome.KEEP in outcomes
        return Progress(
            status=self.status,
            submitted_at=self.submitted_at,
            goods_come=self.goods_come,
            money_goes=bool(self.payouts or outcomes - {Outcome.EXCHANGE, Outcome.REPLACEMENT}),
            to_bank=to_bank,
            decided_at=self.decided_at,
            send_by=self.send_by,
            sent_at=self.sent_at,
            received_at=self.received_at,
            issued_at=issued_at,
            credited_at=None if to_bank else issued_at,
            closed_at=self.closed_at,
        )


@dataclass(frozen=True)
class ReturnHead:
    """A return in a list."""

    rma: str
    status: ReturnStatus
    submitted_at: datetime
    send_by: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    paid: int | None
    """What went back for it so far; None while nothing did."""
    title: str
    picture: str
    units: int
    lines: int


PAID = select(func.sum(Payout.amount)).where(Payout.return_id == Return.id, Payout.instead_of_id.is_(None)).scalar_subquery().label("paid")
"""Of a return: what went back for it so far, whichever way. NULL while nothing did."""
HEAD = "id", "rma", "currency", "status", "is_withdrawal", "way", "words", "estimate", "submitted_at", "decided_at", "send_by", "sent_at"
TAIL = "received_at", "closed_at", "decline_reason", "note_to_customer", "review"
OF_ITEM = (
    "quantity", "reason", "detail", "answer", "outcome", "is_instant", "reception", "acceptance", "received", "accepted", "deduction",
    "finding", "finding_note", "objection", "objected_at",
)  # fmt: skip


def passport(customer_id: int, rma: str) -> ShownReturn | None:
    """One that was submitted. None if the customer has no such return."""
    columns = [getattr(Return, name) for name in (*HEAD, *TAIL)]
    began = select(*columns, Staff.name.label("began_by")).outerjoin(Staff, Staff.id == Return.staff_id)
    mine = began.where(Return.customer_id == customer_id, Return.rma == rma, Return.status != ReturnStatus.DRAFT)
    row = db.session.execute(mine).one_or_none()
    if row is None:
        return None
    found = ShownReturn(**row._mapping)
    return replace(found, items=items_of(found.id), payouts=_payouts(found.id), photos=photos_of(found.id))


def items_of(return_id: int) -> tuple[ShownItem, ...]:
    what = ReturnItem.id, Order.number.label("order"), OrderLine.id.label("line_id"), OrderLine.title, OrderLine.picture
    rows = select(*what, *(getattr(ReturnItem, name) for name in OF_ITEM)).join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
    rows = rows.join(Order, Order.id == OrderLine.order_id).where(ReturnItem.return_id == return_id).order_by(ReturnItem.id)
    items = [ShownItem(**row._mapping) for row in db.session.execute(rows)]
    seen = photos.attached(ReturnItem.__tablename__, [item.id for item in items])
    return tuple(replace(item, photos=tuple(seen.get(item.id, ()))) for item in items)


def photos_of(return_id: int) -> tuple[ShownPhoto, ...]:
    return tuple(photos.attached(Return.__tablename__, [return_id]).get(return_id, ()))


def _payouts(return_id: int) -> tuple[ShownPayout, ...]:
    columns = Payout.id, Payout.kind, Payout.amount, Payout.bonus, Payout.decided_at, Payout.by_hand, Payout.by_hand_done_at
    rows = select(*columns).where(Payout.return_id == return_id).order_by(Payout.id)
    return tuple(ShownPayout(*row) for row in db.session.execute(rows))


def open_returns(customer_id: int, limit: int) -> list[ReturnHead]:
    """Those that are not over, the newest first."""
    return _heads(Return.customer_id == customer_id, Return.status.in_([*WAITING, ReturnStatus.APPROVED]), limit=limit)


def older_returns(customer_id: int, limit: int, older_than: str | None = None) -> tuple[list[ReturnHead], bool] | None:
    """Those that are over, the newest first, and whether there are more. None if the customer has no return `older_than`."""
    theirs = [Return.customer_id == customer_id, Return.status.in_([ReturnStatus.CLOSED, *GIVEN_UP])]
    if older_than is not None:
        mine = select(Return.id).where(Return.customer_id == customer_id, Return.rma == older_than)
        last = db.session.scalar(mine)
        if last is None:
            return None
        theirs.append(Return.id < last)
    found = _heads(*theirs, limit=limit + 1)
    return found[:limit], len(found) > limit


def returns_about(customer_id: int, number: str) -> list[ReturnHead]:
    """Those with something of this order, the newest first."""
    of_order = select(ReturnItem.return_id).join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
    of_order = of_order.join(Order, Order.id == OrderLine.order_id).where(Order.number == number, Order.customer_id == customer_id)
    return _heads(Return.customer_id == customer_id, Return.status != ReturnStatus.DRAFT, Return.id.in_(of_order), limit=20)


def _heads(*conditions: ColumnElement[bool], limit: int) -> list[ReturnHead]:
    columns = (
        Return.id,
        Return.rma,
        Return.status,
        Return.submitted_at,
        Return.send_by,
        Return.sent_at,
        Return.received_at,
        Return.closed_at,
        PAID,
    )
    rows = db.session.execute(select(*columns).where(*conditions).order_by(Return.id.desc()).limit(limit)).all()
    if not rows:
        return []
    inside: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    items = select(ReturnItem.return_id, OrderLine.title, OrderLine.picture, ReturnItem.quantity)
    items = items.join(OrderLine, OrderLine.id == ReturnItem.order_line_id).where(ReturnItem.return_id.in_([row.id for row in rows]))
    for return_id, title, picture, quantity in db.session.execute(items.order_by(ReturnItem.id)):
        inside[return_id].append((title, picture, quantity))
    return [_head(row, inside[row.id]) for row in rows]


def _head(row: Any, items: list[tuple[str, str, int]]) -> ReturnHead:
    title, picture, _ = items[0] if items else ("", "", 0)
    dates = row.submitted_at, row.send_by, row.sent_at, row.received_at, row.closed_at
    paid = None if row.paid is None else int(row.paid)
    return ReturnHead(row.rma, row.status, *dates, paid, title, picture, sum(units for *_, units in items), len(items))
