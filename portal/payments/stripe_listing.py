"""Reads an account at Stripe a page at a time, and says of each subscription whether our terms can say what it is."""

from collections.abc import Iterator
from typing import Any

import stripe
from stripe.params import (
    CustomerListParams,
    PriceListParams,
    ProductListParams,
    SubscriptionListParams,
)

from portal.payments.listing_port import CustomerThere, Page, Part, PriceThere, ProductThere, Snag, SubscriptionThere
from portal.payments.stripe_reading import VERSION_KEY, all_items
from portal.payments.stripe_words import PAGE, client, in_our_words, metadata, moment, ref_of

NEVER = ("canceled", "incomplete_expired")
"""Of these statuses nothing is charged any more."""


class StripeListing:
    def __init__(self, key: str, url: str) -> None:
        self.client = client(key, url)
        self.is_live = "_live_" in key

    def products(self, after: str | None) -> Page[ProductThere]:
        params: ProductListParams = {"limit": PAGE}
        if after:
            params["starting_after"] = after
        with in_our_words():
            found = self.client.v1.products.list(params)
            return Page(tuple(ProductThere(product.id, product.name) for product in found.data), _next(found))

    def prices(self, after: str | None) -> Page[PriceThere]:
        params: PriceListParams = {"type": "recurring", "limit": PAGE}
        if after:
            params["starting_after"] = after
        with in_our_words():
            found = self.client.v1.prices.list(params)
            return Page(tuple(_price(price) for price in found.data if not set(_snags_of_price(price))), _next(found))

    def customers(self, after: str | None) -> Page[CustomerThere]:
        params: CustomerListParams = {"limit": PAGE}
        if after:
            params["starting_after"] = after
        with in_our_words():
            found = self.client.v1.customers.list(params)
            return Page(tuple(_customer(customer) for customer in found.data), _next(found))

    def subscriptions(self, after: str | None) -> Page[SubscriptionThere]:
        params: SubscriptionListParams = {"status": "all", "limit": PAGE}
        if after:
            params["starting_after"] = after
        with in_our_words():
            found = self.client.v1.subscriptions.list(params)
            return Page(tuple(_subscription(one, all_items(self.client, one)) for one in found.data), _next(found))

    def subscription(self, ref: str) -> SubscriptionThere:
        with in_our_words():
            found = self.client.v1.subscriptions.retrieve(ref, {"expand": ["items.data.price.product"]})
            return _subscription(found, all_items(self.client, found))


def _next(found: "stripe.ListObject[Any]") -> str | None:
    return str(found.data[-1].id) if found.has_more and found.data else None


def _price(price: stripe.Price) -> PriceThere:
    return PriceThere(
        ref=price.id,
        product_ref=ref_of(price.product) or "",
        amount=price.unit_amount or 0,
        currency=price.currency.upper(),
        every=_every(price),
        is_active=price.active,
    )


def _customer(customer: stripe.Customer) -> CustomerThere:
    told = metadata(customer) if customer.metadata else {}
    return CustomerThere(customer.id, customer.email or "", customer.name or "", int(told.get(VERSION_KEY, "0")))


def _subscription(subscription: stripe.Subscription, items: list[stripe.SubscriptionItem]) -> SubscriptionThere:
    goes_on = subscription.status not in NEVER and items
    return SubscriptionThere(
        ref=subscription.id,
        customer_ref=ref_of(subscription.customer) or "",
        words=subscription.description or "",
        status=subscription.status,
        currency=subscription.currency.upper(),
        started_at=moment(subscription.start_date),
        ended_at=moment(subscription.ended_at) if subscription.ended_at else None,
        next_charge_at=moment(min(item.current_period_end for item in items)) if goes_on else None,
        version=int(metadata(subscription).get(VERSION_KEY, "0")),
        parts=tuple(_part(item) for item in items),
        snags=tuple(dict.fromkeys(_snags(subscription, items))),
    )


def _part(item: stripe.SubscriptionItem) -> Part:
    price, snags = item.price, set(_snags_of_price(item.price))
    product = price.product
    return Part(
        product_ref=ref_of(product) or "",
        words=product.name if isinstance(product, stripe.Product) else "",
        quantity=None if Snag.BY_USAGE in snags else item.to_dict().get("quantity"),
        amount=None if snags else price.unit_amount,
        currency=price.currency.upper(),
        every=_every(price),
    )


def _snags(subscription: stripe.Subscription, items: list[stripe.SubscriptionItem]) -> Iterator[Snag]:
    """Source: docs.stripe.com/api/subscriptions/object. What our updates leave as it is (taxes, trials, who pays) is none."""
    for item in items:
        yield from _snags_of_price(item.price)
    if any(item.price.currency != subscription.currency for item in items):
        yield Snag.SEVERAL_CURRENCIES
    if len({_every(item.price) for item in items}) > 1:
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


def _snags_of_price(price: stripe.Price) -> Iterator[Snag]:
    if price.recurring and price.recurring.usage_type == "metered":
        yield Snag.BY_USAGE
    if price.billing_scheme != "per_unit" or price.transform_quantity or price.unit_amount is None:
        yield Snag.NOT_PER_PIECE


def _every(price: stripe.Price) -> tuple[int, str]:
    return (price.recurring.interval_count, price.recurring.interval) if price.recurring else (1, "month")
