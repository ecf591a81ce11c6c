"""Opens the demo's shop: its people and products here, and at the stand-in for Stripe a past of three months."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import sleep
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import requests
import stripe
from flask import current_app
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Address, AuthenticatorApp, Customer, Role, Staff
from portal.catalog.models import Price, Product, SwapGroup, Variant
from portal.demo import parcels
from portal.demo.people import CODES, GOODS, HISTORY_DAYS, PEOPLE, RHYTHMS, SALE, STAFF, Box, Person, Worker
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.safe import lock_away
from portal.payments.stripe_words import VERSION
from portal.subscriptions.models import Subscription

CURRENCY = "EUR"
STEP = timedelta(days=26)
"""So far a test clock is moved at a time: two periods of its shortest subscription are the most.
Source: docs.stripe.com/api/test_clocks/advance."""
PATIENCE = 120
"""Seconds for the provider to answer."""
MOST = 3
"""So many subscriptions a customer in a test clock's time has. Source: docs.stripe.com/billing/testing/test-clocks."""


@dataclass
class Begun:
    """A box that was subscribed to at the provider."""

    person: Person
    box: Box
    ref: str
    at: datetime


class StandInsTime:
    """The stand-in's own clock, which is moved for all at once."""

    inside: Mapping[str, str] = MappingProxyType({})

    def __init__(self, url: str) -> None:
        self.clock = f"{url}/_sandbox/clock"

    def advance_to(self, moment: datetime) -> None:
        """Unless it is that late there already: two deeds of one moment, of which the first took a second."""
        ahead = int(moment.timestamp()) - int(requests.get(self.clock, timeout=60).json()["now"])
        if ahead > 0:
            requests.post(self.clock, json={"advance_seconds": ahead}, timeout=60).raise_for_status()


class Simulation:
    """A test clock, by which only the customers inside it live. Stripe deletes it after 30 days, and them with it."""

    def __init__(self, api: Any, begins_at: datetime) -> None:
        self.clocks = api.test_helpers.test_clocks
        self.at = begins_at
        self.ref = self.clocks.create({"frozen_time": int(begins_at.timestamp()), "name": "Demo"}).id
        self.inside = {"test_clock": self.ref}

    def advance_to(self, moment: datetime) -> None:
        while int(self.at.timestamp()) < int(moment.timestamp()):
            self.at = min(moment, self.at + STEP)
            self.clocks.advance(self.ref, {"frozen_time": int(self.at.timestamp())})
            while self.clocks.retrieve(self.ref).status == "advancing":
                sleep(1)


@dataclass
class Past:
    """What happened at the provider before today: each deed on its day, in order."""

    api: Any
    time: StandInsTime | Simulation
    opened_at: datetime
    deeds: list[tuple[timedelta, Callable[[], None]]] = field(default_factory=list)

    def add(self, days_ago: float, hour: int, deed: Callable[[], None]) -> None:
        midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.deeds.append((midnight - timedelta(days=days_ago) + timedelta(hours=hour) - self.opened_at, deed))

    def live(self) -> None:
        """From the opening until now. The stand-in renews and charges meanwhile."""
        for since_opening, deed in sorted(self.deeds, key=lambda planned: planned[0]):
            self.time.advance_to(self.opened_at + since_opening)
            deed()
        self.time.advance_to(now())


def is_empty() -> bool:
    return db.session.scalar(select(Customer.id).limit(1)) is None


def is_at_stripe() -> bool:
    """Whether there is no stand-in, but an account at Stripe itself."""
    url: str = current_app.config["STRIPE_API_BASE"]
    return urlsplit(url).hostname == "api.stripe.com"


