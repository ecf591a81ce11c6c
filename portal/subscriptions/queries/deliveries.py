"""Deliveries, as pages show them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription
from portal.subscriptions.queries.parts import (
    COMES,
    INVOICED,
    IS_CHARGING,
    JUST_SHOWN,
    WAS_CHARGED,
    comes,
    lines_agreed,
    lines_of,
    obstacle,
)
from portal.subscriptions.shown import ShownDelivery
from portal.subscriptions.totals import Reckoning, invoiced

_before = aliased(Delivery)
IS_NEXT = ~exists().where(
    _before.subscription_id == Subscription.id, _before.status == DeliveryStatus.SCHEDULED, _before.charge_at < Delivery.charge_at
)
_open_before = aliased(Delivery)
TAKES_ONCE = or_(
    IS_NEXT,
    and_(
        Delivery.agreed.is_(None),
        ~exists().where(
            _open_before.subscription_id == Subscription.id,
            _open_before.status == DeliveryStatus.SCHEDULED,
            _open_before.agreed.is_(None),
            _open_before.charge_at < Delivery.charge_at,
        ),
    ),
)
"""A discount for one delivery is for the next, or for the first that had not locked before there was the discount."""
_other, _others = aliased(Subscription), aliased(Delivery)
HAS_CREDIT = ~exists().where(
    _other.customer_id == Subscription.customer_id,
    _other.account_ref == Subscription.account_ref,
    _other.id != Subscription.id,
    comes(_other),
    _others.subscription_id == _other.id,
    _others.status == DeliveryStatus.SCHEDULED,
    _others.charge_at < Delivery.charge_at,
)
"""The account's credit is there for its first charge."""
DELIVERIES = (
    select(
        Delivery.id, Delivery.charge_at, Delivery.status, Delivery.agreed, Delivery.invoiced, Order.number, Order.total, Subscription,
        WAS_CHARGED, IS_CHARGING, IS_NEXT, TAKES_ONCE, HAS_CREDIT,
    )
    .join(Subscription, Subscription.id == Delivery.subscription_id)
    .outerjoin(Order, Order.id == Delivery.order_id)
    .options(*JUST_SHOWN)
)  # fmt: skip
DeliveryQuery = Select[*tuple[Any, ...]]
IN_TIME = or_(Subscription.stops_at.is_(None), Delivery.charge_at < Subscription.stops_at)
"""The shop does not let it end before."""
STILL_COMES = and_(Delivery.agreed.is_not(None), Subscription.is_ending.is_(False))
"""It had locked before the subscription was paused."""
COMING = (
    DELIVERIES.where(
        Subscription.customer_id == bindparam("customer_id"),
        or_(
            Delivery.status.in_(INVOICED),
            and_(
                Delivery.status == DeliveryStatus.SCHEDULED,
                IN_TIME,
                or_(COMES, STILL_COMES),
            ),
        ),
    )
    .order_by(Delivery.charge_at, Delivery.id)
    .limit(bindparam("limit", type_=Integer))
)


def coming(customer_id: int, limit: int) -> list[ShownDelivery]:
    """The customer's next deliveries over all subscriptions, soonest first; one whose payment failed is the first of all."""
    return _shown(COMING, customer_id=customer_id, limit=limit)


def deliveries_of(subscription_id: int, customer_id: int, limit: int, *, at: datetime) -> list[ShownDelivery]:
    """What is still to come of one subscription, with what is skipped of it, soonest first."""
    planned = Delivery.status.in_([DeliveryStatus.SCHEDULED, DeliveryStatus.SKIPPED, *INVOICED])
    ours = and_(Subscription.id == subscription_id, Subscription.customer_id == customer_id)
    not_over = or_(Delivery.status.in_(INVOICED), and_(Delivery.invoice_ref.is_(None), Delivery.charge_at > at, IN_TIME))
    return _shown(DELIVERIES.where(ours, planned, not_over).order_by(Delivery.charge_at, Delivery.id).limit(limit))


def paid_to_come(subscription_id: int, *, at: datetime) -> date | None:
    """The day on which the box arrives that was charged last, if that is still to come."""
    charged = select(func.max(Delivery.charge_at)).where(
        Delivery.subscription_id == subscription_id, Delivery.status == DeliveryStatus.CHARGED
    )
    charge_at = db.session.scalar(charged)
    arrives_on = shop().arrival_after(charge_at) if charge_at else None
    return arrives_on if arrives_on and arrives_on >= at.astimezone(shop().zone).date() else None


def delivery(delivery_id: int, customer_id: int) -> ShownDelivery | None:
    found = _shown(DELIVERIES.where(Delivery.id == delivery_id, Subscription.customer_id == customer_id))
    return found[0] if found else None


def _shown(query: DeliveryQuery, **told: int) -> list[ShownDelivery]:
    rows = db.session.execute(query, told).all()
    lines = lines_of({row.Subscription.id for row in rows})
    agreed = lines_agreed(row.agreed["lines"] for row in rows if row.agreed)
    shown = []
    for (
        id, charge_at, status, kept, invoice, number, charged, subscription, was_charged, is_charging, is_next, takes_once, has_credit
    ) in rows:  # fmt: skip
        inside = agreed[tuple((price_id, quantity) for price_id, quantity in kept["lines"])] if kept else lines[subscription.id]
        reckoning = Reckoning.of(
            subscription.version, kept["discount"] if kept else subscription.discount, subscription.next_total, has_credit=has_credit
        )
        shown.append(
            ShownDelivery(
                id=id,
                charge_at=charge_at,
                status=status,
                subscription_id=subscription.id,
                name=subscription.name,
                currency=subscription.currency,
                is_waiting=subscription.is_waiting,
                obstacle=obstacle(subscription, was_charged=was_charged, is_charging=is_charging),
                lines=inside,
                order_number=number,
                charged=charged,
                reckoned=invoiced(invoice)
                if invoice
                else reckoning.total(
                    sum(line.amount for line in inside),
                    charge_at=charge_at,
                    is_next=is_next,
                    takes_once=takes_once,
                    has_locked=kept is not None,
                ),
                had_locked=kept is not None,
            )
        )
    return shown
