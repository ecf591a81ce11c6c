"""An account at Stripe, played or real: the real SDK, and in one line each what a test needs."""

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import stripe

DAY = 24 * 60 * 60


@dataclass
class Account:
    url: str = "https://api.stripe.com"
    key: str = "sk_test_shop"
    prices: dict[tuple[int, str, int], stripe.Price] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)

    @cached_property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            self.key, stripe_version="2026-08-26.dahlia", base_addresses={"api": self.url}, max_network_retries=0
        )  # fmt: skip

    @property
    def v1(self) -> Any:
        """Not typed: tests send what types forbid, and look into what may be expanded or not."""
        return self.client.v1

    def now(self) -> int:
        return int(time.time())

    def once(self) -> dict[str, str]:
        """A key that no earlier run has used."""
        return {"idempotency_key": f"once-{uuid4()}"}

    def customer(self, card: str | None = "pm_card_visa", **more: Any) -> Any:
        params = {"email": "alice@example.com", "name": "Alice", **more}
        if card:
            params |= {"payment_method": card, "invoice_settings": {"default_payment_method": card}}
        made = self.v1.customers.create(params)
        if not made.test_clock:  # else it goes with its clock
            self.customers.append(made.id)
        return made

    def simulation(self, starts_at: int | None = None) -> Any:
        made = self.v1.test_helpers.test_clocks.create({"frozen_time": starts_at or self.now(), "name": "contract"})
        self.clocks.append(made.id)
        return made

    def advance(self, clock: Any, moment: int) -> Any:
        """Until it is there. At the stand-in it is when it is asked first."""
        clocks = self.v1.test_helpers.test_clocks
        assert clocks.advance(clock.id, {"frozen_time": moment}).status == "advancing"
        while (there := clocks.retrieve(clock.id)).status == "advancing":
            time.sleep(1)
        assert (there.status, there.frozen_time) == ("ready", moment)
        return there

    def endpoint(self, url: str, *events: str, **more: Any) -> Any:
        made = self.v1.webhook_endpoints.create({"url": url, "enabled_events": list(events) or ["*"], **more})
        self.endpoints.append(made.id)
        return made

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

    def coupon(self, **more: Any) -> Any:
        """A fifth off the first charge, unless told otherwise."""
        return self.v1.coupons.create({"duration": "once", **({} if "amount_off" in more else {"percent_off": 20}), **more})

    def code(self, coupon: Any = None, **more: Any) -> Any:
        return self.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": (coupon or self.coupon()).id}, **more})

    def preview(self, subscription: Any, **more: Any) -> Any:
        return self.v1.invoices.create_preview({"subscription": subscription.id, **more})

    def skip_to(self, subscription: Any, moment: int, **more: Any) -> Any:
        return self.v1.subscriptions.update(subscription.id, {"trial_end": moment, "proration_behavior": "none", **more})

    def again(self, subscription: Any) -> Any:
        return self.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})

    def invoices(self, subscription: Any) -> list[Any]:
        """Oldest first."""
        return list(reversed(self.v1.invoices.list({"subscription": subscription.id, "limit": 100}).data))

    def events(self, *types: str, about: Any = None) -> list[Any]:
        """Oldest first."""
        params = {"limit": 100, **({"types": list(types)} if types else {})}
        listed = list(reversed(self.v1.events.list(params).data))
        return [event for event in listed if about is None or event.data.object.id == about.id]

    def decline_from_now_on(self, customer: Any) -> None:
        card = self.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
        self.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card.id}})

    def pay_from_now_on(self, customer: Any) -> None:
        card = self.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
        self.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card.id}})

    def tidy(self) -> None:
        """Nothing that a test made is renewed for ever: at Stripe, a deleted customer's subscriptions are cancelled."""
        while self.clocks:
            self.v1.test_helpers.test_clocks.delete(self.clocks.pop())
        while self.endpoints:
            self.v1.webhook_endpoints.delete(self.endpoints.pop())
        while self.customers:
            self.v1.customers.delete(self.customers.pop())


def period(subscription: Any) -> tuple[int, int]:
    first = subscription["items"].data[0]
    return first.current_period_start, first.current_period_end
