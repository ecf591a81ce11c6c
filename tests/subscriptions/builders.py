"""Subscriptions on both sides, in one line each."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.catalog.models import Price, Product, Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.stripe import Stripe

CARD = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
MONTHLY = (1, "month")


@dataclass(frozen=True)
class Box:
    """A customer's subscription, as a test knows it."""

    browser: Browser
    customer_id: int
    id: int
    ref: str
    customer_ref: str
    deliveries: list[int]
    """The deliveries that are planned, soonest first."""

    def sign_in(self) -> None:
        """Once more: after a month away the session is over."""
        self.browser.sign_in(self.customer_id)

    @property
    def page(self) -> str:
        return f"/subscriptions/{self.id}"

    def skip(self, number: int) -> str:
        return f"/deliveries/{self.deliveries[number]}/skip"

    def unskip(self, number: int) -> str:
        return f"/deliveries/{self.deliveries[number]}/unskip"

    def move(self, number: int) -> str:
        return f"/deliveries/{self.deliveries[number]}/move"


def price(stripe: Stripe, name: str = "Sidamo coffee beans", amount: int = 1490, every: tuple[int, str] = MONTHLY) -> Price:
    """A product with one variant and one price, there and here. Inside an open transaction."""
    count, unit = every
    product = stripe.v1.products.create({"name": name})
    recurring = {"interval": unit, "interval_count": count}
    made = stripe.v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": recurring})
    here = Price(every_count=count, every_unit=unit, amount=amount, currency="EUR", provider_ref=made.id)
    variant = Variant(sku=f"SKU-{product.id}", name="500 g", prices=[here])
    db.session.add(Product(name=name, picture="products/coffee.svg", provider_ref=product.id, variants=[variant]))
    db.session.flush()
    return here


def subscribe(
    app: Flask,
    stripe: Stripe,
    *,
    email: str = "alice@example.com",
    name: str = "Pantry box",
    every: tuple[int, str] = MONTHLY,
    quantity: int = 1,
) -> Box:
    """A customer with a subscription that begins, and is charged, now. Whoever has this address gets one more."""
    with app.app_context(), transaction():
        whose = db.session.scalars(select(Customer).where(Customer.email == email)).one_or_none() or customer(email=email)
        there = stripe.v1.customers.create({"email": email, **CARD})
        items = [{"price": price(stripe, every=every).provider_ref, "quantity": 1}]
        made = stripe.v1.subscriptions.create({"customer": there.id, "items": items})
        started_at = datetime.fromtimestamp(made.created, UTC)
        count, unit = every
        here = Subscription(
            customer=whose, provider_ref=made.id, name=name, currency="EUR", every_count=count, every_unit=unit, started_at=started_at
        )
        db.session.add(here)
        db.session.flush()
        outbox.want_sync(here, at=now())
        here_id, customer_id = here.id, whose.id
    stripe.wait_for_webhooks()
    with app.app_context():
        outbox.work_until_idle()
        deliveries = [delivery.id for delivery in db.session.get_one(Subscription, here_id).planned]
    browser = Browser(app)
    browser.sign_in(customer_id)
    return Box(browser, customer_id, here_id, made.id, there.id, deliveries)
