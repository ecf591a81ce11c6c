"""What is written about a parcel: each fact once, in the reader's language, and never about what is long past."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.carriers import Scan
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, Packed, take_tracking
from portal.orders.links import shipment_of
from portal.orders.models import Order, Shipment
from tests.accounts.builders import address, customer
from tests.conftest import TODAY
from tests.mail import Mail, text
from tests.orders.builders import order, parcel, scan

WHOSE = "mira@example.com"
Hear = Callable[..., None]


def sent(app: Flask, locale: str = "en", **told: Any) -> int:
    with app.app_context(), transaction():
        whose = customer(WHOSE, locale=locale)
        bought = order(
            whose, TODAY, OrderedLine("Linden <b>honey</b>", "HON", 2, 890), OrderedLine("Sencha", "TEA", 1, 1200), number="HA-7K2M4Q"
        )
        bought.address_id = address(whose.id, at=TODAY).id
        made = parcel(bought, Packed(0, 2), carrier="dhl", tracking_number="JD0146000012", **told)
        parcel(bought)
        return made.id


@pytest.fixture
def hear(app: Flask, time: Callable[[timedelta], None]) -> Hear:
    """So many hours after TODAY, the carrier says this of a parcel."""

    def hear(one: int, *scans: Scan, hours: float = 60, **told: Any) -> None:
        time(TODAY + timedelta(hours=hours) - now())
        with app.app_context():
            with transaction():
                take_tracking(db.session.get_one(Shipment, one), scans, source="carrier", at=now(), **told)
            outbox.work_until_idle()

    return hear


def subjects(mail: Mail) -> list[str]:
    return [str(message["Subject"]) for message in mail.to(WHOSE)]


def test_each_step_is_written_once(app: Flask, hear: Hear, mail: Mail) -> None:
    one = sent(app)
    for status, hours in [("pre_transit", 1), ("in_transit", 5), ("in_transit", 9), ("out_for_delivery", 30), ("delivered", 33)]:
        for _ in range(2):
            hear(one, scan(status, hours))
    assert subjects(mail) == ["Your parcel is on its way", "Your parcel arrives today", "Your parcel was delivered"]


def test_of_news_that_come_together_the_last_is_written(app: Flask, hear: Hear, mail: Mail) -> None:
    hear(sent(app), scan("in_transit", 5), scan("out_for_delivery", 30), scan("delivered", 33))
    assert subjects(mail) == ["Your parcel was delivered"]


def test_the_mail_of_a_shipment_has_a_link_that_opens_without_signing_in(app: Flask, hear: Hear, mail: Mail) -> None:
    one = sent(app)
    hear(one, scan("in_transit", 5), expected_on=date(2026, 11, 26))
    written = text(mail.newest(WHOSE))
    assert "Parcel 1 of 2, order HA-7K2M4Q\nLinden <b>honey</b>\nDHL JD0146000012" in written
    sealed = written.partition("/track/")[2].split()[0]
    with app.app_context():
        assert shipment_of(sealed) == one
        assert shipment_of(sealed[:-1]) is shipment_of("") is None


def test_mail_programs_find_the_parcel_in_it(app: Flask, hear: Hear, mail: Mail) -> None:
    hear(sent(app, expected_on=date(2026, 11, 26)), scan("in_transit", 5))
    body = mail.newest(WHOSE).get_body(("html",))
    assert body
    script = BeautifulSoup(body.get_content(), "html.parser").find("script", type="application/ld+json")
    assert script
    told = json.loads(script.get_text())
    assert (told["@type"], told["trackingNumber"], told["carrier"]["name"]) == ("ParcelDelivery", "JD0146000012", "DHL")
    assert (told["expectedArrivalUntil"], told["itemShipped"][0]["name"]) == ("2026-11-26", "Linden <b>honey</b>")
    assert (told["partOfOrder"]["orderNumber"], told["partOfOrder"]["merchant"]["name"]) == ("HA-7K2M4Q", "Halfjar")
    assert told["deliveryAddress"]["addressLocality"] == "Leipzig" and "/track/" in told["trackingUrl"]


def test_where_it_waits_is_written_with_until_when(app: Flask, hear: Hear, mail: Mail) -> None:
    told = {"held_at": "Kiosk <Linde>", "held_until": date(2026, 11, 30), "pickup_code": "4711"}
    hear(sent(app), scan("available_for_pickup", 30), **told)
    written = mail.newest(WHOSE)
    assert "Waiting at Kiosk <Linde>. Until Mon 30 Nov.\n\nParcel 1 of 2" in text(written).replace("\xa0", " ")
    html = written.get_body(("html",))
    assert html and "Kiosk &lt;Linde&gt;" in html.get_content() and "<b>honey" not in html.get_content()


@pytest.mark.parametrize(
    ("incident", "subject", "advice"),
    [
        ("nobody_there", "About your parcel: Nobody was in", "They come again"),
        ("address", "About your parcel: Address not found", "Write to us with the right one today"),
        ("customs", "About your parcel: Held by customs", "papers or a fee"),
        ("lost", "About your parcel: The carrier has lost it", "we send it again or give the money back"),
    ],
)
def test_what_is_wrong_is_written_with_what_to_do(app: Flask, hear: Hear, mail: Mail, incident: str, subject: str, advice: str) -> None:
    one = sent(app)
    for hours in 30, 40:
        hear(one, scan("in_transit", hours, incident=incident))
    assert subjects(mail) == [subject]
    assert advice in text(mail.newest(WHOSE))


@pytest.mark.parametrize(("locale", "subject"), [("tr", "Koliniz yolda"), ("ro", "Coletul tău este pe drum")])
def test_in_the_readers_language(app: Flask, hear: Hear, mail: Mail, locale: str, subject: str) -> None:
    hear(sent(app, locale), scan("in_transit", 5))
    assert subjects(mail) == [subject]


def test_nothing_is_written_of_parcels_of_long_ago(app: Flask, hear: Hear, mail: Mail) -> None:
    hear(sent(app), scan("in_transit", 5), scan("delivered", 33), hours=24 * 9)
    assert subjects(mail) == []


def test_nothing_is_written_to_an_address_that_nobody_has_proven(app: Flask, hear: Hear, mail: Mail) -> None:
    one = sent(app)
    with app.app_context(), transaction():
        db.session.scalars(select(Order)).one().customer_id = None
    hear(one, scan("in_transit", 5))
    assert mail.received == []
