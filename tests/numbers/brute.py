"""The same figures reckoned once more, by another hand: all rows in memory, one loop for each figure, and no SQL but a plain select."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.billing.models import Attempt, BillingAccount, Invoice, Refund
from portal.kit.db import Model, db
from portal.kit.shop import Shop
from portal.orders.models import ExpectedDate, LineCancellation, Order, OrderLine, Shipment
from portal.returns.models import Payout, Return, ReturnItem
from portal.subscriptions.models import Cancellation, Offered, Subscription
from portal.timeline import Entry

ZONE = ZoneInfo("Europe/Berlin")
Row = TypeVar("Row", bound=Model)
Counted = Counter[tuple[date, str, str, str]]


def reckoned(shop: Shop) -> Counted:
    """By the day, the figure, the key and the detail."""
    found: Counted = Counter()
    for box in _all(Subscription):
        if not box.status.startswith("incomplete"):
            found[_day(box.started_at), "started", "", ""] += 1
            if box.ended_at:
                found[_day(box.ended_at), "ended", "", ""] += 1
    for asked in _all(Cancellation):
        kept = "left" if asked.taken_back_at is None else "stayed"
        found[_day(asked.asked_at), "cancelled", kept, ""] += 1
        for why in asked.reasons if asked.reasons else [""]:
            found[_day(asked.asked_at), "reason", why, kept] += 1
    _add_offers(found)
    _add_goods(found)
    _add_refunds(found, shop)
    _add_customers(found)
    for invoice in _all(Invoice):
        no = sorted((one.tried_at, one.id) for one in _all(Attempt) if one.invoice_id == invoice.id and one.result.value == "refused")
        if no:
            became = "paid" if invoice.status == "paid" else "open" if invoice.status == "open" else "lost"
            found[_day(no[0][0]), "failed", became, ""] += 1
    days = sorted(_all(ExpectedDate), key=lambda one: one.id)
    for parcel in _all(Shipment):
        told = next((one.expected_on for one in days if one.shipment_id == parcel.id), parcel.expected_on)
        if parcel.delivered_at is not None and told is not None:
            found[_day(parcel.delivered_at), "parcel", parcel.carrier, "late" if _day(parcel.delivered_at) > told else "on time"] += 1
    return +found


def _add_offers(found: Counted) -> None:
    entries = {one.id: one for one in _all(Entry)}
    for one in _all(Offered):
        became = "passed" if one.opened is None else "opened"
        if one.entry_id:
            entry = entries[one.entry_id]
            became = "taken" if entry.undone_at is None and entry.refused_at is None else "undone"
        found[_day(one.shown_at), "offer why", one.reason, became] += 1
        for kind in one.kinds:
            found[_day(one.shown_at), "offer", kind, became if kind == one.opened else "passed"] += 1


def _add_goods(found: Counted) -> None:
    orders = {one.id: one for one in _all(Order)}
    lines = {one.id: one for one in _all(OrderLine) if orders[one.order_id].source not in ("exchange", "replacement")}
    fewer: Counter[int] = Counter()
    for one in _all(LineCancellation):
        fewer[one.order_line_id] += one.quantity
    for line in lines.values():
        day, units = _day(orders[line.order_id].placed_at), line.quantity - fewer[line.id]
        found[day, "units", "", ""] += units
        found[day, "product", line.sku, ""] += units
    returns = {one.id: one for one in _all(Return)}
    for item in _all(ReturnItem):
        if returns[item.return_id].status.value in ("requested", "needs_review", "approved", "closed") and item.order_line_id in lines:
            line = lines[item.order_line_id]
            day, units = _day(orders[line.order_id].placed_at), item.quantity - item.missing
            why = ":withdrawal" if returns[item.return_id].is_withdrawal and not item.reason else item.reason
            found[day, "returned", why, ""] += units
            found[day, "product returned", line.sku, why] += units


def _add_refunds(found: Counted, shop: Shop) -> None:
    for return_ in _all(Return):
        payouts = sorted((one for one in _all(Payout) if one.return_id == return_.id), key=lambda one: one.id)
        if not payouts or return_.draft.startswith("import:"):
            continue
        at = payouts[0].decided_at
        for since, figure in (return_.received_at, "refund"), (return_.submitted_at, "refund asked"):
            if since and since <= at:
                hours = int((at - since).total_seconds() // 3600)
                found[_day(at), figure, "", str(hours)] += 1
        if return_.received_at and return_.received_at <= at:
            kept = _day(at) <= _promised(return_.received_at, shop)
            days = (_day(at) - _day(return_.received_at)).days
            found[_day(at), "promise", "kept" if kept else "missed", str(days)] += 1


def _promised(came_at: datetime, shop: Shop) -> date:
    """One working day later; what comes after closing, or on a day off, counts from the next working day."""

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in shop.holidays

    local = came_at.astimezone(ZONE)
    day = local.date()
    if not works(day) or local.hour >= 17:
        day += timedelta(days=1)
        while not works(day):
            day += timedelta(days=1)
    day += timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def _add_customers(found: Counted) -> None:
    orders: dict[int, list[Order]] = {}
    for order in sorted(_all(Order), key=lambda one: (one.placed_at, one.id)):
        if order.customer_id and order.source not in ("exchange", "replacement"):
            orders.setdefault(order.customer_id, []).append(order)
    for theirs in orders.values():
        first = _day(theirs[0].placed_at)
        again = len(theirs) > 1 and (_day(theirs[1].placed_at) - first).days <= 90
        found[first + timedelta(days=90), "repeat", "again" if again else "once", ""] += 1
    owners = {one.id: one.customer_id for one in _all(BillingAccount)}
    known = set()
    for invoice in sorted(_all(Invoice), key=lambda one: (one.written_at, one.id)):
        if invoice.paid:
            day, payer = _day(invoice.written_at), (owners[invoice.account_id], invoice.currency)
            found[day, "paid", invoice.currency, ""] += invoice.paid
            if payer not in known:
                found[day, "payers", invoice.currency, ""] += 1
            known.add(payer)
    for refund in _all(Refund):
        if refund.refusal == "" and refund.status not in ("failed", "canceled"):
            found[_day(refund.asked_at), "refunded", refund.currency, ""] += refund.amount


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _all(model: type[Row]) -> list[Row]:
    return list(db.session.scalars(select(model)))
