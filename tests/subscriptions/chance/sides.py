"""Both sides of one subscription after another, and the time that passes for both."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from sqlalchemy import delete, select

import sandbox
from portal import create_app, outbox
from portal.catalog.models import Price, Product, SwapGroup, Variant
from portal.kit import clock
from portal.kit.clock import now
from portal.kit.db import Model, db, transaction
from portal.kit.shop import shop
from portal.outbox.models import Sync, Task
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.mail import mail_server
from tests.settings import settings
from tests.stripe import Stripe
from tests.subscriptions.builders import CARD


@dataclass(frozen=True)
class Off:
    """What a code takes off."""

    percent: float | None = None
    amount: int | None = None
    """In cents."""
    is_once: bool = False


MONTHLY, FORTNIGHTLY = (1, "month"), (2, "week")
GOODS = {"Coffee": 1490, "Tea": 980, "Oats": 420, "Honey": 890, "Mug": 700}
"""In cents. The mug is of no group, so that it can't be swapped; oats alone make no box."""
CODES = {"TENTH": Off(percent=10), "FIVER": Off(amount=500), "FIRST": Off(percent=25, is_once=True)}
WAIT = timedelta(seconds=3)
"""A click is given a moment to be taken back."""


class Sides:
    """The portal and the stand-in, and the subscription that is played with. What came before it has ended."""

    def __init__(self, app: Flask, stripe: Stripe) -> None:
        self.app, self.stripe = app, stripe
        self.counts: Counter[str] = Counter()
        """How often each deed really did something, and what was seen."""
        self.control = requests.Session()
        self.refs: dict[tuple[str, tuple[int, str]], str] = {}
        self.variants: list[int] = []
        self.is_away = False

    def begin(self, every: tuple[int, str]) -> None:
        """A new customer whose box begins, and is charged, on a Monday at nine."""
        self.back_again()
        self._to_monday()
        self.counts["examples"] += 1
        v1 = self.stripe.v1
        with transaction():
            db.session.execute(delete(Sync))
            db.session.execute(delete(Task))
            if not self.variants:
                self._fill_the_shelf()
            whose = customer()
            self.customer_ref = v1.customers.create({"email": whose.email, **CARD}).id
            made = v1.subscriptions.create({"customer": self.customer_ref, "items": [{"price": self.refs["Coffee", every], "quantity": 1}]})
            here = Subscription(
                customer=whose,
                provider_ref=made.id,
                name="Box",
                currency="EUR",
                every_count=every[0],
                every_unit=every[1],
                started_at=datetime.fromtimestamp(made.created, UTC),
            )
            db.session.add(here)
            db.session.flush()
            outbox.want_sync(here, at=now())
            self.id, self.customer_id = here.id, whose.id
        outbox.work_until_idle()

    def end(self) -> None:
        self.back_again()
        there = self.there()
        if there.status not in ("canceled", "incomplete_expired"):
            self.stripe.v1.subscriptions.cancel(there.id)

    @property
    def customer(self) -> Actor:
        return Actor(customer_id=self.customer_id)

    def here(self, *, lock: bool = False) -> Subscription:
        return db.session.get_one(Subscription, self.id, with_for_update=lock)

    def there(self) -> Any:
        """As the dashboard shows it, which works again by then."""
        self.back_again()
        ref = self.here().provider_ref
        db.session.rollback()
        return self.stripe.v1.subscriptions.retrieve(ref)

    def open_invoices(self) -> list[str]:
        ref = self.here().provider_ref
        db.session.rollback()
        found = self.stripe.v1.invoices.list({"subscription": ref, "limit": 100}).data
        return [invoice.id for invoice in found if invoice.status == "open"]

    def variant(self, place: int) -> Variant:
        return db.session.get_one(Variant, self.variants[place % len(self.variants)])

    def later(self, by: timedelta) -> None:
        """Let time pass on both sides; what falls due there happens."""
        self._move_portal(by)
        self.control.post(f"{self.stripe.url}/_sandbox/clock", json={"advance_seconds": int(by.total_seconds())}).raise_for_status()

    def hear(self) -> None:
        """As a webhook does, or the nightly run."""
        with transaction():
            outbox.want_sync(self.here(), at=now())

    def work(self) -> None:
        """Let a worker do what is due in some seconds."""
        self.later(WAIT)
        outbox.work_until_idle()

    def break_down(self, kind: str, method: str | None, times: int | None) -> None:
        when = {"path_prefix": "/v1"} if method is None else {"path_prefix": "/v1/subscriptions/", "method": method}
        rule: dict[str, Any] = {"when": when, "kind": kind, "times": times}
        self.stripe.faults({**rule, "retry_after": 1} if kind == "429" else rule)
        self.is_away = True

    def back_again(self) -> None:
        if self.is_away:
            self.stripe.no_faults()
            self.is_away = False

    def error(self) -> str | None:
        return db.session.scalar(select(Sync.error).where(Sync.kind == "subscription", Sync.subject_id == self.id))

    def day_after(self, at: datetime, days: int) -> date:
        """The first day of deliveries that many days on."""
        return next(shop().delivery_days(at.date() + timedelta(days=days)))

    def _to_monday(self) -> None:
        at = now()
        monday = datetime(at.year, at.month, at.day, 9, tzinfo=UTC) + timedelta(days=-at.weekday() % 7)
        self.later((monday if monday > at else monday + timedelta(days=7)) - at)

    def _move_portal(self, by: timedelta) -> None:
        self.stripe.move_portal(by)

    def _fill_the_shelf(self) -> None:
        """Codes there, and products in the shop's two rhythms, there and here."""
        for code, off in CODES.items():
            coupon: dict[str, Any] = {"duration": "once" if off.is_once else "forever"}
            coupon |= {"percent_off": off.percent} if off.percent else {"amount_off": off.amount, "currency": "eur"}
            made = self.stripe.v1.coupons.create(coupon)
            self.stripe.v1.promotion_codes.create({"code": code, "promotion": {"type": "coupon", "coupon": made.id}})
        group = SwapGroup(name="All")
        for name, amount in GOODS.items():
            product = self.stripe.v1.products.create({"name": name}).id
            prices = []
            for every in (MONTHLY, FORTNIGHTLY):
                recurring = {"interval": every[1], "interval_count": every[0]}
                made = self.stripe.v1.prices.create({"product": product, "currency": "eur", "unit_amount": amount, "recurring": recurring})
                self.refs[name, every] = made.id
                prices.append(Price(every_count=every[0], every_unit=every[1], amount=amount, currency="EUR", provider_ref=made.id))
            variant = Variant(sku=name, name="one", prices=prices, swap_group=None if name == "Mug" else group)
            db.session.add(Product(name=name, picture="products/tea.svg", provider_ref=product, variants=[variant]))
            db.session.flush()
            self.variants.append(variant.id)


@contextmanager
def playground(database_url: str, folder: Path) -> Iterator[Sides]:
    """All that it takes, outside a test: the stand-in, a mail server, the portal, and a clock that both follow."""
    offset = folder / "clock"

    def move(by: timedelta) -> None:
        offset.write_text(str((clock.now() + by - datetime.now(UTC)).total_seconds()))

    clock.follow(offset)
    move(TODAY - clock.now())
    with sandbox.running(now=int(clock.now().timestamp())) as url, mail_server() as mail:
        app = create_app(settings(database_url, STRIPE_API_BASE=url, SMTP_URL=mail.url))
        with app.app_context():
            Model.metadata.create_all(db.engine)
        try:
            yield Sides(app, Stripe(url, move))
        finally:
            clock.follow(None)
            with app.app_context():
                db.engine.dispose()
