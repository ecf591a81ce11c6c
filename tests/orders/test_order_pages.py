"""The pages of a customer's orders."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, record_order
from tests.accounts.builders import customer
from tests.browser import Browser, attribute
from tests.conftest import TODAY
from tests.orders.builders import order
from tests.questions import questions

TEA = OrderedLine("Sencha, 100 g", "TEA", 1, 1200, "products/sencha.svg")
HEART = OrderedLine("WHITE HANGING HEART T-LIGHT HOLDER", "85123A", 6, 255)


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com", "Alice").id


@pytest.fixture
def hers(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


def place(app: Flask, customer_id: int, how_many: int, *lines: OrderedLine, prefix: str = "N") -> None:
    """One a day, the newest today; the oldest is number 1."""
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, customer_id)
        for n in range(how_many):
            order(person, TODAY - timedelta(days=n), *lines, number=f"{prefix}-{how_many - n}")


def numbers(page: BeautifulSoup) -> list[str]:
    return [str(link["href"]).removeprefix("/orders/") for link in page.select('main a.go[href^="/orders/"]')]


def test_orders_are_shown_newest_first_under_their_months(app: Flask, hers: Browser, alice: int) -> None:
    place(app, alice, 25)
    page = hers.get("/orders")
    assert numbers(page) == [f"N-{n}" for n in range(25, 5, -1)]
    assert [heading.text for heading in page.select("h2")] == ["November 2026"]
    row = page.select('main a.go[href^="/orders/"]')[0]
    assert "Mon 23\u00a0Nov" in row.text
    assert "€17.80" in row.text
    assert "Linden honey" in row.text
    older = hers.get(attribute(page, "a:-soup-contains('Older orders')", "href"))
    assert numbers(older) == [f"N-{n}" for n in range(5, 0, -1)]
    assert [heading.text for heading in older.select("h2")] == ["November 2026", "October 2026"]
    assert older.find("a", string="Older orders") is None
    assert attribute(older, "a.back", "href") == "/orders"


def test_orders_of_one_moment_are_each_shown_once(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        for n in range(45):
            order(person, TODAY, number=f"N-{n}")
    shown: list[str] = []
    url: str | None = "/orders"
    while url:
        page = hers.get(url)
        shown += numbers(page)
        link = page.find("a", string="Older orders")
        url = str(link["href"]) if link else None
    assert shown == [f"N-{n}" for n in range(44, -1, -1)]


def test_who_has_no_orders_is_told_so_with_one_way_on(hers: Browser) -> None:
    page = hers.get("/orders")
    assert "No orders yet" in page.text
    assert [link["href"] for link in page.select("main a")] == ["/subscriptions"]


def test_an_order_shows_its_lines_and_what_was_paid(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        record_order(person, number="2026/17", placed_at=TODAY, currency="EUR", lines=[TEA, HEART], total=2500)
    page = hers.get(str(hers.get("/orders").select('main a.go[href^="/orders/"]')[0]["href"]))
    assert [line.h3.text for line in page.select(".line") if line.h3] == ["Sencha, 100 g", "WHITE HANGING HEART T-LIGHT HOLDER"]
    tea, heart = page.select(".line")
    assert (tea.select_one("img") is not None, heart.select_one("img")) == (True, None)
    assert "6 × €2.55" in heart.text
    assert "€15.30" in heart.text
    facts = [(row.dt.text, row.dd.text) for row in page.select(".facts > div") if row.dt and row.dd]
    assert facts == [("Products", "€27.30"), ("Delivery, tax and discounts", "−€2.30"), ("Total", "€25.00")]
    assert page.title
    assert "Order 2026/17" in page.title.text


@pytest.mark.parametrize("number", ["#1001", "2024/17", "A 1", "Ü-7", "1.2_3"])
def test_an_order_is_found_by_whatever_number_another_system_gave_it(app: Flask, hers: Browser, alice: int, number: str) -> None:
    with app.app_context(), transaction():
        order(db.session.get_one(Customer, alice), TODAY, number=number)
    page = hers.get(str(hers.get("/orders").select('main a.go[href^="/orders/"]')[0]["href"]))
    assert page.h1
    assert f"Order {number}" in page.h1.text


def test_yen_have_no_decimal_places(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        order(db.session.get_one(Customer, alice), TODAY, OrderedLine("Matcha", "M", 1, 3470), number="J-1", currency="JPY")
    assert "3,470" in hers.get("/orders").text
    assert [row.dd.text for row in hers.get("/orders/J-1").select(".facts > div") if row.dd] == ["JP¥3,470"]


def test_what_is_written_in_a_title_stays_text(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        order(db.session.get_one(Customer, alice), TODAY, OrderedLine("<script>alert(1)</script>{{ 7*7 }}", "", 1, 1), number="X-1")
    for url in "/orders", "/orders/X-1":
        page = hers.get(url)
        assert "<script>alert(1)</script>{{ 7*7 }}" in page.text
        assert page.select_one("main script") is None


@pytest.mark.parametrize("url", ["/orders/N-1", "/orders?older_than=N-1", "/orders/none", "/orders?older_than=none", "/orders?older_than="])
def test_bob_finds_nothing_of_alices_orders(app: Flask, alice: int, url: str) -> None:
    place(app, alice, 2)
    with app.app_context(), transaction():
        bob_id = customer("bob@example.com").id
    bob = Browser(app)
    bob.sign_in(bob_id)
    bob.get(url, expect=404)
    assert numbers(bob.get("/orders")) == []


@pytest.mark.parametrize("url", ["/orders", "/orders/N-1"])
def test_who_is_not_signed_in_is_shown_the_door(app: Flask, alice: int, url: str) -> None:
    place(app, alice, 1)
    answer = app.test_client().get(url)
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_a_page_asks_the_database_as_often_for_many_orders_as_for_one(app: Flask, hers: Browser, alice: int) -> None:
    place(app, alice, 1)
    few = questions(app, hers, "/orders")
    place(app, alice, 60, *[TEA, HEART] * 6, prefix="M")
    assert questions(app, hers, "/orders") == few
    assert questions(app, hers, "/orders?older_than=M-30") == few + 1


def test_an_address_that_no_order_can_have_is_not_there(hers: Browser) -> None:
    for path in ("/orders/a%00b", "/orders?older_than=a%00"):
        hers.get(path, expect=404)
