"""What goes out in exchange comes before the box that would bring the same product. Called from an open transaction that holds nothing."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import Select, select

from portal.catalog.models import Price, Variant
from portal.kit.db import db
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.returns.emails import exchanges as emails
from portal.returns.models import Exchange, ExchangeStatus
from portal.returns.policy.promises import promise
from portal.subscriptions.actions import hold_for_exchange, undo
from portal.subscriptions.models import Delivery, Subscription, SubscriptionItem
from portal.timeline import Actor, Entry

LOOKED_AT = 14
"""So many days of delivery are looked at for one that is free."""


def bringing(customer_id: int | None, sku: str) -> Select[int]:
    """The ids of the subscriptions whose boxes hold the product that this is a variant of."""
    product = select(Variant.product_id).where(Variant.sku == sku).scalar_subquery()
    items = select(Subscription.id).join(SubscriptionItem, SubscriptionItem.subscription_id == Subscription.id)
    of_it = items.join(Price, Price.id == SubscriptionItem.price_id).join(Variant, Variant.id == Price.variant_id)
    return of_it.where(Subscription.customer_id == customer_id, SubscriptionItem.quantity > 0, Variant.product_id == product).distinct()


def hold_what_comes_first(exchange: Exchange, *, by: Actor, at: datetime) -> None:
    """The next box that would bring the same before the exchange is there comes after it. Once; what has locked stays as it is."""
    if exchange.held_entry_id or exchange.status is ExchangeStatus.CANCELED:
        return
    arrives_on = _arrival(exchange, at=at)
    for subscription_id in sorted(db.session.scalars(bringing(_whose(exchange), exchange.sku))):
        subscription = db.session.scalars(select(Subscription).where(Subscription.id == subscription_id).with_for_update()).one()
        first = next(iter(subscription.scheduled), None)
        if first is None or first.arrives_on > arrives_on or (day := _free_day(first, arrives_on, at=at)) is None:
            continue
        with suppress(Refusal):  # it has locked, or nothing can be changed now
            exchange.held_entry_id = hold_for_exchange(first, day, exchange.id, by=by, at=at).id
            return


def let_go(exchange: Exchange, *, by: Actor, at: datetime) -> None:
    """Nothing goes out any more, so the box that was to wait for it comes on its day again. Once; what cannot be put back stays."""
    entry = db.session.get(Entry, exchange.held_entry_id) if exchange.held_entry_id else None
    if exchange.status is not ExchangeStatus.CANCELED or entry is None or entry.undone_at:
        return
    subscription_id = int(entry.subject.partition(":")[2])
    subscription = db.session.scalars(select(Subscription).where(Subscription.id == subscription_id).with_for_update()).one()
    db.session.refresh(entry)
    with suppress(Refusal):  # it was undone or changed meanwhile, has locked, or nothing can be changed now
        undo(entry, subscription, by=by, at=at)
        emails.send_box_back(exchange, box=subscription.name, day=date.fromisoformat(entry.facts["day"]), at=at)


def _arrival(exchange: Exchange, *, at: datetime) -> date:
    """As its order says; before there is one, as it is promised: what comes back is looked at first."""
    if exchange.order_id:
        return shop().arrival_after(db.session.get_one(Order, exchange.order_id).placed_at)
    sent_at = (exchange.item.return_.sent_at if exchange.item else None) or at
    return shop().arrival_after(datetime.combine(promise(sent_at, shop()).issued_on, time(12), shop().zone))


def _whose(exchange: Exchange) -> int | None:
    if exchange.item:
        return exchange.item.return_.customer_id
    return db.session.scalar(select(Order.customer_id).where(Order.id == exchange.order_id))


def _free_day(delivery: Delivery, after: date, *, at: datetime) -> date | None:
    taken = {other.arrives_on for other in delivery.subscription.scheduled}
    days = islice(shop().delivery_days(max(after + timedelta(days=1), delivery.earliest_arrival(at=at))), LOOKED_AT)
    return next((day for day in days if day not in taken), None)
