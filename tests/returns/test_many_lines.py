"""Orders with more lines than a page should hold; and what is said at home, however old the order is that can still go back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine, OrderLine, Shipment
from portal.returns.models import PolicyVersion, Return
from portal.returns.policy.standard import FILE, body_of
from portal.returns.queries.few import MOST
from tests.browser import Browser, Sent, attribute, words
from tests.orders.builders import order
from tests.questions import asked
from tests.returns.builders import sent_back
from tests.returns.conftest import bought

SEND = 'a[href="/returns/new"]'


@pytest.fixture
def large(app: Flask, alice: int) -> None:
    """An order of 2,000 lines."""
    with app.app_context(), transaction():
        lines = [OrderedLine(f"Thing {number:04}", f"SKU-{number:04}", 2, 100) for number in range(2000)]
        made = order(db.session.get_one(Customer, alice), now() - timedelta(days=3), *lines, number="2000")
        db.session.flush()
        db.session.add(Shipment(ref="P-2000", order=made, shipped_at=now() - timedelta(days=2), delivered_at=now() - timedelta(days=1)))


def line(app: Flask, title: str) -> int:
    with app.app_context():
        return db.session.scalars(select(OrderLine.id).where(OrderLine.title == title)).one()


def test_of_two_thousand_lines_fifty_stand_there_and_each_is_found(app: Flask, browser: Browser, large: None) -> None:
    last, other = line(app, "Thing 1999"), line(app, "Thing 0007")
    with asked(app) as whole:
        page = browser.get("/orders/2000/return")
    assert len(page.select("[name^=line-]")) == MOST
    assert "1950 more are not shown. What you have chosen stays chosen." in words(page)
    page = browser.post(
        "/returns/new", {"draft": attribute(page, "[name=draft]"), "order": "2000", "look": "1", "find": "tHing 1999", f"line-{other}": "2"}
    )
    assert browser.at.startswith("/orders/2000/return?find=")
    assert {str(box["name"]) for box in page.select("[name^=line-]")} == {f"line-{other}", f"line-{last}"}
    assert page.select_one(f"[name=line-{other}][checked]") and attribute(page, "[name=find]") == "tHing 1999"
    sent: Sent = {
        "draft": attribute(page, "[name=draft]"),
        "order": "2000",
        f"line-{other}": "2",
        f"quantity-{other}": "1",
        f"line-{last}": "2",
    }
    browser.post("/returns/new", sent)
    assert browser.at.endswith("/reason")
    with app.app_context():
        (made,) = db.session.scalars(select(Return))
        assert {item.line.title: item.quantity for item in made.items} == {"Thing 0007": 1, "Thing 1999": 2}
    with asked(app) as again:
        browser.get("/orders/1001/return")
    assert len(whole) <= len(again)


def test_nothing_chosen_and_nothing_found(app: Flask, browser: Browser, large: None) -> None:
    page = browser.post("/returns/new", {"order": "2000", "look": "1", "find": "candle"})
    assert browser.at == "/orders/2000/return?find=candle" and not page.select("[name^=line-]")
    assert not browser.get("/orders/1001/return").select("[name=find]")


def test_at_the_desk_too(app: Flask, desk: Browser, large: None, alice: int) -> None:
    page = desk.get(f"/desk/customers/{alice}/return?order=2000")
    assert len(page.select("[name^=quantity-]")) == MOST and "1950 more are not shown." in words(page)
    page = desk.get(f"/desk/customers/{alice}/return?order=2000&find=thing+1999")
    assert [str(field["name"]) for field in page.select("[name^=quantity-]")] == [f"quantity-{line(app, 'Thing 1999')}"]


def test_home_offers_it_while_anything_can_go_back(app: Flask, browser: Browser, alice: int) -> None:
    """Twelve newer orders are not there yet."""
    with app.app_context(), transaction():
        whose = db.session.get_one(Customer, alice)
        for number in range(12):
            bought(whose, f"3{number:03}", days_ago=0)
    assert browser.get("/").select(SEND)
    with app.app_context(), transaction():
        first = db.session.scalars(select(Order).where(Order.number == "1001")).one()
        sent_back(first, {0: 3, 1: 1})
    assert not browser.get("/").select(SEND)


def test_home_offers_what_a_long_window_still_lets_go_back(app: Flask, browser: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        come = now() - timedelta(days=250)
        db.session.execute(update(Shipment).values(shipped_at=come, delivered_at=come))
        db.session.execute(update(Order).values(placed_at=come - timedelta(days=3)))
    assert not browser.get("/").select(SEND)
    with app.app_context(), transaction():
        body = body_of(FILE) | {"windows": {"default": 14, "products": {"HON*": 365}}}
        db.session.add(PolicyVersion(applies_from=now() - timedelta(days=400), body=body, made_at=now() - timedelta(days=400)))
    assert browser.get("/").select(SEND)


def test_home_asks_as_often_for_one_order_as_for_many(app: Flask, browser: Browser, alice: int, time: Callable[[timedelta], None]) -> None:
    with asked(app) as few:
        browser.get("/")
    with app.app_context(), transaction():
        whose = db.session.get_one(Customer, alice)
        for number in range(40):
            bought(whose, f"4{number:03}", days_ago=1)
    with asked(app) as many:
        browser.get("/")
    assert len(many) == len(few) > 0
