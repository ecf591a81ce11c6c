"""What pages show of subscriptions: one select of just that, whatever the number of subscriptions.

Those of the first screen are written once, with names for what differs: to put them together takes longer than to ask them.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, defer, raiseload

from portal.accounts.models import Staff
from portal.catalog.models import Price, Product, Variant
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.subscriptions import policy
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription, SubscriptionItem
from portal.subscriptions.policy import UNDOABLE, Obstacle
from portal.subscriptions.shown import BoxLine, Done, HowMany, Refused, ShownDelivery, ShownSubscription
from portal.timeline import Entry

TOLD_FOR = timedelta(days=3)
"""So long a refusal of the provider is told on the page."""


COMES = and_(
    Subscription.status.in_(["active", "trialing", "past_due"]),
    Subscription.is_paused.is_(False),
    Subscription.is_ending.is_(False),
)
"""Of such a subscription a planned delivery comes, as things stand."""
INVOICED = (DeliveryStatus.DUE, DeliveryStatus.UNPAID)
"""Not over yet, but nothing that can be changed."""
_any = aliased(Delivery)
WAS_CHARGED = exists().where(_any.subscription_id == Subscription.id, _any.invoice_ref.is_not(None))
IS_CHARGING = exists().where(_any.subscription_id == Subscription.id, _any.status == DeliveryStatus.DUE)
JUST_SHOWN = (defer(Subscription.raw), raiseload("*"))
"""The columns that pages show, and no row beside them by accident."""
DELIVERIES = (
    select(Delivery.id, Delivery.charge_at, Delivery.status, Order.number, Subscription, WAS_CHARGED, IS_CHARGING)
    .join(Subscription, Subscription.id == Delivery.subscription_id)
    .outerjoin(Order, Order.id == Delivery.order_id)
    .options(*JUST_SHOWN)
)
DeliveryQuery = Select[int, datetime, DeliveryStatus, str, Subscription, bool, bool]

COMING = (
    DELIVERIES.where(
        Subscription.customer_id == bindparam("customer_id"),
        or_(Delivery.status.in_(INVOICED), and_(Delivery.status == DeliveryStatus.SCHEDULED, COMES)),
    )
    .order_by(Delivery.charge_at, Delivery.id)
    .limit(bindparam("limit", type_=Integer))
)
LINES = (
    select(SubscriptionItem.subscription_id, Product.name, Variant.name, Product.picture, SubscriptionItem.quantity, Price.amount)
    .join(Price, Price.id == SubscriptionItem.price_id)
    .join(Variant, Variant.id == Price.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .where(SubscriptionItem.subscription_id.in_(bindparam("subscription_ids", expanding=True)))
    .order_by(SubscriptionItem.id)
)
IS_WAITING = and_(Subscription.version != Subscription.confirmed_version, Subscription.ended_at.is_(None))
HOW_MANY = select(func.count().filter(~COMES), func.count().filter(IS_WAITING)).where(Subscription.customer_id == bindparam("customer_id"))
NEWEST = select(func.max(Entry.id)).where(Entry.subject.in_(bindparam("subjects", expanding=True))).group_by(Entry.subject)
REFUSED = select(Entry).where(Entry.id.in_(NEWEST), Entry.refused_at > bindparam("since")).order_by(Entry.id.desc()).limit(1)


def coming(customer_id: int, limit: int) -> list[ShownDelivery]:
    """The customer's next deliveries over all subscriptions, soonest first; one whose payment failed is the first of all."""
    return _shown(COMING, customer_id=customer_id, limit=limit)


def deliveries_of(subscription_id: int, customer_id: int, limit: int, *, at: datetime) -> list[ShownDelivery]:
    """What is still to come of one subscription, with what is skipped of it, soonest first."""
    planned = Delivery.status.in_([DeliveryStatus.SCHEDULED, DeliveryStatus.SKIPPED, *INVOICED])
    ours = and_(Subscription.id == subscription_id, Subscription.customer_id == customer_id)
    not_over = or_(Delivery.status.in_(INVOICED), and_(Delivery.invoice_ref.is_(None), Delivery.charge_at > at))
    return _shown(DELIVERIES.where(ours, planned, not_over).order_by(Delivery.charge_at, Delivery.id).limit(limit))


def delivery(delivery_id: int, customer_id: int) -> ShownDelivery | None:
    found = _shown(DELIVERIES.where(Delivery.id == delivery_id, Subscription.customer_id == customer_id))
    return found[0] if found else None


def subscriptions(customer_id: int) -> list[ShownSubscription]:
    """All of a customer's, those that still come first, by their next delivery."""
    return _shown_subscriptions(Subscription.customer_id == customer_id)


def subscription(subscription_id: int, customer_id: int) -> ShownSubscription | None:
    found = _shown_subscriptions(and_(Subscription.id == subscription_id, Subscription.customer_id == customer_id))
    return found[0] if found else None


