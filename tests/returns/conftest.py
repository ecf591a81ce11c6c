"""Alice has an order of three honeys and one oil, which came yesterday; a mail server, and a worker."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app, outbox
from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import OrderedLine, Shipment
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.harness.serving import serve
from tests.mail import Mail, mail_server
from tests.orders.builders import order
from tests.settings import settings

HONEY = OrderedLine("Linden honey", "HON", 3, 890, "products/honey.svg")
OIL = OrderedLine("Olive oil", "OIL", 1, 1440, "products/oil.svg")


@pytest.fixture
def mail() -> Iterator[Mail]:
    with mail_server() as mail:
        yield mail


@pytest.fixture
def app(time: Callable[[timedelta], None], mail: Mail, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings(database_url, SMTP_URL=mail.url, PHOTOS_DIR=str(tmp_path / "photos")))
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
