"""Opens the demo's shop: its people and products here, and at the stand-in for Stripe a past of three months."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import stripe
from flask import current_app
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer, Staff
from portal.catalog.models import Price, Product, SwapGroup, Variant
from portal.demo.people import GOODS, HISTORY_DAYS, PEOPLE, RHYTHMS, SALE, STAFF, Box, Person
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.payments.stripe_provider import VERSION
from portal.subscriptions.models import Subscription

CURRENCY = "EUR"


@dataclass
class Begun:
    """A box that was subscribed to at the provider."""

    person: Person
    box: Box
    ref: str
    at: datetime


@dataclass
class Past:
    """What happened at the provider before today: each deed on its day, in order."""

    api: Any
    url: str
    opened_at: datetime
    deeds: list[tuple[timedelta, Callable[[], None]]] = field(default_factory=list)

    def add(self, days_ago: float, hour: int, deed: Callable[[], None]) -> None:
        midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.deeds.append((midnight - timedelta(days=days_ago) + timedelta(hours=hour) - self.opened_at, deed))

    def live(self) -> None:
        """From the opening until now. The stand-in renews and charges meanwhile."""
        for since_opening, deed in sorted(self.deeds, key=lambda planned: planned[0]):
            self.advance_to(self.opened_at + since_opening)
            deed()
        self.advance_to(now())

    def advance_to(self, moment: datetime) -> None:
        """Unless it is that late there already: two deeds of one moment, of which the first took a second."""
        clock = f"{self.url}/_sandbox/clock"
        ahead = int(moment.timestamp()) - int(requests.get(clock, timeout=60).json()["now"])
        if ahead > 0:
            requests.post(clock, json={"advance_seconds": ahead}, timeout=60).raise_for_status()


def is_empty() -> bool:
    return db.session.scalar(select(Customer.id).limit(1)) is None


def seed() -> None:
    """Fill an empty portal and an empty stand-in, whose clock has to be at the day when the shop opened. Takes some seconds."""
    api = stripe.StripeClient(
        current_app.config["STRIPE_SECRET_KEY"],
        stripe_version=VERSION,
        base_addresses={"api": current_app.config["STRIPE_API_BASE"]},
        max_network_retries=2,
    ).v1
    prices = _stock_the_shop(api)
    past = Past(api, current_app.config["STRIPE_API_BASE"], now() - timedelta(days=HISTORY_DAYS))
    begun: list[Begun] = []
    for person in PEOPLE:
        _plan(past, person, prices, begun)
    past.live()
    _move_in(begun)
    outbox.work_until_idle()


def _stock_the_shop(api: Any) -> dict[tuple[str, tuple[int, str]], str]:
    """Products and prices on both sides. By SKU and rhythm, the provider's names of the prices."""
    refs: dict[tuple[str, tuple[int, str]], str] = {}
    products = []
    groups = {name: SwapGroup(name=name) for name in dict.fromkeys(goods.group for goods in GOODS)}
    for goods in GOODS:
        there = api.products.create({"name": goods.name})
        prices = []
        for rhythm in RHYTHMS:
            amount, (count, unit) = round(goods.amount * SALE[rhythm] / 100), rhythm
            params = {"product": there.id, "currency": CURRENCY.lower(), "unit_amount": amount, "lookup_key": f"{goods.sku}/{count}-{unit}"}
            ref = api.prices.create({**params, "recurring": {"interval": unit, "interval_count": count}}).id
            refs[goods.sku, rhythm] = ref
            prices.append(Price(every_count=count, every_unit=unit, amount=amount, currency=CURRENCY, provider_ref=ref))
        variant = Variant(sku=goods.sku, name=goods.variant, swap_group=groups[goods.group], prices=prices)
        products.append(Product(name=goods.name, picture=goods.picture, provider_ref=there.id, variants=[variant]))
    with transaction():
        db.session.add_all(products)
    return refs


def _plan(past: Past, person: Person, prices: dict[tuple[str, tuple[int, str]], str], begun: list[Begun]) -> None:
    api = past.api
    refs: dict[str, str] = {}

    def arrive() -> None:
        card = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
        refs["customer"] = api.customers.create({"email": person.email, "name": person.name, **card}).id

    def subscribe(box: Box) -> None:
        items = [{"price": prices[sku, box.rhythm], "quantity": quantity} for sku, quantity in box.contents.items()]
        made = api.subscriptions.create({"customer": refs["customer"], "items": items})
        begun.append(Begun(person, box, made.id, datetime.fromtimestamp(made.created, UTC)))
        refs["subscription"] = made.id

    def decline() -> None:
        card = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": refs["customer"]}).id
        api.customers.update(refs["customer"], {"invoice_settings": {"default_payment_method": card}})

    def pause() -> None:
        until = int((now() + timedelta(days=70)).timestamp())
        api.subscriptions.update(refs["subscription"], {"pause_collection": {"behavior": "void", "resumes_at": until}})

    past.add(max(box.begun for box in person.boxes), 0, arrive)
    for box in person.boxes:
        past.add(box.begun, box.hour, lambda box=box: subscribe(box))  # type: ignore[misc]
    if person.declined is not None:
        past.add(person.declined, 8, decline)
    if person.paused is not None:
        past.add(person.paused, 8, pause)
    if person.cancelled is not None:
        past.add(person.cancelled, 8, lambda: api.subscriptions.cancel(refs["subscription"]))


def _move_in(begun: list[Begun]) -> None:
    """The same people here. What the provider knows of their subscriptions, the first sync learns."""
    at = now()
    with transaction():
        db.session.add_all(Staff(email=email, name=name, role=role) for email, name, role in STAFF)
        customers = {one.email: Customer(email=one.email, name=one.name, locale=one.locale, email_verified_at=at) for one in PEOPLE}
        for one in begun:
            count, unit = one.box.rhythm
            subscription = Subscription(
                customer=customers[one.person.email],
                provider_ref=one.ref,
                name=one.box.name,
                currency=CURRENCY,
                every_count=count,
                every_unit=unit,
                started_at=one.at,
            )
            db.session.add(subscription)
            db.session.flush()
            outbox.want_sync(subscription, at=at)
