"""What can be put into a box, and how often it can come: what the sheets of its contents show."""

from dataclasses import dataclass, field

from sqlalchemy import select

from portal.catalog.models import Price, Variant
from portal.catalog.queries import Offer, offers, rhythms_for
from portal.kit.db import db
from portal.subscriptions.models import SubscriptionItem
from portal.subscriptions.rhythm import Rhythm
from portal.subscriptions.shown import ShownSubscription

SUGGESTED = 3
"""So many products to add stand on the page; all of them are a tap away."""


@dataclass(frozen=True)
class Choices:
    to_swap: dict[int, list[Offer]] = field(default_factory=dict)
    """What may take the place of each item, by its id. What is in the box already comes last: then there is more of it."""
    to_add: list[Offer] = field(default_factory=list)
    """What is not in the box yet."""
    inside: dict[int, int] = field(default_factory=dict)
    """How many of each variant are."""

    @property
    def suggested(self) -> list[Offer]:
        """Of each group one, as far as they go: three teas beside each other suggest little."""
        first_of = {offer.group_id or -offer.variant_id: offer for offer in reversed(self.to_add)}
        return sorted(self.to_add, key=lambda offer: offer not in first_of.values())[:SUGGESTED]


def choices(shown: ShownSubscription) -> Choices:
    if not shown.can("contents"):
        return Choices()
    rows = db.session.execute(
        select(SubscriptionItem.id, Variant.id, Variant.swap_group_id, SubscriptionItem.quantity, Price.is_offered)
        .join(Price, Price.id == SubscriptionItem.price_id)
        .join(Variant, Variant.id == Price.variant_id)
        .where(SubscriptionItem.subscription_id == shown.id, SubscriptionItem.quantity > 0)
    ).all()
    is_of_their_own = not any(is_offered for *_others, is_offered in rows)
    all_of_them = offers(shown.every_count, shown.every_unit, shown.currency, nearest=is_of_their_own)
    inside = {variant_id: quantity for _item_id, variant_id, _group_id, quantity, _is_offered in rows}
    to_swap = {
        item_id: sorted(
            (offer for offer in all_of_them if group_id and offer.group_id == group_id and offer.variant_id != variant_id),
            key=lambda offer: offer.variant_id in inside,
        )
        for item_id, variant_id, group_id, _quantity, _is_offered in rows
    }
    return Choices(to_swap, [offer for offer in all_of_them if offer.variant_id not in inside], inside)


def rhythms(shown: ShownSubscription) -> dict[Rhythm, int]:
    """As often as the shop offers everything that is in the box, the most frequent first: with what all of it costs then."""
    if not shown.can("frequency"):
        return {}
    rows = db.session.execute(
        select(Price.variant_id, SubscriptionItem.quantity)
        .join(Price, Price.id == SubscriptionItem.price_id)
        .where(SubscriptionItem.subscription_id == shown.id, SubscriptionItem.quantity > 0)
    )
    inside: dict[int, int] = {row.variant_id: row.quantity for row in rows}
    return {
        Rhythm(*every): sum(amount * inside[variant_id] for variant_id, amount in amounts.items())
        for every, amounts in rhythms_for(inside, shown.currency).items()
    }
