"""What of a subscription at Stripe our terms can't say."""

from collections.abc import Iterator

import stripe

from portal.payments.listing_port import Snag

UNSAYABLE = (Snag.SEVERAL_CURRENCIES, Snag.SEVERAL_RHYTHMS, Snag.BY_USAGE, Snag.NOT_PER_PIECE, Snag.SCHEDULED)
"""Of one of ours, these make our updates wrong or impossible. The others stay as they are,
and only keep a new one from being taken in."""


def snags_of(subscription: stripe.Subscription, items: list[stripe.SubscriptionItem]) -> Iterator[Snag]:
    """Source: docs.stripe.com/api/subscriptions/object. What our updates leave as it is (taxes, trials, who pays) is none."""
    for item in items:
        yield from snags_of_price(item.price)
    if any(item.price.currency != subscription.currency for item in items):
        yield Snag.SEVERAL_CURRENCIES
    if len({every(item.price) for item in items}) > 1:
        yield Snag.SEVERAL_RHYTHMS
    if subscription.schedule or subscription.billing_schedules:
        yield Snag.SCHEDULED
    if subscription.collection_method != "charge_automatically":
        yield Snag.SENT_BILLS
    if len(subscription.discounts or []) > 1:
        yield Snag.SEVERAL_DISCOUNTS
    if any(item.discounts for item in items):
        yield Snag.DISCOUNTED_PART
    if subscription.cancel_at and not subscription.cancel_at_period_end:
        yield Snag.ENDS_BETWEEN
    if subscription.billing_thresholds or any(item.billing_thresholds for item in items):
        yield Snag.BILLED_EARLY


def snags_of_price(price: stripe.Price) -> Iterator[Snag]:
    if price.recurring and price.recurring.usage_type == "metered":
        yield Snag.BY_USAGE
    if price.billing_scheme != "per_unit" or price.transform_quantity or price.unit_amount is None:
        yield Snag.NOT_PER_PIECE


def every(price: stripe.Price) -> tuple[int, str]:
    return (price.recurring.interval_count, price.recurring.interval) if price.recurring else (1, "month")
