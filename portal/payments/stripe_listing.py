"""Reads an account at Stripe a page at a time, and says of each subscription whether our terms can say what it is."""

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
from portal.payments.stripe_snags import every, snags_of, snags_of_price
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
            return Page(tuple(_price(price) for price in found.data if not set(snags_of_price(price))), _next(found))

    def customers(self, after: str | None) -> Page[CustomerThere]:
        params: CustomerListParams = {"limit": PAGE}
        if after:
            params["starting_after"] = after
        with in_our_words():
            found = self.client.v1.customers.list(params)
            return Page(tuple(_customer(customer) for customer in found.data), _next(found))

    def customer(self, ref: str) -> CustomerThere | None:
        with in_our_words():
            customer = self.client.v1.customers.retrieve(ref)
            return None if getattr(customer, "deleted", False) else _customer(customer)

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
        every=every(price),
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
        snags=tuple(dict.fromkeys(snags_of(subscription, items))),
    )


def _part(item: stripe.SubscriptionItem) -> Part:
    price, snags = item.price, set(snags_of_price(item.price))
    product = price.product
    return Part(
        ref=item.id,
        product_ref=ref_of(product) or "",
        words=product.name if isinstance(product, stripe.Product) else "",
        quantity=None if Snag.BY_USAGE in snags else item.to_dict().get("quantity"),
        amount=None if snags else price.unit_amount,
        currency=price.currency.upper(),
        every=every(price),
    )
