"""What follows from a decision about a return, from a payment for it, and from its parcel: each in a job of its own, once."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal import outbox, timeline
from portal.billing import on_page_closed
from portal.billing.models import PagePayment
from portal.kit.clock import now
from portal.kit.db import db
from portal.orders.models import Order, Shipment
from portal.returns.actions import exchanging
from portal.returns.actions.differences import give_back_what_was_paid, learn_what_was_paid
from portal.returns.actions.holding import hold_what_comes_first, let_go
from portal.returns.locks import hold_return
from portal.returns.models import Exchange, ExchangeStatus, Return, ReturnItem, ReturnStatus
from portal.timeline import SCHEDULE, Entry

GO_ON, HOLD, LET_GO = "go on with an exchange", "hold a box for an exchange", "let a held box go"
COMING = (ExchangeStatus.REQUESTED, ExchangeStatus.AWAITING_PAYMENT, ExchangeStatus.APPROVED)
OURS = ("exchange awaits payment", "exchange called off")
"""Deeds of the job itself: nothing follows from them."""


@timeline.on_entry
def hear(entry: Entry) -> None:
    table, _, number = entry.subject.partition(":")
    if entry.deed == "exchange called off":
        outbox.want_task(LET_GO, {"exchange": entry.facts["exchange"]}, at=entry.at, key=f"{LET_GO}:{entry.facts['exchange']}")
    elif table == Return.__tablename__ and entry.deed not in OURS and _has_exchange(int(number)):
        outbox.want_task(GO_ON, {"return": int(number)}, at=entry.at)
    elif table == Order.__tablename__ and entry.deed in ("exchange ordered", "replacement ordered"):
        for exchange_id in db.session.scalars(select(Exchange.id).where(Exchange.order_id == int(number))):
            outbox.want_task(HOLD, {"exchange": exchange_id}, at=entry.at, key=f"{HOLD}:{exchange_id}")
    elif table == Shipment.__tablename__ and entry.deed == "shipped":
        _went_out(db.session.get_one(Shipment, int(number)).order_id)


@outbox.task(GO_ON)
def go_on(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        if return_ := hold_return(select(Return).where(Return.id == payload["return"])):
            exchanging.go_on(return_, by=SCHEDULE, at=at)
            exchanging.pay_back_what_is_over(return_, by=SCHEDULE, at=at)
            _hold_boxes(return_, at=at)


@outbox.task(HOLD)
def hold(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """In a job of its own: it locks subscriptions, which nobody does who holds an order."""
    at = now()
    with lease.finish(at=at):
        hold_what_comes_first(db.session.get_one(Exchange, payload["exchange"]), by=SCHEDULE, at=at)


@outbox.task(LET_GO)
def let_box_go(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """In a job of its own, as above."""
    at = now()
    with lease.finish(at=at):
        let_go(db.session.get_one(Exchange, payload["exchange"]), by=SCHEDULE, at=at)


@on_page_closed
def hear_of_page(page: PagePayment, at: datetime) -> None:
    """What was paid, or is not paid any more. The history's entry about it has the job go on."""
    table, _, number = page.because.partition(":")
    if table != Exchange.__tablename__:
        return
    of_it = select(Return).join(ReturnItem).join(Exchange, Exchange.return_item_id == ReturnItem.id).where(Exchange.id == int(number))
    if hold_return(of_it):
        exchange = db.session.get_one(Exchange, int(number), with_for_update=True)
        learn_what_was_paid(exchange, by=timeline.PROVIDER, at=at)
        if exchange.is_settled and exchange.item:
            give_back_what_was_paid(exchange, exchange.item.line.order, by=SCHEDULE, at=at)


def _hold_boxes(return_: Return, *, at: datetime) -> None:
    """From when it is accepted: what goes out for it is on its way, as soon as what comes back is."""
    if return_.status is ReturnStatus.APPROVED:
        coming = select(Exchange.id).join(ReturnItem, ReturnItem.id == Exchange.return_item_id).where(ReturnItem.return_id == return_.id)
        for exchange_id in db.session.scalars(coming.where(Exchange.status.in_(COMING), Exchange.held_entry_id.is_(None))):
            outbox.want_task(HOLD, {"exchange": exchange_id}, at=at, key=f"{HOLD}:{exchange_id}")


def _has_exchange(return_id: int) -> bool:
    some = select(Exchange.id).join(ReturnItem, ReturnItem.id == Exchange.return_item_id).where(ReturnItem.return_id == return_id)
    return db.session.scalar(some.limit(1)) is not None


def _went_out(order_id: int) -> None:
    """Its order is locked by whoever heard of the parcel."""
    for exchange in db.session.scalars(select(Exchange).where(Exchange.order_id == order_id)):
        if exchange.status is ExchangeStatus.APPROVED:
            exchange.status = ExchangeStatus.FULFILLED
