"""What can be put into a box, and how often it can come: what the sheets of its contents show."""

from dataclasses import dataclass, field

from portal.catalog.queries import Offer, offers, rhythms_for
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
    is_of_their_own = not any(line.is_offered for line in shown.lines)
    all_of_them, inside = offers(shown.every_count, shown.every_unit, shown.currency, nearest=is_of_their_own), shown.inside
    to_swap = {
        line.item_id: sorted(
            (offer for offer in all_of_them if line.group_id and offer.group_id == line.group_id and offer.variant_id != line.variant_id),
            key=lambda offer: offer.variant_id in inside,
        )
        for line in shown.lines
        if line.item_id
    }
    return Choices(to_swap, [offer for offer in all_of_them if offer.variant_id not in inside], inside)


def rhythms(shown: ShownSubscription) -> dict[Rhythm, int]:
    """As often as the shop offers everything that is in the box, the most frequent first: with what all of it costs then."""
    if not shown.can("frequency"):
        return {}
    inside = shown.inside
    return {
        Rhythm(*every): sum(amount * inside[variant_id] for variant_id, amount in amounts.items())
        for every, amounts in rhythms_for(inside, shown.currency).items()
    }
