"""Deliveries, as pages show them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, and_, bindparam, exists, func, or_, select, true
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
    is_waiting,
    lines_agreed,
    lines_of,
    may_wait,
    obstacle,
)
from portal.subscriptions.queries.subscriptions import subscriptions
from portal.subscriptions.shown import BoxLine, FirstScreen, HowMany, ShownDelivery, ShownSubscription
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
        WAS_CHARGED.label("was_charged"), IS_CHARGING.label("is_charging"), IS_NEXT.label("is_next"), TAKES_ONCE.label("takes_once"),
        HAS_CREDIT.label("has_credit"),
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
_mine = aliased(Subscription)
HOW_MANY = (
    select(
        func.count().filter(~comes(_mine)).label("resting"),
        func.count().filter(is_waiting(_mine)).label("waiting"),
        func.count().filter(may_wait(_mine)).label("may_wait"),
    )
    .where(_mine.customer_id == bindparam("customer_id"))
    .subquery("how_many")
)
FIRST_SCREEN = COMING.add_columns(HOW_MANY.c.resting, HOW_MANY.c.waiting, HOW_MANY.c.may_wait).join(HOW_MANY, true())


def first_screen(customer_id: int, limit: int, *, at: datetime) -> FirstScreen:
    """With as many deliveries at most. How many subscriptions there are comes with them; without any, all of those are read."""
    rows = _rows(FIRST_SCREEN, customer_id=customer_id, limit=limit, locked=at + shop().lock)
    if rows:
        return FirstScreen(_shown(rows), [], HowMany(rows[0].resting, rows[0].waiting, rows[0].may_wait))
    others = subscriptions(customer_id)
    waiting, may_wait = sum(one.is_waiting for one in others), sum(one.may_wait(at=at) for one in others)
    return FirstScreen([], others, HowMany(len(others), waiting, may_wait))


def coming(customer_id: int, limit: int) -> list[ShownDelivery]:
    """The customer's next deliveries over all subscriptions, soonest first; one whose payment failed is the first of all."""
    return _shown(_rows(COMING, customer_id=customer_id, limit=limit))


def deliveries_of(shown: ShownSubscription, limit: int, *, at: datetime) -> list[ShownDelivery]:
    """What is still to come of one subscription, with what is skipped of it, soonest first."""
    planned = Delivery.status.in_([DeliveryStatus.SCHEDULED, DeliveryStatus.SKIPPED, *INVOICED])
    not_over = or_(Delivery.status.in_(INVOICED), and_(Delivery.invoice_ref.is_(None), Delivery.charge_at > at, IN_TIME))
    of_it = DELIVERIES.where(Subscription.id == shown.id, planned, not_over).order_by(Delivery.charge_at, Delivery.id)
    return _shown(_rows(of_it.limit(limit)), {shown.id: shown.lines})


def paid_to_come(subscription_id: int, *, at: datetime) -> date | None:
    """The day on which the box arrives that was charged last, if that is still to come."""
    charged = select(func.max(Delivery.charge_at)).where(
        Delivery.subscription_id == subscription_id, Delivery.status == DeliveryStatus.CHARGED
    )
    charge_at = db.session.scalar(charged)
    arrives_on = shop().arrival_after(charge_at) if charge_at else None
    return arrives_on if arrives_on and arrives_on >= at.astimezone(shop().zone).date() else None


def delivery(delivery_id: int, customer_id: int) -> ShownDelivery | None:
    found = _shown(_rows(DELIVERIES.where(Delivery.id == delivery_id, Subscription.customer_id == customer_id)))
    return found[0] if found else None


def _rows(query: DeliveryQuery, **told: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.execute(query, told).all()


def _shown(rows: Sequence[Row[*tuple[Any, ...]]], lines: dict[int, list[BoxLine]] | None = None) -> list[ShownDelivery]:
    """`lines` are what is in the boxes, by subscription, where that is known."""
    lines = lines_of({row.Subscription.id for row in rows}) if lines is None else lines
    agreed = lines_agreed(row.agreed["lines"] for row in rows if row.agreed)
    shown = []
    for row in rows:
        subscription, kept = row.Subscription, row.agreed
        inside = agreed[tuple((price_id, quantity) for price_id, quantity in kept["lines"])] if kept else lines[subscription.id]
        reckoning = Reckoning.of(
            subscription.version, kept["discount"] if kept else subscription.discount, subscription.next_total, has_credit=row.has_credit
        )
        shown.append(
            ShownDelivery(
                id=row.id,
                charge_at=row.charge_at,
                status=row.status,
                subscription_id=subscription.id,
                name=subscription.name,
                currency=subscription.currency,
                is_waiting=subscription.is_waiting,
                obstacle=obstacle(subscription, was_charged=row.was_charged, is_charging=row.is_charging),
                lines=inside,
                order_number=row.number,
                charged=row.total,
                reckoned=invoiced(row.invoiced)
                if row.invoiced
                else reckoning.total(
                    sum(line.amount for line in inside),
                    charge_at=row.charge_at,
                    is_next=row.is_next,
                    takes_once=row.takes_once,
                    has_locked=kept is not None,
                ),
                had_locked=kept is not None,
            )
        )
    return shown