def how_many(customer_id: int) -> HowMany:
    """Of the customer's subscriptions."""
    resting, waiting = db.session.execute(HOW_MANY, {"customer_id": customer_id}).one()
    return HowMany(resting, waiting)


def refused_lately(subscription_ids: Iterable[int], *, at: datetime) -> Refused | None:
    """The newest change that the provider refused, if no later one was made."""
    subjects = {f"subscription:{number}": number for number in subscription_ids}
    if not subjects:
        return None
    entry = db.session.scalar(REFUSED, {"subjects": list(subjects), "since": at - TOLD_FOR})
    if entry is None:
        return None
    reason = (entry.personal or {}).get("reason", "")
    return Refused(entry.id, entry.deed, date.fromisoformat(entry.facts["day"]), reason, subjects[entry.subject])


def history(shown: ShownSubscription, limit: int, *, at: datetime, before: int | None = None) -> list[Done]:
    """Newest first; `before` is the id of the oldest one that is known."""
    query = select(Entry, Staff.name).outerjoin(Staff, Staff.id == Entry.staff_id).where(Entry.subject == f"subscription:{shown.id}")
    if before is not None:
        query = query.where(Entry.id < before)
    rows = db.session.execute(query.order_by(Entry.id.desc()).limit(limit)).all()
    closed = _closed({key for entry, _ in rows for key in entry.after}, at=at)
    return [
        Done(
            id=entry.id,
            deed=entry.deed,
            at=entry.at,
            facts=entry.facts,
            staff=staff,
            system=entry.system,
            confirmed=None if entry.version is None or entry.refused_at else entry.version <= shown.confirmed_version,
            is_refused=entry.refused_at is not None,
            is_undone=entry.undone_at is not None,
            can_undo=shown.obstacle is None and _is_undoable(entry) and not closed & entry.after.keys(),
        )
        for entry, staff in rows
    ]


def _is_undoable(entry: Entry) -> bool:
    return entry.deed in UNDOABLE and entry.refused_at is None and entry.undone_at is None


def _closed(keys: set[str], *, at: datetime) -> set[str]:
    """Which of these deliveries can't be changed any more."""
    ids = [int(number) for table, _, number in (key.partition(":") for key in keys) if table == Delivery.__tablename__]
    over = or_(Delivery.charge_at <= at + shop().lock, Delivery.invoice_ref.is_not(None))
    return {f"{Delivery.__tablename__}:{number}" for number in db.session.scalars(select(Delivery.id).where(Delivery.id.in_(ids), over))}


def _shown(query: DeliveryQuery, **told: int) -> list[ShownDelivery]:
    rows = db.session.execute(query, told).all()
    lines = _lines({row[4].id for row in rows})
    return [
        ShownDelivery(
            id=id,
            charge_at=charge_at,
            status=status,
            subscription_id=subscription.id,
            name=subscription.name,
            currency=subscription.currency,
            is_waiting=subscription.is_waiting,
            obstacle=_obstacle(subscription, was_charged=was_charged, is_charging=is_charging),
            lines=lines[subscription.id],
            order_number=number,
        )
        for id, charge_at, status, number, subscription, was_charged, is_charging in rows
    ]


def _shown_subscriptions(which: ColumnElement[bool]) -> list[ShownSubscription]:
    next_charge = select(func.min(Delivery.charge_at)).where(
        Delivery.subscription_id == Subscription.id, Delivery.status.in_([DeliveryStatus.SCHEDULED, *INVOICED])
    )
    query = select(Subscription, next_charge.scalar_subquery(), WAS_CHARGED, IS_CHARGING).options(*JUST_SHOWN).where(which)
    rows = db.session.execute(query).all()
    lines = _lines({row[0].id for row in rows})
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
            obstacle=_obstacle(row, was_charged=was_charged, is_charging=is_charging),
            next_charge_at=next_charge_at,
            lines=lines[row.id],
        )
        for row, next_charge_at, was_charged, is_charging in rows
    ]
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(shown, key=lambda one: (one.obstacle not in policy.COMING, one.next_charge_at or far, one.id))


def _obstacle(row: Subscription, *, was_charged: bool, is_charging: bool) -> Obstacle | None:
    return policy.obstacle(
        row.status, is_paused=row.is_paused, is_ending=row.is_ending, is_charging=is_charging, was_ever_charged=was_charged
    )


def _lines(subscription_ids: set[int]) -> dict[int, list[BoxLine]]:
    lines: dict[int, list[BoxLine]] = {number: [] for number in subscription_ids}
    if not lines:
        return lines
    for subscription_id, title, variant, picture, quantity, unit_amount in db.session.execute(
        LINES, {"subscription_ids": list(subscription_ids)}
    ):
        lines[subscription_id].append(BoxLine(title, variant, picture, quantity, unit_amount))
    return lines
