"""What the first screen shows of returns: what is owed for those under way, and whether anything can go back. In a question, or two."""

from collections.abc import Sequence
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

NEWEST = 5
"""So many orders are looked at."""
LINES = 60
LATELY = timedelta(days=90)
"""What was bought before that is looked for from its order."""
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
    """Whether something of the newest orders can go back, as far as one question tells; the page itself tells it exactly."""


HOW_MANY_OPEN: ScalarSelect[int] = (
    select(func.count()).where(Return.customer_id == bindparam("customer_id"), Return.status.in_(OPEN)).scalar_subquery()
)
"""For `orders.lately`, which is asked anyway."""


def at_home(customer_id: int, how_many: int, newest: Sequence[datetime], *, at: datetime) -> AtHome:
    """`how_many` are open; `newest` is when the newest orders were placed. With none open and nothing new, nothing is asked."""
    zone = shop().zone
    today = at.astimezone(zone).date()
    came = [placed_at for placed_at in newest if shop().arrival_after(placed_at) <= today and at - placed_at < LATELY]
    may_send = any(_may_go_back(row, at) for row in db.session.execute(_lines(customer_id))) if came else False
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


def _lines(customer_id: int) -> Any:
    newest = select(Order.id).where(Order.customer_id == customer_id).order_by(Order.placed_at.desc(), Order.id.desc()).limit(NEWEST)
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
    return lines.where(OrderLine.order_id.in_(newest)).order_by(OrderLine.order_id.desc(), OrderLine.position).limit(LINES)


def _may_go_back(row: Any, at: datetime) -> bool:
    parcel = Parcel(row.quantity, row.delivered_at, row.shipped_at, is_followed=bool(row.followed))
    facts = LineFacts(
        sku=row.sku, category=row.category, country=row.country or shop().ships_to[0], quantity=row.quantity, placed_at=row.placed_at,
        parcels=(parcel,) if row.parcels else (), cancelled=row.cancelled, returned=row.taken,
    )  # fmt: skip
    return judge(facts, read(row.body) if row.body else STANDARD, at=at, shop=shop()).may_return
