"""The first screen says what is on its way: what asks for something first, each parcel in one line."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, Packed, take_tracking
from portal.orders.models import Order, Shipment
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.conftest import TODAY
from tests.orders.builders import order, parcel, scan
from tests.questions import asked


@pytest.fixture
def mira(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("mira@example.com").id


def bought(customer_id: int, number: str) -> Order:
    lines = [OrderedLine("Linden honey", "HON", 3, 890)]
    return order(db.session.get_one(Customer, customer_id), TODAY - timedelta(days=3), *lines, number=number)


def sent(whose: Order, *scans: Any, quantity: int = 1, **told: Any) -> Shipment:
    made = parcel(whose, Packed(0, quantity), shipped_at=TODAY - timedelta(days=2))
    take_tracking(made, scans, source="carrier", at=now(), **told)
    return made


def rows(app: Flask, customer_id: int) -> list[str]:
    browser = Browser(app)
    browser.sign_in(customer_id)
    page = browser.get("/")
    return [" ".join(row.get_text(" ", strip=True).split()).replace("\xa0", " ") for row in page.select("[aria-label='On its way'] li")]


def test_an_order_of_three_parcels(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        whose = bought(mira, "HA-7K2M4Q")
        sent(whose, scan("in_transit", -20), expected_on=date(2026, 11, 24))
        sent(whose, scan("available_for_pickup", -3), held_at="Kiosk Linde", held_until=date(2026, 11, 30))
        sent(whose, scan("delivered", -40))
    assert rows(app, mira) == [
        "Waiting at Kiosk Linde Until Mon 30 Nov. Parcel 2 of 3",
        "Arrives Tue 24 Nov Parcel 1 of 3",
    ]


def test_a_day_that_moved_says_which_it_was(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        whose = bought(mira, "HA-7K2M4Q")
        made = sent(whose, scan("in_transit", -20), quantity=3, expected_on=date(2026, 11, 24))
        take_tracking(made, [], source="carrier", at=now(), expected_on=date(2026, 11, 26))
    assert rows(app, mira) == ["Arrives Thu 26 Nov Was Tue 24 Nov"]


def test_more_than_two_are_one_line(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        for number in range(5):
            sent(bought(mira, f"A-{number}"), scan("in_transit", -20), quantity=3)
    assert rows(app, mira)[-1] == "3 more parcels are under way"


def test_what_others_wait_for_and_what_came_long_ago_is_not_there(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        sent(bought(customer().id, "B-1"), scan("in_transit", -20))
        sent(bought(mira, "A-1"), scan("delivered", -40))
    assert rows(app, mira) == []


def test_what_came_today_is(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        sent(bought(mira, "A-1"), scan("delivered", -4))
    assert rows(app, mira) == ["Delivered Mon 23 Nov Order A-1"]


def test_it_asks_as_often_for_thirty_parcels_as_for_one(app: Flask, mira: int) -> None:
    counts = []
    browser = Browser(app)
    browser.sign_in(mira)
    for number in range(2):
        with app.app_context(), transaction():
            for nth in range(29 * number + 1):
                sent(bought(mira, f"C-{number}-{nth}"), scan("in_transit", -20))
        browser.get("/")
        with asked(app) as questions:
            assert "On its way" in words(browser.get("/"))
        counts.append(len(questions))
    assert counts[0] == counts[1] <= 6
