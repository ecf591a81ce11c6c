"""What a return tells the subscription that brings the same product: fewer boxes, or another kind. And what was held for an exchange."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.catalog.models import DAYS, Price, Variant
from portal.catalog.queries import rhythms_for
from portal.kit.clock import now
from portal.kit.db import db
from portal.orders.models import OrderLine
from portal.returns.models import Exchange, Return, ReturnItem
from portal.returns.models.return_ import GIVEN_UP
from portal.returns.policy.terms import Suggests
from portal.returns.queries.policies import policy_of
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.timeline import Entry


@dataclass(frozen=True)
class Suggestion:
    """A form of the subscription, filled in; nothing is changed before it is sent."""

    kind: Suggests
    product: str
    subscription_id: int
    name: str
    """The subscription's."""
    item_id: int
    delivery_id: int | None = None
    arrives_on: date | None = None
    """Of what may be skipped."""
    every: str = ""
    """As the form takes it: `2-month`."""
    to: int | None = None
    """The variant that may take its place."""


@dataclass(frozen=True)
class Held:
    entry_id: int
    subscription_id: int
    day: date
    to: date
    is_undone: bool


def suggestions(return_id: int, *, at: datetime) -> list[Suggestion]:
    """Of a return that was found through its owner: by what its reasons suggest."""
    query = (
        select(ReturnItem.id, ReturnItem.reason, ReturnItem.policy_id, OrderLine.sku, OrderLine.title, Return.customer_id)
        .join(Return, Return.id == ReturnItem.return_id)
        .join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
        .where(Return.id == return_id, Return.status.not_in(GIVEN_UP))
    )
    found: dict[tuple[Suggests, int], Suggestion] = {}
    for row in db.session.execute(query).all():
        reason = policy_of(row.policy_id).terms.reason(row.reason)
        for kind in reason.suggests if reason else ():
            for one in _for(kind, row.id, row.sku, row.title, row.customer_id, at=at):
                found.setdefault((kind, one.item_id), one)
    return list(found.values())


def suggestions_for(return_id: int) -> list[Suggestion]:
    """As of now, for a page."""
    return suggestions(return_id, at=now())


def held_for(entry_ids: list[int]) -> list[Held]:
    """The boxes that were moved, so that what goes out comes first."""
    if not entry_ids:
        return []
    return [
        Held(
            entry.id, int(entry.subject.partition(":")[2]), date.fromisoformat(entry.facts["day"]), date.fromisoformat(entry.facts["to"]),
            entry.undone_at is not None,
        )
        for entry in db.session.scalars(select(Entry).where(Entry.id.in_(entry_ids)).order_by(Entry.id))
    ]  # fmt: skip


def _for(kind: Suggests, return_item_id: int, sku: str, title: str, customer_id: int | None, *, at: datetime) -> list[Suggestion]:
    product = select(Variant.product_id).where(Variant.sku == sku).scalar_subquery()
    query = (
        select(Subscription, SubscriptionItem)
        .join(SubscriptionItem, SubscriptionItem.subscription_id == Subscription.id)
        .join(Price, Price.id == SubscriptionItem.price_id)
        .join(Variant, Variant.id == Price.variant_id)
        .where(Subscription.customer_id == customer_id, SubscriptionItem.quantity > 0, Variant.product_id == product)
        .order_by(SubscriptionItem.id)
    )
    made = (_suggestion(kind, return_item_id, title, *row, at=at) for row in db.session.execute(query).all())
    return [one for one in made if one]


def _suggestion(
    kind: Suggests, return_item_id: int, title: str, subscription: Subscription, item: SubscriptionItem, *, at: datetime
) -> Suggestion | None:
    if subscription.obstacle:
        return None
    named = kind, title, subscription.id, subscription.name, item.id
    if kind is Suggests.SKIP:
        delivery = subscription.plan.counts_from(at=at)
        return Suggestion(*named, delivery_id=delivery.id, arrives_on=delivery.arrives_on) if delivery else None
    if kind is Suggests.LESS_OFTEN:
        inside = [one.price.variant_id for one in subscription.contents.items]
        rarer = (every for every in rhythms_for(inside, subscription.currency) if every[0] * DAYS[every[1]] > subscription.rhythm.days)
        every = next(rarer, None)
        return Suggestion(*named, every=f"{every[0]}-{every[1]}") if every else None
    to = _kin(return_item_id, item.price.variant)
    return Suggestion(*named, to=to) if to else None


def _kin(return_item_id: int, variant: Variant) -> int | None:
    """What was chosen in exchange, if it may take the place in the box; else the first that may."""
    if variant.swap_group_id is None:
        return None
    chosen = select(Exchange.sku).where(Exchange.return_item_id == return_item_id).scalar_subquery()
    others = select(Variant.id).where(Variant.swap_group_id == variant.swap_group_id, Variant.id != variant.id)
    return db.session.scalar(others.order_by((Variant.sku == chosen).desc(), Variant.id).limit(1))
