"""A shop at the stand-in: the real SDK, and in one line each what a test needs."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests
import stripe

DAY = 24 * 60 * 60


@dataclass
class Shop:
    url: str
    key: str = "sk_test_shop"
    prices: dict[tuple[int, str, int], stripe.Price] = field(default_factory=dict)

    @cached_property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            self.key, stripe_version="2026-08-26.dahlia", base_addresses={"api": self.url}, max_network_retries=0
        )  # fmt: skip

    @property
    def v1(self) -> Any:
        """Not typed: tests send what types forbid, and look into what may be expanded or not."""
        return self.client.v1

    def customer(self, card: str | None = "pm_card_visa", **more: Any) -> Any:
        params = {"email": "alice@example.com", "name": "Alice", **more}
        if card:
            params |= {"payment_method": card, "invoice_settings": {"default_payment_method": card}}
        return self.v1.customers.create(params)

    def price(self, amount: int = 1999, interval: str = "month", count: int = 1) -> stripe.Price:
        if (amount, interval, count) not in self.prices:
            product = self.v1.products.create({"name": "Coffee box"})
            recurring = {"interval": interval, "interval_count": count}
            params = {"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": recurring}
            self.prices[amount, interval, count] = self.v1.prices.create(params)
        return self.prices[amount, interval, count]

    def subscribe(self, customer: Any = None, price: stripe.Price | None = None, quantity: int = 1, **more: Any) -> Any:
        customer = customer or self.customer()
        items = [{"price": (price or self.price()).id, "quantity": quantity}]
        return self.v1.subscriptions.create({"customer": customer.id, "items": items, **more})

    def skip_to(self, subscription: Any, moment: int, **more: Any) -> Any:
        return self.v1.subscriptions.update(subscription.id, {"trial_end": moment, "proration_behavior": "none", **more})

    def again(self, subscription: Any) -> Any:
        return self.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})

    def invoices(self, subscription: Any) -> list[Any]:
        """Oldest first."""
        return list(reversed(self.v1.invoices.list({"subscription": subscription.id, "limit": 100}).data))

    def events(self, *types: str) -> list[Any]:
        """Oldest first."""
        params = {"limit": 100, **({"types": list(types)} if types else {})}
        return list(reversed(self.v1.events.list(params).data))

    def decline_from_now_on(self, customer: Any) -> None:
        card = self.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
        self.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card.id}})

    def pay_from_now_on(self, customer: Any) -> None:
        card = self.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
        self.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card.id}})

    def control(self, name: str, sent: Any = None) -> Any:
        address = f"{self.url}/_sandbox/{name}"
        answer = requests.get(address, timeout=30) if sent is None else requests.post(address, json=sent, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def clear(self, name: str) -> None:
        requests.delete(f"{self.url}/_sandbox/{name}", timeout=30).raise_for_status()

    def now(self) -> int:
        return int(self.control("clock")["now"])

    def later(self, *, days: float = 0, seconds: int = 0) -> None:
        self.control("clock", {"advance_seconds": int(days * DAY) + seconds})

    def advance_to(self, moment: int) -> None:
        self.control("clock", {"to": moment})


def period(subscription: Any) -> tuple[int, int]:
    first = subscription["items"].data[0]
    return first.current_period_start, first.current_period_end
