"""Subscriptions, as pages show them."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from portal.kit.db import db
from portal.subscriptions import policy
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription
from portal.subscriptions.queries.parts import INVOICED, IS_CHARGING, JUST_SHOWN, WAS_CHARGED, lines_of, obstacle
from portal.subscriptions.shown import ShownSubscription
from portal.subscriptions.totals import Reckoning, Total


def subscriptions(customer_id: int) -> list[ShownSubscription]:
    """All of a customer's, those that still come first, by their next delivery."""
    return _shown_subscriptions(Subscription.customer_id == customer_id)


def subscription(subscription_id: int, customer_id: int) -> ShownSubscription | None:
    found = _shown_subscriptions(and_(Subscription.id == subscription_id, Subscription.customer_id == customer_id))
    return found[0] if found else None


def _shown_subscriptions(which: ColumnElement[bool]) -> list[ShownSubscription]:
    of_it = select(func.min(Delivery.charge_at)).where(Delivery.subscription_id == Subscription.id)
    rests_until = case((Subscription.is_paused, Subscription.resumes_at))
    next_charge = of_it.where(
        Delivery.status.in_([DeliveryStatus.SCHEDULED, *INVOICED]), or_(rests_until.is_(None), Delivery.charge_at >= rests_until)
    ).scalar_subquery()
    end = of_it.where(Delivery.status == DeliveryStatus.SCHEDULED).scalar_subquery()
    query = select(Subscription, next_charge, end, WAS_CHARGED, IS_CHARGING).options(*JUST_SHOWN).where(which)
    rows = db.session.execute(query).all()
    lines = lines_of({row[0].id for row in rows})
    shown = [
        ShownSubscription(
            id=row.id,
            name=row.name,
            currency=row.currency,
            every_count=row.every_count,
            every_unit=row.every_unit,
            started_at=row.started_at,
            ended_at=row.ended_at,
            resumes_at=row.resumes_at,
            is_waiting=row.is_waiting,
            confirmed_version=row.confirmed_version,
            obstacle=obstacle(row, was_charged=was_charged, is_charging=is_charging),
            next_charge_at=next_charge_at,
            first_charge_at=period_ends_at,
            lines=lines[row.id],
            each=_each(row, sum(line.amount for line in lines[row.id]), next_charge_at),
            code=row.code,
            discount=policy.discount_from(row.discount),
            is_ending=row.is_ending,
            ends_now_at=row.ends_now_at,
            ends_at=policy.end(row.ends_now_at, period_ends_at, row.stops_at) if row.is_ending else None,
            stops_at=row.stops_at,
        )
        for row, next_charge_at, period_ends_at, was_charged, is_charging in rows
    ]
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(shown, key=lambda one: (one.obstacle not in policy.COMING, one.next_charge_at or far, one.id))


def _each(row: Subscription, subtotal: int, next_charge_at: datetime | None) -> Total:
    """What a delivery costs as a rule: without a discount for the next one alone, and without credit."""
    reckoning = Reckoning.of(row.version, row.discount, row.next_total, has_credit=False)
    return reckoning.total(subtotal, charge_at=next_charge_at or row.started_at, is_next=False)
