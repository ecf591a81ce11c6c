"""Alice's return is accepted: one honey of an order that went to her in Berlin. The stand-in sells labels, and carries parcels back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from portal import create_app, outbox
from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, Shipment
from portal.returns.actions import deciding
from portal.returns.locks import hold_return
from portal.returns.models import Outcome, Return, ReturnItem, ReturnLabel, ReturnParcel, ReturnStatus, Way, free_units, take_units
from portal.timeline import Actor
from tests.accounts.builders import address, customer
from tests.browser import Browser
from tests.carrier import Carriers
from tests.harness.serving import serve
from tests.mail import Mail
from tests.orders.builders import order
from tests.returns.conftest import HONEY, OIL
from tests.settings import settings
from tests.stripe import Stripe

STAFF = Actor(staff_id=1)


@pytest.fixture
def app(stripe: Stripe, mail: Mail, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings(database_url, STRIPE_API_BASE=stripe.url, SMTP_URL=mail.url, PHOTOS_DIR=str(tmp_path / "photos")))
    with ExitStack() as ending:
        app.config["PORTAL_BASE_URL"] = ending.enter_context(serve(app))
        yield app
    with app.app_context():
        db.engine.dispose()


class SentBack:
    """A return and what becomes of its parcel, as a test sees it."""

    def __init__(self, app: Flask, stripe: Stripe, carriers: Carriers, return_id: int, rma: str) -> None:
        self.app, self.stripe, self.carriers, self.id, self.rma = app, stripe, carriers, return_id, rma

    def approve(self) -> None:
        with self.app.app_context(), transaction():
            return_ = hold_return(select(Return).where(Return.id == self.id))
            assert return_
            deciding.approve(return_, by=STAFF, at=now())

    def does(self, deed: Callable[..., Any], *told: Any) -> None:
        """As the customer, under the locks."""
        with self.app.app_context(), transaction():
            return_ = hold_return(select(Return).where(Return.id == self.id))
            assert return_
            deed(return_, *told, by=Actor(customer_id=return_.customer_id), at=now())

    def now(self) -> Return:
        with self.app.app_context():
            return db.session.get_one(Return, self.id)

    def parcel(self) -> ReturnParcel:
        with self.app.app_context():
            return db.session.scalars(select(ReturnParcel).order_by(ReturnParcel.id.desc())).all()[0]

    def label(self) -> ReturnLabel:
        with self.app.app_context():
            return db.session.scalars(select(ReturnLabel).order_by(ReturnLabel.id.desc())).all()[0]

    def sold(self) -> dict[str, list[dict[str, Any]]]:
        """What the stand-in has made, and which of it was bought."""
        told: dict[str, list[dict[str, Any]]] = requests.get(f"{self.stripe.url}/_sandbox/labels", timeout=30).json()
        return told

    def bought(self) -> list[dict[str, Any]]:
        return [one for one in self.sold()["labels"] if one["selected"]]

    def shop_says(self, **told: Any) -> None:
        """Other words about the way back in shop.toml."""
        shop = self.app.config["SHOP"]
        self.app.config["SHOP"] = replace(shop, way_back=replace(shop.way_back, **told))

    def never_leaves(self) -> None:
        """The customer forgets it."""
        requests.post(f"{self.stripe.url}/_sandbox/labels", json={"journey": "announced"}, timeout=30).raise_for_status()


@pytest.fixture
def carriers(app: Flask, stripe: Stripe) -> Iterator[Carriers]:
    carriers = Carriers(app, stripe.url)
    carriers.switch_on()
    yield carriers
    carriers.send_webhooks_to("")


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com", "Alice").id


@pytest.fixture
def returning(app: Flask, stripe: Stripe, carriers: Carriers, alice: int) -> Callable[..., SentBack]:
    """Ask for a return by this way, which nobody has decided yet."""

    def made(way: Way = Way.CODE, *, country: str = "DE", number: str = "1001") -> SentBack:
        with app.app_context(), transaction():
            person = db.session.get_one(Customer, alice)
            at = now() - timedelta(days=5)
            bought = order(person, at, HONEY, OIL, number=number)
            bought.address_id = address(alice, name="Alice İnan", line1="Quillgasse 77", country=country, at=at).id
            db.session.add(Shipment(ref=f"P-{number}", order=bought, status=ParcelStatus.DELIVERED, tracking_number=f"JD{number}0000"))
            db.session.flush()
            return_ = Return(rma=f"R-{number}-TEST", draft=f"d{number}", currency="EUR", started_at=now(), customer_id=alice, way=way)
            item = ReturnItem(line=bought.lines[0], quantity=1, outcome=Outcome.REFUND)
            return_.items = [item]
            db.session.add(return_)
            db.session.flush()
            item.units = take_units(bought.lines[0].id, 1, free_units(bought)[bought.lines[0].id])
            return_.submit(ReturnStatus.REQUESTED, at=now())
            return SentBack(app, stripe, carriers, return_.id, return_.rma)

    return made


@pytest.fixture
def sent_back(returning: Callable[..., SentBack]) -> SentBack:
    """By a code, and accepted."""
    made = returning()
    made.approve()
    return made


@pytest.fixture
def browser(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


@pytest.fixture
def work(app: Flask, stripe: Stripe, time: Callable[[timedelta], None]) -> Callable[[], None]:
    def work() -> None:
        stripe.wait_for_webhooks()
        time(timedelta(seconds=3))
        with app.app_context():
            outbox.work_until_idle()

    return work


def free(app: Flask) -> list[int]:
    """Of the honeys, those that nobody has taken."""
    with app.app_context():
        bought = db.session.scalars(select(Order)).first()
        assert bought
        return free_units(bought)[bought.lines[0].id]
