"""Returns and claims, as the API shows them. Drafts are the customer's own."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from portal.api import shown
from portal.api.cursors import cursor_after, row_before
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.returns.models import Claim, ClaimLine, Payout, Return, ReturnItem, ReturnParcel, ReturnScan, ReturnStatus

OWN = [name for name in shown.Return.model_fields if name not in ("items", "payouts", "parcel")]
RETURNS = select(Return.id, *(getattr(Return, name) for name in OWN)).where(Return.status != ReturnStatus.DRAFT)
OF_CLAIM = [name for name in shown.Claim.model_fields if name not in ("order", "lines", "payouts")]
CLAIMS = select(Claim.id, Order.number.label("order"), *(getattr(Claim, name) for name in OF_CLAIM)).join(Order, Order.id == Claim.order_id)
LINE = OrderLine.position, OrderLine.sku, OrderLine.title


def returns(cursor: str | None, limit: int, *, order: str | None) -> shown.PageOf[shown.Return]:
    query = RETURNS.where(Return.id > row_before("returns", cursor))
    if order is not None:
        theirs = select(ReturnItem.return_id).join(OrderLine).join(Order).where(Order.number == order)
        query = query.where(Return.id.in_(theirs))
    heads = db.session.execute(query.order_by(Return.id).limit(limit + 1)).all()
    more = cursor_after("returns", heads[limit - 1].id) if len(heads) > limit else None
    return shown.PageOf[shown.Return](data=_returns(heads[:limit]), next_cursor=more)


def return_(rma: str) -> shown.Return | None:
    return next(iter(_returns(db.session.execute(RETURNS.where(Return.rma == rma)).all())), None)


def claims(cursor: str | None, limit: int, *, order: str | None) -> shown.PageOf[shown.Claim]:
    query = CLAIMS.where(Claim.id > row_before("claims", cursor))
    if order is not None:
        query = query.where(Order.number == order)
    heads = db.session.execute(query.order_by(Claim.id).limit(limit + 1)).all()
    more = cursor_after("claims", heads[limit - 1].id) if len(heads) > limit else None
    return shown.PageOf[shown.Claim](data=_claims(heads[:limit]), next_cursor=more)


def claim(reference: str) -> shown.Claim | None:
    return next(iter(_claims(db.session.execute(CLAIMS.where(Claim.reference == reference)).all())), None)


def _returns(heads: Sequence[Any]) -> tuple[shown.Return, ...]:
    ids = [head.id for head in heads]
    names = [name for name in shown.ReturnItem.model_fields if name not in ("order", "position", "sku", "title")]
    columns = Order.number.label("order"), *LINE, *(getattr(ReturnItem, name) for name in names)
    query = select(ReturnItem.return_id, *columns).join(OrderLine, OrderLine.id == ReturnItem.order_line_id).join(Order)
    items: dict[int, list[shown.ReturnItem]] = defaultdict(list)
    for row in db.session.execute(query.where(ReturnItem.return_id.in_(ids)).order_by(ReturnItem.id)).mappings():
        items[row["return_id"]].append(shown.ReturnItem(**{name: row[name] for name in shown.ReturnItem.model_fields}))
    payouts, parcels = _payouts(Payout.return_id.in_(ids)), _parcels(ids)
    return tuple(
        shown.Return(
            **{name: getattr(head, name) for name in OWN},
            items=tuple(items[head.id]),
            payouts=tuple(payouts[head.id, None]),
            parcel=parcels.get(head.id),
        )
        for head in heads
    )


def _parcels(return_ids: Sequence[int]) -> dict[int, shown.ReturnParcel]:
    """The newest of each return."""
    names = [name for name in shown.ReturnParcel.model_fields if name != "events"]
    newest = select(func.max(ReturnParcel.id)).where(ReturnParcel.return_id.in_(return_ids)).group_by(ReturnParcel.return_id)
    columns = ReturnParcel.id, ReturnParcel.return_id, *(getattr(ReturnParcel, name) for name in names)
    rows = db.session.execute(select(*columns).where(ReturnParcel.id.in_(newest))).all()
    of_event = tuple(shown.Event.model_fields)
    scans = select(ReturnScan.parcel_id, *(getattr(ReturnScan, name) for name in of_event))
    scans = scans.where(ReturnScan.parcel_id.in_([row.id for row in rows])).order_by(ReturnScan.happened_at, ReturnScan.id)
    events: dict[int, list[shown.Event]] = defaultdict(list)
    for parcel_id, *values in db.session.execute(scans):
        events[parcel_id].append(shown.Event(**dict(zip(of_event, values, strict=True))))
    return {row.return_id: shown.ReturnParcel(**{name: getattr(row, name) for name in names}, events=tuple(events[row.id])) for row in rows}


def _claims(heads: Sequence[Any]) -> tuple[shown.Claim, ...]:
    ids = [head.id for head in heads]
    query = select(ClaimLine.claim_id, *LINE, ClaimLine.quantity).join(OrderLine, OrderLine.id == ClaimLine.order_line_id)
    lines: dict[int, list[shown.ClaimLine]] = defaultdict(list)
    for row in db.session.execute(query.where(ClaimLine.claim_id.in_(ids)).order_by(OrderLine.position)).mappings():
        lines[row["claim_id"]].append(shown.ClaimLine(**{name: row[name] for name in shown.ClaimLine.model_fields}))
    payouts = _payouts(Payout.claim_id.in_(ids))
    return tuple(
        shown.Claim(
            **{name: getattr(head, name) for name in OF_CLAIM},
            order=head.order,
            lines=tuple(lines[head.id]),
            payouts=tuple(payouts[None, head.id]),
        )
        for head in heads
    )


def _payouts(which: ColumnElement[bool]) -> dict[tuple[int | None, int | None], list[shown.Payout]]:
    """By the ids of their return and of their claim, of which there is one."""
    names = [name for name in shown.Payout.model_fields if name != "order"]
    query = select(Payout.return_id, Payout.claim_id, Order.number.label("order"), *(getattr(Payout, name) for name in names)).join(Order)
    found: dict[tuple[int | None, int | None], list[shown.Payout]] = defaultdict(list)
    for row in db.session.execute(query.where(which).order_by(Payout.id)).mappings():
        found[row["return_id"], row["claim_id"]].append(shown.Payout(**{name: row[name] for name in shown.Payout.model_fields}))
    return found
