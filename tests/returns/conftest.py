"""Alice has an order of three honeys and one oil, which came yesterday; a mail server, and a worker."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app, outbox
from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import OrderedLine, Shipment
from portal.photos import actions as photos
from portal.photos import folder
from portal.timeline import Actor
from tests.accounts.builders import address, customer, staff
from tests.browser import Browser
from tests.harness.serving import serve
from tests.mail import Mail, mail_server
from tests.orders.builders import order
from tests.photos.test_picture import FINE, made
from tests.settings import settings

HONEY = OrderedLine("Linden honey", "HON", 3, 890, "products/honey.svg")
OIL = OrderedLine("Olive oil", "OIL", 1, 1440, "products/oil.svg")
_numbers = count(1)


@pytest.fixture
def mail() -> Iterator[Mail]:
    with mail_server() as mail:
        yield mail


@pytest.fixture
def app(time: Callable[[timedelta], None], mail: Mail, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    labels = {"EASYPOST_API_KEY": "EZTK_test", "EASYPOST_API_BASE": "http://127.0.0.1:9", "EASYPOST_WEBHOOK_SECRET": "of no use"}
    app = create_app(settings(database_url, SMTP_URL=mail.url, PHOTOS_DIR=str(tmp_path / "photos"), **labels))
    with serve(app) as app.config["PORTAL_BASE_URL"]:
        yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        alice = customer("alice@example.com", "Alice")
        bought(alice, "1001", days_ago=5, delivered_days_ago=1)
        return alice.id


def bought(person: Customer, number: str, *, days_ago: int, delivered_days_ago: int | None = None) -> None:
    """An order in one parcel. Inside an open transaction."""
    at = now() - timedelta(days=days_ago)
    made = order(person, at, HONEY, OIL, number=number)
    made.address_id = address(person.id, at=at).id
    db.session.flush()
    parcel = Shipment(ref=f"parcel-{number}", order=made, shipped_at=at, status=ParcelStatus.IN_TRANSIT)
    if delivered_days_ago is not None:
        parcel.status, parcel.delivered_at = ParcelStatus.DELIVERED, now() - timedelta(days=delivered_days_ago)
    db.session.add(parcel)


@pytest.fixture
def browser(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


@pytest.fixture
def work(app: Flask, time: Callable[[timedelta], None]) -> Callable[[], None]:
    def work() -> None:
        time(timedelta(seconds=3))
        with app.app_context():
            outbox.work_until_idle()

    return work


def shown_by(app: Flask, staff: Actor, customer_id: int) -> str:
    """A photo that somebody of the shop took of the customer's goods. The key of the form that it waits for."""
    ours, draft = made(FINE["JPEG"]), f"a-form-of-the-desk-{next(_numbers)}"
    with app.app_context():
        name = folder.keep(ours)
        with transaction():
            photos.add(ours, name, customer_id=customer_id, draft=draft, staff_id=staff.staff_id, at=now())
    return draft


@pytest.fixture
def jonas(app: Flask) -> int:
    """An agent."""
    with app.app_context(), transaction():
        return staff("jonas@halfjar.example", "Jonas").id


@pytest.fixture
def desk(app: Flask, jonas: int) -> Browser:
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    return browser


@pytest.fixture
def lead(app: Flask) -> Browser:
    with app.app_context(), transaction():
        person = staff("lena@halfjar.example", "Lena", role="lead").id
    browser = Browser(app)
    browser.sign_in_staff(person)
    return browser
