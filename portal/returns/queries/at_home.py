"""What the first screen shows of returns: what is owed for those under way, and whether anything can go back. In a question, or two."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, select

from portal.accounts.models import Address
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import LineCancellation, Order, OrderLine, Shipment
from portal.returns import money
from portal.returns.models import PolicyVersion, Return, ReturnStatus, TakenUnit
from portal.returns.models.return_ import WAITING
from portal.returns.policy.eligibility import judge
from portal.returns.policy.facts import LineFacts, Parcel
from portal.returns.policy.standard import STANDARD
from portal.returns.policy.terms import read
from portal.returns.queries.passport import PAID

LATELY = timedelta(days=400)
"""Longer than any shop lets things go back. What was bought before that is looked for from its order."""
AT_ONCE = 25
"""Lines that are fetched together, until one is found that can go back."""
SHOWN = 3
OPEN = (*WAITING, ReturnStatus.APPROVED)
TOLD = "rma", "status", "currency", "submitted_at", "send_by", "sent_at", "received_at", "closed_at"


@dataclass(frozen=True)
class OpenReturn:
    rma: str
    status: ReturnStatus
    currency: str
    submitted_at: datetime
    send_by: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    paid: int | None
    """What went back for it so far, in minor units of `currency`; None while nothing did."""
    promised: int

    @property
    def owed(self) -> int:
        return self.promised if self.paid is None else self.paid


@dataclass(frozen=True)
class AtHome:
    open: tuple[OpenReturn, ...] = ()
    how_many: int = 0
    may_send: bool = False
    """Whether anything can go back, as far as one question tells; the page itself tells it exactly."""


HOW_MANY_OPEN: ScalarSelect[int] = (
    select(func.count()).where(Return.customer_id == bindparam("customer_id"), Return.status.in_(OPEN)).scalar_subquery()
)
"""For `orders.lately`, which is asked anyway."""


def at_home(customer_id: int, how_many: int, newest: Sequence[datetime], *, looked_at: int, at: datetime) -> AtHome:
    """`how_many` are open; `newest` is when the newest `looked_at` orders were placed. Where none has come yet, nothing is asked."""
    today = at.astimezone(shop().zone).date()
    may_be_there = len(newest) >= looked_at or any(shop().arrival_after(placed_at) <= today for placed_at in newest)
    may_send = may_be_there and max(newest) > at - LATELY and _may_send(customer_id, at)
    return AtHome(_open(customer_id) if how_many else (), how_many, may_send)


def _open(customer_id: int) -> tuple[OpenReturn, ...]:
    columns = [getattr(Return, name) for name in TOLD]
    theirs = select(*columns, Return.estimate, PAID).where(Return.customer_id == customer_id, Return.status.in_(OPEN))
    rows = db.session.execute(theirs.order_by(Return.id.desc()).limit(SHOWN))
    return tuple(
        OpenReturn(
            **{name: getattr(row, name) for name in TOLD},
            paid=None if row.paid is None else int(row.paid),
            promised=money.total(money.from_json(row.estimate or [])),
        )
        for row in rows
    )


def _may_send(customer_id: int, at: datetime) -> bool:
    with closing(db.session.execute(_lines(customer_id, at - LATELY), execution_options={"yield_per": AT_ONCE})) as lines:
        return any(_may_go_back(row, at) for row in lines)


def _lines(customer_id: int, placed_since: datetime) -> Any:
    """Of which something is free, the newest first."""
    parcels = select(func.max(Shipment.delivered_at)).where(Shipment.order_id == Order.id).scalar_subquery()
    left = select(func.max(Shipment.shipped_at)).where(Shipment.order_id == Order.id).scalar_subquery()
    followed = select(func.count()).where(Shipment.order_id == Order.id, Shipment.status_at.is_not(None)).scalar_subquery()
    there = select(func.count()).where(Shipment.order_id == Order.id).scalar_subquery()
    taken = select(func.count()).where(TakenUnit.order_line_id == OrderLine.id).scalar_subquery()
    cancelled = (
        select(func.coalesce(func.sum(LineCancellation.quantity), 0))
        .where(LineCancellation.order_line_id == OrderLine.id)
        .scalar_subquery()
    )
    body = (
        select(PolicyVersion.body)
        .where(PolicyVersion.applies_from <= Order.placed_at)
        .order_by(PolicyVersion.applies_from.desc())
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
    )
    columns = (
        Order.placed_at, Address.country, OrderLine.sku, OrderLine.category, OrderLine.quantity, parcels.label("delivered_at"),
        left.label("shipped_at"), followed.label("followed"), there.label("parcels"), taken.label("taken"), cancelled.label("cancelled"),
        body.label("body"),
    )  # fmt: skip
    lines = select(*columns).join(Order, Order.id == OrderLine.order_id).outerjoin(Address, Address.id == Order.address_id)
    theirs = lines.where(Order.customer_id == customer_id, Order.placed_at >= placed_since, OrderLine.quantity > taken + cancelled)
    return theirs.order_by(Order.placed_at.desc(), Order.id.desc(), OrderLine.position)


def _may_go_back(row: Any, at: datetime) -> bool:
    parcel = Parcel(row.quantity, row.delivered_at, row.shipped_at, is_followed=bool(row.followed))
    facts = LineFacts(
        sku=row.sku, category=row.category, country=row.country or shop().ships_to[0], quantity=row.quantity, placed_at=row.placed_at,
        parcels=(parcel,) if row.parcels else (), cancelled=row.cancelled, returned=row.taken,
    )  # fmt: skip
    return judge(facts, read(row.body) if row.body else STANDARD, at=at, shop=shop()).may_return