def seed(*, in_simulations: bool = False) -> None:
    """Fill an empty portal and an empty stand-in, whose clock has to be at the day when the shop opened. Takes some seconds.

    With `in_simulations`, an account in test mode instead, each customer in a test clock's time. That takes some minutes at Stripe.
    """
    api = stripe.StripeClient(
        current_app.config["STRIPE_SECRET_KEY"],
        stripe_version=VERSION,
        base_addresses={"api": current_app.config["STRIPE_API_BASE"]},
        max_network_retries=2,
    ).v1
    prices = _stock_the_shop(api)
    opened_at, begun = now() - timedelta(days=HISTORY_DAYS), list[Begun]()
    if in_simulations:
        for person in PEOPLE:
            for first in range(0, len(person.boxes), MOST):
                past = Past(api, Simulation(api, opened_at), opened_at)
                _plan(past, replace(person, boxes=person.boxes[first : first + MOST]), prices, begun)
                past.live()
    else:
        past = Past(api, StandInsTime(current_app.config["STRIPE_API_BASE"]), opened_at)
        for person in PEOPLE:
            _plan(past, person, prices, begun)
        past.live()
    _move_in(begun)
    learn()
    if not in_simulations:
        parcels.send()
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
            params |= {"transfer_lookup_key": True}
            ref = api.prices.create({**params, "recurring": {"interval": unit, "interval_count": count}}).id
            refs[goods.sku, rhythm] = ref
            prices.append(Price(every_count=count, every_unit=unit, amount=amount, currency=CURRENCY, provider_ref=ref))
        variant = Variant(sku=goods.sku, name=goods.variant, swap_group=groups[goods.group], prices=prices)
        product = Product(name=goods.name, picture=goods.picture, provider_ref=there.id, variants=[variant], guide=goods.guide)
        product.category = goods.category
        products.append(product)
    with transaction():
        db.session.add_all(products)
    for code in CODES:
        if api.promotion_codes.list({"code": code.code, "active": True}).data:  # of an earlier demo in the same account
            continue
        coupon = api.coupons.create(code.coupon)
        api.promotion_codes.create({"code": code.code, "promotion": {"type": "coupon", "coupon": coupon.id}})
    return refs


def _plan(past: Past, person: Person, prices: dict[tuple[str, tuple[int, str]], str], begun: list[Begun]) -> None:
    api = past.api
    refs: dict[str, str] = {}

    def arrive() -> None:
        card = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
        refs["customer"] = api.customers.create({"email": person.email, "name": person.name, **card, **past.time.inside}).id

    def subscribe(box: Box) -> None:
        items = [{"price": prices[sku, box.rhythm], "quantity": quantity} for sku, quantity in box.contents.items()]
        made = api.subscriptions.create({"customer": refs["customer"], "items": items})
        begun.append(Begun(person, box, made.id, datetime.fromtimestamp(made.created, UTC)))
        refs["subscription"] = made.id

    def give_credit() -> None:
        api.customers.balance_transactions.create(refs["customer"], {"amount": -person.credit, "currency": CURRENCY.lower()})

    def decline() -> None:
        card = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": refs["customer"]}).id
        api.customers.update(refs["customer"], {"invoice_settings": {"default_payment_method": card}})

    def pause() -> None:
        until = int((now() + timedelta(days=70)).timestamp())
        api.subscriptions.update(refs["subscription"], {"pause_collection": {"behavior": "void", "resumes_at": until}})

    past.add(max(box.begun for box in person.boxes), 0, arrive)
    for box in person.boxes:
        past.add(box.begun, box.hour, lambda box=box: subscribe(box))  # type: ignore[misc]
    if person.credit:
        past.add(1, 12, give_credit)
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
        for worker in STAFF:
            _employ(worker, at)
        customers = {one.email: Customer(email=one.email, name=one.name, locale=one.locale, email_verified_at=at) for one in PEOPLE}
        db.session.add_all(customers.values())
        db.session.flush()
        db.session.add_all(_home(person, customers[person.email].id, at) for person in PEOPLE if person.home[0])
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


def learn() -> None:
    """What the provider knows of their subscriptions. On a busy machine an answer can come too late, and is asked for again some seconds
    after: until then there are no orders whose parcels could be sent. Raises TimeoutError."""
    for _ in range(PATIENCE):
        outbox.work_until_idle()
        if not outbox.never_synced(Subscription):
            return
        sleep(1)
    raise TimeoutError("The provider does not say what it knows of the demo's subscriptions.")


def _employ(worker: Worker, at: datetime) -> None:
    """With an app that is set up already: `make run` and the mailbox say what it shows."""
    staff = Staff(email=worker.email, name=worker.name, role=Role(worker.role))
    db.session.add(staff)
    db.session.flush()
    db.session.add(AuthenticatorApp(staff_id=staff.id, sealed=lock_away(worker.secret), last_step=0, added_at=at))


def _home(person: Person, customer_id: int, at: datetime) -> Address:
    line1, postcode, city, country = person.home
    return Address(
        customer_id=customer_id,
        name=person.name,
        line1=line1,
        line2="",
        postcode=postcode,
        city=city,
        region="",
        country=country,
        listed_at=at,
        chosen_at=at,
    )
