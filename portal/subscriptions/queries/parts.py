"""What the queries of this room are put together from.

Those of the first screen are written once, with names for what differs: to put them together takes longer than to ask them.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, or_, select
from sqlalchemy.orm import aliased, defer

from portal.catalog.models import Price, Product, Variant
from portal.catalog.queries import HAS_GUIDE
from portal.kit.db import db
from portal.subscriptions import policy
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription, SubscriptionItem
from portal.subscriptions.policy import Obstacle
from portal.subscriptions.shown import BoxLine


def comes(of: type[Subscription]) -> ColumnElement[bool]:
    """Of such a subscription a planned delivery comes, as things stand."""
    running = of.status.in_(["active", "trialing", "past_due"])
    return and_(running, of.is_paused.is_(False), of.is_ending.is_(False), of.special == "")


def is_waiting(of: type[Subscription]) -> ColumnElement[bool]:
    """As the model has it."""
    return or_(and_(of.version != of.confirmed_version, of.ended_at.is_(None), of.special == ""), of.beginning_key.is_not(None))


def may_wait(of: type[Subscription]) -> ColumnElement[bool]:
    """As `shown` has it, by the moment `locked`: of what is charged until then, nothing can be changed any more."""
    planned = aliased(Delivery)
    of_it = and_(planned.subscription_id == of.id, planned.status == DeliveryStatus.SCHEDULED)
    return and_(is_waiting(of), exists().where(of_it, planned.charge_at <= bindparam("locked")))


COMES = comes(Subscription)
INVOICED = (DeliveryStatus.DUE, DeliveryStatus.UNPAID)
"""Not over yet, but nothing that can be changed."""
_any = aliased(Delivery)
WAS_CHARGED = exists().where(_any.subscription_id == Subscription.id, _any.invoice_ref.is_not(None))
IS_CHARGING = exists().where(_any.subscription_id == Subscription.id, _any.status == DeliveryStatus.DUE)
JUST_SHOWN = (defer(Subscription.raw),)
"""Pages show all columns but the provider's own object. What a page asks for by accident, the tests that count its questions find: an
option that forbade it would stay with the row, and meet whoever asks for it later in the same request."""
DESCRIBED = (Product.name, Variant.name, Product.picture)
LINES = (
    select(
        SubscriptionItem.subscription_id, *DESCRIBED, SubscriptionItem.quantity, Price.amount, SubscriptionItem.id,
        Variant.id, Variant.swap_group_id, Price.is_offered, case((HAS_GUIDE, Product.id)),
    )
    .join(Price, Price.id == SubscriptionItem.price_id)
    .join(Variant, Variant.id == Price.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .where(SubscriptionItem.quantity > 0, SubscriptionItem.subscription_id.in_(bindparam("subscription_ids", expanding=True)))
    .order_by(SubscriptionItem.id)
)  # fmt: skip
PRICED = (
    select(Price.id, *DESCRIBED, Price.amount)
    .join(Variant, Variant.id == Price.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .where(Price.id.in_(bindparam("price_ids", expanding=True)))
)


def obstacle(row: Subscription, *, was_charged: bool, is_charging: bool) -> Obstacle | None:
    return policy.obstacle(
        row.status,
        is_paused=row.is_paused,
        is_ending=row.is_ending,
        is_beginning=row.beginning_key is not None,
        is_special=bool(row.special),
        is_charging=is_charging,
        was_ever_charged=was_charged,
    )


def lines_of(subscription_ids: set[int]) -> dict[int, list[BoxLine]]:
    """What is in the boxes, by subscription."""
    lines: dict[int, list[BoxLine]] = {number: [] for number in subscription_ids}
    if not lines:
        return lines
    for subscription_id, *line in db.session.execute(LINES, {"subscription_ids": list(subscription_ids)}):
        lines[subscription_id].append(BoxLine(*line))
    return lines


def lines_agreed(agreed: Iterable[list[list[int]]]) -> dict[tuple[tuple[int, int], ...], list[BoxLine]]:
    """The contents of deliveries that had locked before a change, by what was agreed."""
    wanted = {tuple((price_id, quantity) for price_id, quantity in lines) for lines in agreed}
    ids = {price_id for lines in wanted for price_id, _ in lines}
    if not ids:
        return {}
    found = {row[0]: row for row in db.session.execute(PRICED, {"price_ids": list(ids)})}
    return {lines: [BoxLine(*found[price_id][1:4], quantity, found[price_id][4]) for price_id, quantity in lines] for lines in wanted}
