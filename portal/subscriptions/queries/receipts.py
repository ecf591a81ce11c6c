"""Receipts of cancellations, as pages show them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.orders.models import Order
from portal.subscriptions import policy
from portal.subscriptions.models import Cancellation, Delivery, DeliveryStatus, Subscription
from portal.subscriptions.queries.parts import JUST_SHOWN
from portal.subscriptions.shown import ShownSubscription
from portal.subscriptions.shown_receipt import Receipt
from portal.timeline import Entry

DEEDS = ("cancelled", "cancelled for the end")
_order = aliased(Order)


def receipt(reference: str, customer_id: int | None = None) -> Receipt | None:
    """`customer_id` unless whoever asks has a link that we signed."""
    whose = [Subscription.customer_id == customer_id] if customer_id is not None else []
    return next(iter(_receipts(Cancellation.reference == reference, *whose)), None)


def receipts_of(subscriptions: Iterable[ShownSubscription]) -> dict[int, Receipt]:
    """The newest that counts of each subscription, by its id: one that goes on has none."""
    ids = [one.id for one in subscriptions if one.is_ending or one.ended_at]
    if not ids:
        return {}
    of_them = (Cancellation.subscription_id.in_(ids), Cancellation.taken_back_at.is_(None))
    newest = select(func.max(Cancellation.id)).where(*of_them)
    found = _receipts(Cancellation.id.in_(newest.group_by(Cancellation.subscription_id)))
    return {one.subscription_id: one for one in found if one.counts}


def _receipts(*which: ColumnElement[bool]) -> list[Receipt]:
    of_it = Delivery.subscription_id == Subscription.id
    next_charge = select(func.min(Delivery.charge_at)).where(of_it, Delivery.status == DeliveryStatus.SCHEDULED)
    until = func.coalesce(Cancellation.carried_out_at, _order.placed_at)
    charged = select(_order.id).join(Delivery, Delivery.order_id == _order.id).where(of_it, _order.placed_at <= until)
    last_charge = charged.order_by(_order.placed_at.desc()).limit(1).scalar_subquery()
    entry = select(func.max(Entry.id)).where(
        Entry.subject == literal(f"{Subscription.__tablename__}:") + cast(Subscription.id, String),
        Entry.deed.in_(DEEDS),
        Entry.facts["reference"].as_string() == Cancellation.reference,
    )
    query = (
        select(Cancellation, Subscription, Customer, next_charge.scalar_subquery(), entry.scalar_subquery(), Order.total, Order.placed_at)
        .join(Subscription, Subscription.id == Cancellation.subscription_id)
        .join(Customer, Customer.id == Subscription.customer_id)
        .outerjoin(Order, Order.id == last_charge)
        .where(*which)
        .options(*JUST_SHOWN)
    )
    return [
        Receipt(
            reference=asked.reference,
            subscription_id=subscription.id,
            name=subscription.name,
            currency=subscription.currency,
            email=customer.email,
            locale=customer.locale,
            time_zone=customer.time_zone,
            asked_at=asked.asked_at,
            is_at_once=asked.is_at_once,
            ends_at=asked.carried_out_at or policy.end(subscription.ends_now_at, next_charge_at, subscription.stops_at),
            confirmed_at=asked.confirmed_at,
            carried_out_at=asked.carried_out_at,
            taken_back_at=asked.taken_back_at,
            other_end_at=_end(subscription, next_charge_at) if asked.taken_back_at else None,
            is_running_again=subscription.beginning_key is not None or subscription.started_at > asked.asked_at,
            last_charge=(total, charged_at) if charged_at else None,
            entry_id=entry_id,
            reasons=asked.reasons,
            comment=asked.comment,
        )
        for asked, subscription, customer, next_charge_at, entry_id, total, charged_at in db.session.execute(query)
    ]


def _end(subscription: Subscription, next_charge_at: datetime | None) -> datetime | None:
    if subscription.is_ending:
        return policy.end(subscription.ends_now_at, next_charge_at, subscription.stops_at)
    return subscription.ended_at
