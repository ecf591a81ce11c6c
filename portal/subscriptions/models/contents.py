"""What is in the boxes of a subscription: products, quantities, and how often they come at which price."""

from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from portal.catalog.actions import price_in_rhythm
from portal.catalog.models import Price, Variant
from portal.kit.i18n import money
from portal.kit.shop import shop
from portal.payments import Contents as Told
from portal.subscriptions.models.item import SubscriptionItem
from portal.subscriptions.policy import Change
from portal.subscriptions.refusals import (
    AlreadyInside,
    BelowMinimum,
    NothingLeft,
    NotInside,
    NotInTheGroup,
    NotInTheRange,
    WrongFrequency,
    WrongQuantity,
)  # fmt: skip
from portal.subscriptions.rhythm import Rhythm

if TYPE_CHECKING:
    from portal.subscriptions.models.subscription import Subscription

MOST = 99
"""Of one product in one box."""
MOST_PRODUCTS = 20
"""Source: docs.stripe.com/billing/subscriptions/multiple-products."""


class Contents:
    def __init__(self, subscription: "Subscription") -> None:
        self.of = subscription

    @property
    def items(self) -> list[SubscriptionItem]:
        """Those that are in the box."""
        return [item for item in self.of.items if item.quantity]

    @property
    def total(self) -> int:
        """What one delivery costs before discounts, in minor units of the subscription's currency."""
        return sum(item.amount for item in self.items)

    @property
    def told(self) -> Told:
        """In the provider's names; those that it has not given yet are left out."""
        return tuple(sorted((item.price.provider_ref, item.quantity) for item in self.items if item.price.provider_ref))

    @property
    def is_of_their_own(self) -> bool:
        """Whether it comes as often as the shop offers none of what is in it: the customer chose a rhythm of their own."""
        return not any(item.price.is_offered for item in self.items)

    def set_quantity(self, item: SubscriptionItem, quantity: int) -> None:
        self.of.must_allow(Change.CONTENTS)
        self.must_be_inside(item)
        before = self.total
        if not 1 <= quantity <= MOST:
            raise WrongQuantity(_("Choose a whole number from 1 to %(most)s.", most=MOST))
        item.quantity = quantity
        self._must_be_enough(before)

    def swap(self, item: SubscriptionItem, variant: Variant) -> None:
        """Another variant of the same group takes its place. If that is in the box already, there is more of it."""
        self.of.must_allow(Change.CONTENTS)
        self.must_be_inside(item)
        before, name = self.total, item.price.variant.product.name
        if item.price.variant.swap_group is None or variant.swap_group is not item.price.variant.swap_group:
            raise NotInTheGroup(_("This can’t take the place of %(name)s. Choose one of those that are shown.", name=name))
        quantity, item_there = item.quantity, self._item_with(price := self.price_of(variant))
        if item_there is item:
            return
        if item_there and item_there.quantity:
            item.quantity = 0
            self._more_of(item_there, quantity)
        else:
            if item_there:  # it was taken out once: its row must not come back beside this one
                item_there.price = item.price
            item.price = price
        self._must_be_enough(before)

    def add(self, item: SubscriptionItem, quantity: int) -> None:
        """Put something in, or back in; `slot_for` gives the item."""
        self.of.must_allow(Change.CONTENTS)
        if item.quantity:
            name = item.price.variant.product.name
            raise AlreadyInside(_("%(name)s is in the box already. Change how many there are instead.", name=name))
        if len(self.items) >= MOST_PRODUCTS:
            raise NotInTheRange(_("A box holds at most %(most)s different products. Take one out first.", most=MOST_PRODUCTS))
        self._more_of(item, quantity)

    def slot_for(self, variant: Variant) -> SubscriptionItem:
        """The item of this variant, in the box or not. A new one is empty, so that what is put in can be undone like all else."""
        price = self.price_of(variant)
        if known := self._item_with(price):
            return known
        self.of.items.append(made := SubscriptionItem(price=price, quantity=0))
        return made

    def remove(self, item: SubscriptionItem) -> None:
        self.of.must_allow(Change.CONTENTS)
        self.must_be_inside(item)
        before = self.total
        if self.items == [item]:
            raise NothingLeft(_("This is the last product of the box. Swap it, skip the delivery, or cancel the subscription instead."))
        item.quantity = 0
        self._must_be_enough(before)

    def must_be_inside(self, item: SubscriptionItem) -> None:
        if not item.quantity:
            raise NotInside(_("%(name)s is not in the box any more. You can add it again.", name=item.price.variant.product.name))

    def come_every(self, rhythm: Rhythm, *, at: datetime) -> None:
        """Another frequency, with the prices that go with it. The next delivery keeps its day, the later ones follow."""
        self.of.must_allow(Change.FREQUENCY)
        least, most = shop().shortest_days, shop().longest_days
        if rhythm.count < 1 or not least <= int(rhythm.days) <= most:
            raise WrongFrequency(_("Choose something between every %(least)s and every %(most)s days.", least=least, most=most))
        if rhythm == self.of.rhythm:
            raise WrongFrequency(_("It already comes that often. Choose something else."))
        before = self.total
        for item in sorted(self.of.items, key=lambda item: item.price.variant.id or 0):  # one order for all who may wait for each other
            variant = item.price.variant
            price = price_in_rhythm(variant, rhythm.count, rhythm.unit, self.of.currency)
            if price:
                item.price = price
            elif item.quantity:
                raise NotInTheRange(_("%(name)s comes only as often as now. Take it out first, or write to us.", name=variant.product.name))
        self.of.every_count, self.of.every_unit = rhythm.count, rhythm.unit
        self._must_be_enough(before)
        self.of.plan.begin_again(at=at)

    def price_of(self, variant: Variant) -> Price:
        """In the rhythm and currency of the subscription: as the shop offers it; in a rhythm of their own, as in the nearest one."""
        rhythm, currency = self.of.rhythm, self.of.currency
        price = variant.price_for(rhythm.count, rhythm.unit, currency)
        if self.is_of_their_own:
            price = price_in_rhythm(variant, rhythm.count, rhythm.unit, currency)
        if price and (price.is_offered or self.is_of_their_own):
            return price
        raise NotInTheRange(_("%(name)s does not come that often. Choose another product.", name=variant.product.name))

    def must_fit(self) -> None:
        """After an undo: what it gave back must still make a box, and all of it at prices of one rhythm."""
        self._must_be_enough()
        rhythm = (self.of.every_count, self.of.every_unit)
        for item in self.items:
            if (item.price.every_count, item.price.every_unit) != rhythm:
                name = item.price.variant.product.name
                raise NotInTheRange(_("This can’t be undone, because how often %(name)s comes was changed since.", name=name))
        refs = [item.price_id for item in self.items]
        if len(refs) != len(set(refs)):
            raise NotInTheRange(_("The same product would be in the box twice. Change its quantity instead."))

    def _more_of(self, item: SubscriptionItem, quantity: int) -> None:
        if not 1 <= quantity <= MOST or item.quantity + quantity > MOST:
            raise WrongQuantity(_("Choose a whole number from 1 to %(most)s.", most=MOST - item.quantity))
        item.quantity += quantity

    def _item_with(self, price: Price) -> SubscriptionItem | None:
        """The one in the box, if it is; else the one that was taken out. After a swap was undone there may be both."""
        with_it = [item for item in self.of.items if item.price is price]
        return max(with_it, key=lambda item: item.quantity, default=None)

    def _must_be_enough(self, before: int = 0) -> None:
        """Not below the minimum; what was below it before may come nearer."""
        least = shop().minimum_order if self.of.currency == shop().currency else 0
        if self.total < least and not self.total > before > 0:
            raise BelowMinimum(
                _(
                    "A box costs at least %(least)s, and this one would be %(total)s. Add something first.",
                    least=money(least, self.of.currency),
                    total=money(self.total, self.of.currency),
                )
            )
