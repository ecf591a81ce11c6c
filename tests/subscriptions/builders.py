"""Subscriptions on both sides, in one line each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec

from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.catalog.models import Price, Product, SwapGroup, Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.harness.kept import once
from tests.stripe import Stripe

CARD = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
MONTHLY = (1, "month")
How = ParamSpec("How")


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


@dataclass(frozen=True)
class Begun:
    """Names that hold wherever the rows of a subscription are."""

    customer_id: int
    id: int
    ref: str
    customer_ref: str
    deliveries: tuple[int, ...]


@dataclass(frozen=True)
class Goods:
    """What a shop sells: what one costs in each rhythm, in cents."""

    name: str
    amounts: dict[tuple[int, str], int]
    group: str = ""
    currency: str = "EUR"
    is_offered: bool = True
    is_active: bool = True
    """Whether Stripe still puts it into subscriptions."""


BIWEEKLY, QUARTERLY = (2, "week"), (3, "month")
TEA = Goods("Highland tea", {BIWEEKLY: 920, MONTHLY: 980, QUARTERLY: 1000}, "tea")
SENCHA = Goods("Sencha", {BIWEEKLY: 1090, MONTHLY: 1180, QUARTERLY: 1200}, "tea")
CAMOMILE = Goods("Camomile", {MONTHLY: 780}, "tea")
OATS = Goods("Rolled oats", {BIWEEKLY: 390, MONTHLY: 420, QUARTERLY: 430}, "pantry")
HONEY = Goods("Honey", {BIWEEKLY: 850, MONTHLY: 890}, "spreads")
MATCHA = Goods("Matcha", {MONTHLY: 2400}, "tea", is_offered=False)
EARL = Goods("Earl Grey", {MONTHLY: 1100}, "tea", currency="USD")
SHELF = [TEA, SENCHA, CAMOMILE, OATS, HONEY, MATCHA, EARL]
"""Camomile comes each month only; matcha is not offered any more, and Earl Grey not for euros."""


def stock(app: Flask, stripe: Stripe, shelf: list[Goods]) -> dict[str, int]:
    """All of it on both sides. The ids of the variants, by name."""
    groups = {goods.group: SwapGroup(name=goods.group) for goods in shelf if goods.group}
    made: dict[str, Variant] = {}
    with app.app_context(), transaction(), stripe.telling_nobody():
        for goods in shelf:
            product = stripe.v1.products.create({"name": goods.name})
            prices = []
            for (count, unit), amount in goods.amounts.items():
                params = {"product": product.id, "currency": goods.currency.lower(), "unit_amount": amount, "active": goods.is_active}
                ref = stripe.v1.prices.create({**params, "recurring": {"interval": unit, "interval_count": count}}).id
                prices.append(
                    Price(
                        every_count=count,
                        every_unit=unit,
                        amount=amount,
                        currency=goods.currency,
                        provider_ref=ref,
                        is_offered=goods.is_offered,
                    )
                )
            variant = Variant(sku=f"SKU-{product.id}", name="one pack", prices=prices, swap_group=groups.get(goods.group))
            db.session.add(Product(name=goods.name, picture="products/tea.svg", provider_ref=product.id, variants=[variant]))
            made[goods.name] = variant
        db.session.flush()
        return {name: variant.id for name, variant in made.items()}


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


def begin(
    app: Flask,
    stripe: Stripe,
    *,
    email: str = "alice@example.com",
    name: str = "Pantry box",
    every: tuple[int, str] = MONTHLY,
    quantity: int = 1,
    contents: dict[str, int] | None = None,
) -> Begun:
    """A subscription that begins, and is charged, now: through both sides, whatever was kept. Whoever has this address gets one more.

    `contents` are pieces by the name of a product that is in stock; without, it is a coffee of its own.
    """
    with app.app_context(), transaction():
        whose = db.session.scalars(select(Customer).where(Customer.email == email)).one_or_none() or customer(email=email)
        there = stripe.v1.customers.create({"email": email, **CARD})
        inside = (
            {_in_stock(name, every): pieces for name, pieces in contents.items()} if contents else {price(stripe, every=every): quantity}
        )
        items = [{"price": one.provider_ref, "quantity": pieces} for one, pieces in inside.items()]
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
        deliveries = tuple(delivery.id for delivery in db.session.get_one(Subscription, here_id).planned)
    return Begun(customer_id, here_id, made.id, there.id, deliveries)


def signed_in(app: Flask, begun: Begun) -> Box:
    browser = Browser(app)
    browser.sign_in(begun.customer_id)
    return Box(browser, begun.customer_id, begun.id, begun.ref, begun.customer_ref, list(begun.deliveries))


def _kept(make: Callable[Concatenate[Flask, Stripe, How], Begun]) -> Callable[Concatenate[Flask, Stripe, How], Box]:
    def subscribe(app: Flask, stripe: Stripe, /, *none: How.args, **how: How.kwargs) -> Box:
        begun = once(("subscription", str(how)), app, stripe, lambda: make(app, stripe, *none, **how))
        return signed_in(app, begun)

    return subscribe


subscribe = _kept(begin)
"""The same, put back if it was made before, and the customer signed in."""


def _in_stock(name: str, every: tuple[int, str]) -> Price:
    query = select(Price).join(Variant, Variant.id == Price.variant_id).join(Product, Product.id == Variant.product_id)
    return db.session.scalars(query.where(Product.name == name, Price.every_count == every[0], Price.every_unit == every[1])).one()
