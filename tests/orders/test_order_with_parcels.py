"""The page of an order says where each parcel is, what is wrong with it and what to do now."""

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from portal.accounts.models import Customer
from portal.carriers import Incident, ParcelStatus
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, Packed, take_tracking
from portal.orders.models import Order, Shipment
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.conftest import TODAY
from tests.orders.builders import order, parcel, parcel_that_is, scan
from tests.questions import questions

OIL = OrderedLine("Olive oil", "PAN-OIL", 2, 1580, "products/oil.svg", discount=200, tax=200)
TEA = OrderedLine("Sencha", "TEA-SEN", 3, 1180, "products/sencha.svg", tax=300)
DAY = timedelta(days=1)
S = ParcelStatus


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com", "Alice").id


@pytest.fixture
def hers(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


def placed(alice: int, *lines: OrderedLine, number: str = "N-1") -> Order:
    """Five days ago. Inside an open transaction."""
    return order(db.session.get_one(Customer, alice), TODAY - 5 * DAY, *(lines or (OIL, TEA)), number=number)


def cards(page: BeautifulSoup) -> list[Tag]:
    return page.select("section[aria-labelledby^=parcel-]")


def heading(page: BeautifulSoup) -> str:
    assert page.h1
    if page.h1.span:
        page.h1.span.extract()
    return words(page.h1)


def steps(card: Tag) -> list[tuple[str, str]]:
    timeline = card.select_one("ol.timeline")
    assert timeline
    return [(words(step.b), str(step["class"][0])) for step in timeline.select("li") if step.b]


def test_each_parcel_has_its_own_lines_number_and_way(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        it = placed(alice)
        first = parcel(it, Packed(0, 2), Packed(1, 1), carrier="dhl", tracking_number="0034 0434 2210 77", packed_at=TODAY - 4 * DAY)
        take_tracking(
            first, [scan("in_transit", -40, place="Halle", words="Processed"), scan("out_for_delivery", -1)], source="api", at=TODAY
        )
        parcel(it, Packed(1, 1), packed_at=TODAY - DAY)
    page = hers.get("/orders/N-1")
    one, other = cards(page)
    assert "Olive oil ×2, Sencha" in words(one)
    assert steps(one) == [
        ("Placed", "done"), ("Packed", "done"), ("Shipped", "done"), ("Out for delivery", "now"), ("Delivered", "todo"),
    ]  # fmt: skip
    assert "DHL 00340434221077" in words(one)
    assert "https://www.dhl.com/global-en/home/tracking.html?tracking-id=00340434221077" in {link["href"] for link in one.select("a")}
    assert attribute(one, "button[data-copy]", "data-copy") == "00340434221077"
    assert "Halle: Processed" in words(one.select_one("details ol") or one)
    assert steps(other) == [("Placed", "done"), ("Packed", "now"), ("Shipped", "todo"), ("Delivered", "todo")]
    assert "Still to be packed" in words(page)
    assert "Sencha" in words(page.select("section[aria-labelledby=left]")[0])
    assert heading(page) == "One parcel arrives today, one is packed"


def test_what_a_parcel_moved_from_and_to_is_told(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        it = parcel(placed(alice), at=TODAY - 3 * DAY, expected_on=date(2026, 11, 24))
        take_tracking(it, [scan("in_transit", -60)], source="api", at=TODAY - 2 * DAY, expected_on=date(2026, 11, 26))
    page = hers.get("/orders/N-1")
    assert heading(page) == "Arrives Thursday 26 November"
    card = words(cards(page)[0])
    assert "Expected Thursday 26 November Was Tue 24 Nov" in card
    assert "Moved from Tue 24 Nov to Thu 26 Nov, as we learned on Sat 21 Nov, 10:00." in card
    assert cards(page)[0].select("s")


TROUBLES: list[tuple[ParcelStatus, dict[str, Any], str, str]] = [
    (S.IN_TRANSIT, {"incident": Incident.NOBODY_THERE, "status_at": TODAY}, "Nobody was in", "The courier came on Mon 23 Nov, 10:00"),
    (S.IN_TRANSIT, {"incident": Incident.ADDRESS}, "Address not found", "Write to us with the right one"),
    (S.IN_TRANSIT, {"incident": Incident.REFUSED}, "Not accepted", "It comes back to us"),
    (S.IN_TRANSIT, {"incident": Incident.CUSTOMS}, "At the customs", "You need to do nothing unless they write"),
    (S.IN_TRANSIT, {"incident": Incident.DELAYED}, "Held up", "You need to do nothing"),
    (S.IN_TRANSIT, {"status_at": TODAY, "expected_on": date(2026, 11, 22)}, "Late", "It was expected on Sunday 22 November."),
    (
        S.IN_TRANSIT,
        {"status_at": TODAY - 8 * DAY, "shipped_at": TODAY - 9 * DAY},
        "No news",
        "No scan since Sun 15 Nov, 10:00. We look into it.",
    ),
    (S.RETURN_TO_SENDER, {}, "Went back", "send it again or give your money back"),
    (S.FAILURE, {"incident": Incident.LOST}, "Will not arrive", "send it again or give your money back"),
    (S.IN_TRANSIT, {"incident": Incident.DAMAGED}, "Damaged on the way", "send it again or give your money back"),
    (S.AVAILABLE_FOR_PICKUP, {"held_until": date(2026, 11, 20)}, "Not picked up", "The time to pick it up ended on Friday 20 November."),
]


@pytest.mark.parametrize(("status", "told", "chip", "advice"), TROUBLES, ids=[chip for *_, chip, _advice in TROUBLES])
def test_what_is_wrong_is_said_with_what_to_do(
    app: Flask, hers: Browser, alice: int, status: ParcelStatus, told: dict[str, Any], chip: str, advice: str
) -> None:
    with app.app_context(), transaction():
        parcel_that_is(status, placed(alice), carrier="dhl", tracking_number="X1234", **{"shipped_at": TODAY - 4 * DAY, **told})
    page = hers.get("/orders/N-1")
    card = cards(page)[0]
    assert [chip.text for chip in card.select(".chip")] == [chip]
    assert advice in words(card)
    assert [row.text for row in hers.get("/orders?show=problem").select('main a.go[href^="/orders/"] .chip')] == ["Problem"]


def test_one_that_waits_says_where_until_when_and_the_code(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        it = parcel(placed(alice))
        held = {"held_at": "Kiosk Linde, Lindenallee 4", "held_until": date(2026, 11, 30), "pickup_code": "48 21 07"}
        take_tracking(it, [scan("available_for_pickup", -2, incident="nobody_there")], source="api", at=TODAY, **held)  # type: ignore[arg-type]
    page = hers.get("/orders/N-1")
    assert heading(page) == "It waits for you"
    card = words(cards(page)[0])
    assert "It waits at Kiosk Linde, Lindenallee 4 until Monday 30 November. Bring this code and an ID." in card
    assert "Code 48 21 07" in card


def test_a_delivered_one_is_calm(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        it = parcel(placed(alice), packed_at=TODAY - 4 * DAY)
        take_tracking(it, [scan("in_transit", -40), scan("out_for_delivery", -30), scan("delivered", -26)], source="api", at=TODAY)
    page = hers.get("/orders/N-1")
    assert heading(page) == "Delivered on Sunday 22 November"
    assert page.select_one("#order[hx-get]") is None
    assert [step for step, _ in steps(cards(page)[0])] == ["Placed", "Packed", "Shipped", "Out for delivery", "Delivered"]


def test_a_parcel_that_never_left_is_not_there_and_its_lines_are_free_again(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        it = placed(alice)
        parcel_that_is(S.CANCELLED, it, {0: 2})
        parcel_that_is(S.UNKNOWN, it, {1: 3})
    page = hers.get("/orders/N-1")
    assert len(cards(page)) == 1
    assert "Olive oil ×2" in words(page.select("section[aria-labelledby=left]")[0])


def test_sums_are_those_of_the_day_on_which_it_was_bought(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        on_top, inside = placed(alice), placed(alice, number="N-2")
        on_top.shipping, on_top.shipping_tax, on_top.total = 351, 49, 6700 - 200 + 351 + 549
        inside.shipping, inside.shipping_tax, inside.tax_included, inside.total = 351, 49, True, 6700 - 200 + 351
    assert facts(hers.get("/orders/N-1")) == [
        ("Products", "€67.00"), ("Discount", "−€2.00"), ("Delivery", "€3.51"), ("Tax", "€5.49"), ("Total", "€74.00"),
    ]  # fmt: skip
    assert facts(hers.get("/orders/N-2")) == [
        ("Products", "€67.00"), ("Discount", "−€2.00"), ("Delivery", "€3.51"), ("Total", "€68.51"), ("Of which tax", "€5.49"),
    ]  # fmt: skip


def facts(page: BeautifulSoup) -> list[tuple[str, str]]:
    return [(row.dt.text, row.dd.text) for row in page.select(".facts > div") if row.dt and row.dd]


def test_a_page_that_waits_for_news_asks_and_gets_nothing_until_there_is_some(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        shipment_id = parcel(placed(alice), shipped_at=TODAY - DAY).id
    ask = attribute(hers.get("/orders/N-1"), "#order", "hx-get")
    hers.get(ask, target="order", expect=204)
    with app.app_context(), transaction():
        take_tracking(db.session.get_one(Shipment, shipment_id), [scan("out_for_delivery", 0)], source="api", at=TODAY)
    part = hers.get(ask, target="order")
    assert "It arrives today" in part.text
    assert attribute(part, "#order", "hx-get") != ask


def test_ten_thousand_lines_come_in_pages_and_thirty_parcels_in_as_many_questions_as_one(app: Flask, hers: Browser, alice: int) -> None:
    lines = [OrderedLine(f"Thing {n}", f"T-{n}", 2, 100 + n) for n in range(10_000)]
    with app.app_context(), transaction():
        small, large = placed(alice, number="SMALL"), placed(alice, *lines, number="LARGE")
        one = parcel(small, Packed(0, 1))
        take_tracking(one, [scan("in_transit", -9)], source="api", at=TODAY)
        for n in range(30):
            many = parcel(large, *[Packed(position, 1) for position in range(n * 300, n * 300 + 300)])
            take_tracking(many, [scan("in_transit", -hour) for hour in range(40)], source="api", at=TODAY)
    assert questions(app, hers, "/orders/LARGE") == questions(app, hers, "/orders/SMALL")
    page = hers.get("/orders/LARGE")
    assert len(hers.answer.data) < 400_000
    assert len(cards(page)) == 30
    assert [line.text for line in page.select(".line h3")] == [f"Thing {n}" for n in range(50)]
    assert "10000 products 1 to 50" in words(page)
    more = hers.get(attribute(page, "a:-soup-contains('More products')", "href").partition("#")[0])
    assert next(line.text for line in more.select(".line h3")) == "Thing 50"
    assert cards(more) == []
    assert "More products" not in hers.get("/orders/LARGE?line=9990").text
    for wrong in "10000", "-1", "x", "9" * 30:
        hers.get(f"/orders/LARGE?line={wrong}", expect=404)
