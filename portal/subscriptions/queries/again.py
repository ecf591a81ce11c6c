"""What of an order can be bought again, at today's price; and who may read the guide to a product."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from portal.catalog.models import Price, Variant
from portal.catalog.queries import Guide, guide
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.subscriptions.queries.contents import choices
from portal.subscriptions.shown import ShownSubscription

MOST = 50
"""So many of an order's lines are looked at."""


@dataclass(frozen=True)
class Again:
    title: str
    picture: str
    quantity: int
    """As it was bought then."""
    paid: int
    """For one, then, in the order's currency."""
    variant_id: int | None
    """None if the catalogue has it no more."""
    amount: int | None
    """For one, today, in the subscription's currency; None if it does not come that often."""
    inside: int
    """So many are in the box already."""


def order_currency(customer_id: int, number: str) -> str | None:
    """None if it is not theirs."""
    return db.session.scalar(select(Order.currency).where(Order.customer_id == customer_id, Order.number == number))


def again(customer_id: int, number: str, subscription: ShownSubscription | None) -> list[Again]:
    """Each product of the order once, as often as it was in it; with the price that it has in this subscription."""
    lines = (
        select(OrderLine.title, OrderLine.sku, OrderLine.picture, OrderLine.quantity, OrderLine.unit_amount, Variant.id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(Variant, Variant.sku == OrderLine.sku)
        .where(Order.customer_id == customer_id, Order.number == number)
        .order_by(OrderLine.position)
        .limit(MOST)
    )
    choice = choices(subscription) if subscription else None
    prices = {offer.variant_id: offer.amount for offer in choice.to_add} if choice else {}
    found: dict[int | str, Again] = {}
    for title, sku, picture, quantity, unit_amount, variant_id in db.session.execute(lines):
        before = found.get(variant_id or sku or title)
        inside = choice.inside.get(variant_id, 0) if choice and variant_id else 0
        bought = quantity + (before.quantity if before else 0)
        amount = prices.get(variant_id) if variant_id else None
        found[variant_id or sku or title] = Again(title, picture, bought, unit_amount, variant_id, amount, inside)
    return list(found.values())


def guide_for(customer_id: int, product_id: int) -> Guide | None:
    """Of a product that this customer bought, or has in a subscription."""
    bought = (
        exists()
        .where(OrderLine.sku == Variant.sku, Variant.product_id == product_id)
        .where(OrderLine.order_id == Order.id, Order.customer_id == customer_id)
    )
    receives = (
        exists()
        .where(SubscriptionItem.price_id == Price.id, Price.variant_id == Variant.id, Variant.product_id == product_id)
        .where(SubscriptionItem.subscription_id == Subscription.id, Subscription.customer_id == customer_id)
    )
    return guide(product_id) if db.session.scalar(select(or_(bought, receives))) else None
