"""A customer finds an order among many: by a word, by how it stands, by its year."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from portal.accounts.models import Customer
from portal.carriers import Incident, ParcelStatus
from portal.kit.db import db, transaction
from portal.kit.folding import words_in
from portal.orders.actions import claim_orders
from portal.orders.models import Order, OrderedLine, OrderLine, OrderWord, rows_of, word_rows
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.conftest import TODAY
from tests.orders.builders import csv, order, parcel_that_is
from tests.orders.conftest import Import
from tests.questions import questions

TEA = OrderedLine("Çamlıhemşin çayı, 100 g", "TEA-CAM", 1, 1200)
HEART = OrderedLine("WHITE HANGING HEART T-LIGHT HOLDER", "85123A", 6, 255)
JAM = OrderedLine("Crème de pruneaux", "PAN/JAM 3", 1, 560)
NOWHERE = TODAY.date() + timedelta(days=3)


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        person = customer("alice@example.com", "Alice")
        order(person, TODAY, TEA, number="HA-7K2M4Q")
        order(person, TODAY - timedelta(days=1), HEART, number="2024/17")
        order(person, TODAY - timedelta(days=2), JAM, TEA, number="#1001")
        return person.id


@pytest.fixture
def hers(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


def found(browser: Browser, **asked: str) -> list[str]:
    page = browser.get("/orders?" + "&".join(f"{name}={value}" for name, value in asked.items()))
    return [str(link["href"]).removeprefix("/orders/").replace("%23", "#") for link in page.select('main a.go[href^="/orders/"]')]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("camlı", ["HA-7K2M4Q", "#1001"]),
        ("CAMLIHEM", ["HA-7K2M4Q", "#1001"]),
        ("ÇAYI", ["HA-7K2M4Q", "#1001"]),
        ("çayi", ["HA-7K2M4Q", "#1001"]),
        ("heart", ["2024/17"]),
        ("light hold", ["2024/17"]),
        ("T-LIGHT", ["2024/17"]),
        ("85123a", ["2024/17"]),
        ("tea-cam", ["HA-7K2M4Q", "#1001"]),
        ("creme prune", ["#1001"]),
        ("pan/jam", ["#1001"]),
        ("ha-7k2", ["HA-7K2M4Q"]),
        ("7K2M4Q", ["HA-7K2M4Q"]),
        ("%231001", ["#1001"]),
        ("2024/17", ["2024/17"]),
        ("creme heart", []),
        ("eart", []),
        ("%25", []),
        ("!!!", []),
        ("x" * 3000, []),
        ("", ["HA-7K2M4Q", "2024/17", "#1001"]),
        ("+++", ["HA-7K2M4Q", "2024/17", "#1001"]),
    ],
)
def test_an_order_is_found_by_the_beginning_of_a_word_or_number(hers: Browser, typed: str, expected: list[str]) -> None:
    assert found(hers, q=typed) == expected


def test_what_was_typed_stays_and_an_empty_answer_says_what_to_do(hers: Browser) -> None:
    page = hers.get("/orders?q=no+such+%3Cb%3Ething%3C/b%3E")
    assert attribute(page, "#q") == "no such <b>thing</b>"
    assert "Nothing found for “no such <b>thing</b>”" in words(page)
    assert attribute(page, "#found .btn", "href") == "/orders"


def test_a_search_finds_nothing_of_others(app: Flask, hers: Browser) -> None:
    with app.app_context(), transaction():
        order(customer("bob@example.com"), TODAY, OrderedLine("Bobs soap", "SOA", 1, 100), number="BOB-1")
    assert found(hers, q="bobs") == found(hers, q="bob-1") == []


def test_an_order_that_is_claimed_later_is_found_by_its_words(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        line = OrderedLine("Quince cheese", "QUI", 1, 700)
        late = Order(number="L-1", placed_at=TODAY, currency="EUR", total=700, source="import", email="alice@example.com")
        db.session.add(late)
        db.session.flush()
        db.session.execute(insert(OrderLine), rows_of(late.id, [line]))
        db.session.execute(insert(OrderWord), word_rows(late.id, None, "L-1", [line]))
    assert found(hers, q="quince") == []
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        person.email_verified_at = TODAY
        claim_orders(person)
    assert found(hers, q="quince") == ["L-1"]


def test_the_years_are_those_of_the_readers_own_time(app: Flask, hers: Browser, alice: int) -> None:
    """At half past eleven at night in UTC, it is the next year in Berlin."""
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        order(person, datetime(2024, 12, 31, 23, 30, tzinfo=UTC), number="NEW-YEAR")
    assert found(hers, year="2025") == ["NEW-YEAR"]
    assert found(hers, year="2024") == []
    assert found(hers, year="2026", q="heart") == ["2024/17"]
    for wrong in "0000", "20x5", "99999", "9999":
        assert len(found(hers, year=wrong)) == 4
    page = hers.get("/orders?year=2025")
    assert [option.text for option in page.select("#year option")] == ["All years", "2026", "2025"]
    assert [option.text for option in page.select("#year [selected]")] == ["2025"]


@pytest.fixture
def standing(app: Flask, alice: int) -> None:
    """Of six orders, each stands otherwise; the three that are there already have no parcel."""
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        standings: dict[str, list[dict[str, Any]]] = {
            "MOVES": [{"status": ParcelStatus.IN_TRANSIT, "expected_on": NOWHERE}, {"status": ParcelStatus.DELIVERED}],
            "THERE": [{"status": ParcelStatus.DELIVERED}, {"status": ParcelStatus.CANCELLED}],
            "LATE": [{"status": ParcelStatus.IN_TRANSIT, "status_at": TODAY, "expected_on": TODAY.date() - timedelta(days=1)}],
            "LOST": [{"status": ParcelStatus.DELIVERED}, {"status": ParcelStatus.FAILURE, "incident": Incident.LOST}],
            "SHOP": [{"status": ParcelStatus.AVAILABLE_FOR_PICKUP, "incident": Incident.NOBODY_THERE}],
            "PACKED": [{"status": ParcelStatus.UNKNOWN}],
        }
        for number, parcels in standings.items():
            placed = order(person, TODAY - timedelta(days=9), number=number)
            for told in parcels:
                parcel_that_is(told.pop("status"), placed, **told)


@pytest.mark.usefixtures("standing")
def test_orders_are_filtered_by_how_they_stand(hers: Browser) -> None:
    assert sorted(found(hers, show="under-way")) == ["LATE", "MOVES", "PACKED", "SHOP"]
    assert found(hers, show="delivered") == ["THERE"]
    assert sorted(found(hers, show="problem")) == ["LATE", "LOST"]
    assert len(found(hers, show="nonsense")) == 9
    assert found(hers, show="delivered", q="heart") == []
    page = hers.get("/orders?show=delivered&q=honey")
    assert attribute(page, "a[aria-current=true]", "href") == "/orders?q=honey&show=delivered"
    assert attribute(page, "a:-soup-contains('Under way')", "href") == "/orders?q=honey&show=under-way"
    assert attribute(page, "[name=show]") == "delivered"


@pytest.mark.usefixtures("standing")
def test_each_order_says_in_a_word_how_it_stands(hers: Browser) -> None:
    page = hers.get("/orders")
    told = {
        str(row["href"]).removeprefix("/orders/"): [chip.text for chip in row.select(".chip")]
        for row in page.select('main a.go[href^="/orders/"]')
    }
    assert told == {
        "MOVES": ["On its way"], "THERE": ["Delivered"], "LATE": ["Problem"], "LOST": ["Problem"], "SHOP": ["Waits for you"],
        "PACKED": ["Packed"], "HA-7K2M4Q": [], "2024/17": [], "%231001": [],
    }  # fmt: skip


def test_older_orders_are_those_of_the_same_search(app: Flask, hers: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        for n in range(90):
            order(person, TODAY - timedelta(days=n), HEART if n % 2 else TEA, number=f"N-{n}")
    shown: list[str] = []
    url: str | None = "/orders?q=heart&year=2026"
    while url:
        page = hers.get(url)
        assert attribute(page, "#q") == "heart"
        shown += [str(link["href"]) for link in page.select('main a.go[href^="/orders/"]')]
        link = page.find("a", string="Older orders")
        url = str(link["href"]) if link else None
    assert shown == ["/orders/N-1", "/orders/2024/17", *(f"/orders/N-{n}" for n in range(3, 90, 2))]


def test_a_search_asks_the_database_as_often_among_many_as_among_few(app: Flask, hers: Browser, alice: int) -> None:
    urls = ["/orders", "/orders?q=heart+light", "/orders?show=problem", "/orders?show=under-way&year=2026&q=tea"]
    few = [questions(app, hers, url) for url in urls]
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        for n in range(200):
            parcel_that_is(ParcelStatus.IN_TRANSIT, order(person, TODAY - timedelta(hours=n), HEART, TEA, number=f"N-{n}"))
    assert [questions(app, hers, url) for url in urls] == few


def test_htmx_gets_the_list_alone(hers: Browser) -> None:
    part = hers.get("/orders?q=heart", target="found")
    assert part.select_one("#q") is None
    assert [str(link["href"]) for link in part.select("a.go")] == ["/orders/2024/17"]


def test_a_word_is_kept_in_parts_and_whole() -> None:
    assert words_in("T-Light, İstanbul'da ĞÜŞIÖÇ ıŁø Straße 100 g") == {
        "t", "light", "tlight", "istanbul", "da", "istanbulda", "gusioc", "ilo", "strasse", "100", "g",
    }  # fmt: skip
    assert words_in("  ", "—", "") == set()


def test_an_imported_order_is_found_by_its_words(app: Flask, hers: Browser, alice: int, bring_in: Import, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice).email_verified_at = TODAY
    bring_in(csv(tmp_path, "I-1,2026-03-01 10:00,alice@example.com,EUR,REC,Mürdüm reçeli,1,5.00"))
    with app.app_context():
        assert db.session.scalar(select(OrderWord.customer_id).where(OrderWord.word == "murdum")) == alice
    assert found(hers, q="murdum+recel") == ["I-1"]
