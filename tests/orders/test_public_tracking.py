"""Who has the link of a parcel sees where it is, and nothing of whose it is."""

from datetime import date, timedelta

import pytest
from flask import Flask

from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, Packed, take_tracking
from portal.orders.links import tracking_key
from portal.orders.models import Order, Shipment
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.conftest import TODAY
from tests.orders.builders import order, parcel, scan

SECRETS = [
    "Xanthippe",
    "Quill",
    "Secret thing",
    "SKU-9",
    "31.50",
    "48 21 07",
    "Kiosk Linde",
    "Signed by",
    "ORD-77",
    "xanthippe@example.com",
]


@pytest.fixture
def shipment(app: Flask) -> int:
    with app.app_context(), transaction():
        person = customer("xanthippe@example.com", "Xanthippe Quill")
        placed: Order = order(person, TODAY - timedelta(days=3), OrderedLine("Secret thing", "SKU-9", 2, 1575), number="ORD-77")
        it = parcel(placed, Packed(0, 1), carrier="dhl", tracking_number="00340434221077", expected_on=date(2026, 11, 26))
        parcel(placed, Packed(0, 1))
        take_tracking(it, [scan("in_transit", -9, place="Halle", words="Signed by Quill")], source="api", at=TODAY)
        return it.id


def hear(app: Flask, shipment: int, status: str, hours: float = 0, held_at: str = "", code: str = "") -> None:
    with app.app_context(), transaction():
        it = db.session.get_one(Shipment, shipment)
        take_tracking(it, [scan(status, hours, words="Signed by Quill")], source="api", at=TODAY, held_at=held_at, pickup_code=code)


def link(app: Flask, shipment: int) -> str:
    with app.app_context():
        return f"/track/{tracking_key(shipment)}"


def test_it_shows_where_a_parcel_is_to_whoever_has_the_link(app: Flask, shipment: int) -> None:
    stranger = Browser(app)
    page = stranger.get(link(app, shipment))
    assert "Arrives Thursday 26 November" in words(page)
    assert "Parcel 1 of 2" in words(page)
    assert "DHL, ending 221077" in words(page)
    assert attribute(page, "a[href='/sign-in']", "href")
    assert stranger.answer.headers["Cache-Control"] == "no-store"
    assert stranger.answer.headers["X-Robots-Tag"] == "noindex"
    assert stranger.answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("status", ["in_transit", "out_for_delivery", "available_for_pickup", "delivered", "return_to_sender", "failure"])
def test_it_says_nothing_of_whose_it_is_what_is_in_it_or_where_it_waits(app: Flask, shipment: int, status: str) -> None:
    hear(app, shipment, status, held_at="Kiosk Linde, Lindenallee 4", code="48 21 07")
    stranger = Browser(app)
    stranger.get(link(app, shipment))
    assert [secret for secret in SECRETS if secret in stranger.answer.text] == []


def test_it_ends_thirty_days_after_the_delivery_with_a_way_to_sign_in(app: Flask, shipment: int) -> None:
    hear(app, shipment, "delivered", -29 * 24)
    stranger = Browser(app)
    stranger.get(link(app, shipment))
    hear(app, shipment, "delivered", -30 * 24)
    stranger.get(link(app, shipment))
    with app.app_context(), transaction():
        db.session.get_one(Shipment, shipment).delivered_at = TODAY - timedelta(days=30, minutes=5)
    page = stranger.get(link(app, shipment), expect=404)
    assert "This link shows nothing any more" in words(page)
    assert attribute(page, "main .btn", "href") == "/sign-in"


def test_a_link_that_we_did_not_give_out_gets_the_same_page(app: Flask, shipment: int) -> None:
    stranger, good = Browser(app), link(app, shipment)
    with app.app_context():
        of_none = f"/track/{tracking_key(999)}"
    pages = [words(stranger.get(url, expect=404)) for url in (good[:-1], good + "x", "/track/1", of_none)]
    assert len(set(pages)) == 1
    assert "This link shows nothing any more" in pages[0]


def test_the_page_of_the_order_gives_the_link(app: Flask, shipment: int) -> None:
    with app.app_context():
        customer_id = db.session.get_one(Shipment, shipment).order.customer_id
    hers = Browser(app)
    hers.sign_in(customer_id or 0)
    assert attribute(hers.get("/orders/ORD-77"), "a[href^='/track/']", "href") == link(app, shipment)
