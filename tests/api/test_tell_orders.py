"""The shop's system tells of an order: it is written once, and belongs to whoever proves the address that it came with."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.api.models import Scope
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import claim_orders
from portal.orders.models import LineCancellation, Order, OrderLine
from tests.accounts.builders import customer
from tests.api.client import System, fits
from tests.ground import at_once

LINE = {"title": "Linden honey, 250 g", "sku": "HON-250", "quantity": 2, "unit_amount": 890, "discount": 80, "tax": 111}
HOME = {"name": "Alice Example", "line1": "Lindenallee 5", "postcode": "04177", "city": "Leipzig", "country": "DE"}


def order(**more: Any) -> dict[str, Any]:
    return {
        "placed_at": "2026-11-02T08:15:00Z",
        "email": "Alice@example.com",
        "currency": "EUR",
        "lines": [LINE],
        "shipping": 390,
        "shipping_tax": 62,
        "address": HOME,
        **more,
    }


@pytest.fixture
def shop(app: Flask) -> System:
    return System(app)


def test_an_order_is_written_down_and_read_again(shop: System) -> None:
    told = shop.put("/orders/HA-1001", order(), expect=201)
    fits(told, "Order")
    assert (told["total"], told["source"], told["customer_id"]) == (2 * 890 - 80 + 390 + 111 + 62, "api", None)
    assert (told["email"], told["address"]["city"]) == ("alice@example.com", "Leipzig")
    assert told["lines"] == [{"position": 0, "cancelled": 0, **LINE}]
    assert shop.get("/orders/HA-1001") == told
    assert shop.get("/orders") == {"data": [told], "next_cursor": None}


def test_tax_that_is_included_is_not_added(shop: System) -> None:
    assert shop.put("/orders/HA-1001", order(tax_included=True), expect=201)["total"] == 2 * 890 - 80 + 390


def test_a_number_may_hold_a_slash(shop: System) -> None:
    shop.put("/orders/%232026%2F17", order(), expect=201)
    assert shop.get("/orders/%232026%2F17")["number"] == "#2026/17"


def test_the_same_again_is_the_same_order(shop: System, app: Flask) -> None:
    first = shop.put("/orders/HA-1001", order(), expect=201)
    assert shop.put("/orders/HA-1001", order()) == first
    assert shop.put("/orders/HA-1001", order(address={**HOME, "city": "Halle"})) == first, "by now the customer may have changed it"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Order)) == 1


@pytest.mark.parametrize(
    ("changed", "pointers"),
    [
        ({"lines": [{**LINE, "quantity": 3}]}, ["/lines", "/lines"]),
        ({"lines": [{**LINE, "title": "Other"}]}, ["/lines"]),
        ({"email": "bob@example.com"}, ["/email"]),
        ({"currency": "USD", "placed_at": "2026-11-02T08:16:00Z"}, ["/placed_at", "/currency"]),
        ({"shipping": 391}, ["/lines", "/shipping"]),
    ],
)
def test_another_content_is_refused_with_what_differs(shop: System, changed: dict[str, Any], pointers: list[str]) -> None:
    first = shop.put("/orders/HA-1001", order(), expect=201)
    problem = shop.put("/orders/HA-1001", order(**changed), expect=409)
    assert [fault["pointer"] for fault in problem["errors"]] == pointers
    assert problem["type"].endswith("#differs")
    assert shop.get("/orders/HA-1001") == first


def test_it_belongs_to_whoever_proves_the_address_and_to_nobody_before(shop: System, app: Flask) -> None:
    with app.app_context(), transaction():
        bob = customer("bob@example.com")
        bob.email_verified_at = now()
        proved = bob.id
    assert shop.put("/orders/HA-1", order(email="bob@example.com"), expect=201)["customer_id"] == proved
    assert shop.put("/orders/HA-2", order(), expect=201)["customer_id"] is None
    with app.app_context(), transaction():
        alice = db.session.scalars(select(Customer).where(Customer.email == "alice@example.com")).one()
        alice.email_verified_at = now()
        claim_orders(alice)
    with app.app_context():
        assert shop.get("/orders/HA-2")["customer_id"] == db.session.scalars(select(Customer.id).filter_by(email="alice@example.com")).one()


def test_no_answer_names_a_person_without_the_scope_for_that(shop: System, app: Flask) -> None:
    told = System(app, Scope.ORDERS_WRITE, Scope.ORDERS_READ, name="till").put("/orders/HA-1001", order(), expect=201)
    assert (told["email"], told["address"]) == (None, None)


def test_what_is_not_wanted_any_more_is_told(shop: System, app: Flask) -> None:
    told = shop.put("/orders/HA-1001", order(lines=[LINE, LINE]), expect=201)
    with app.app_context(), transaction():
        line = db.session.scalars(select(OrderLine).where(OrderLine.position == 1)).one()
        for before in 0, 1:
            db.session.add(LineCancellation(line=line, before=before, quantity=1, amount=None, at=now()))
    assert [line["cancelled"] for line in shop.get("/orders/HA-1001")["lines"]] == [0, 2]
    assert shop.put("/orders/HA-1001", order(lines=[LINE, LINE]))["lines"][0] == told["lines"][0], "sent again, it is no other order"


def test_orders_since_a_moment(shop: System) -> None:
    shop.put("/orders/HA-1", order(), expect=201)
    shop.put("/orders/HA-2", order(placed_at="2026-11-03T08:15:00+01:00"), expect=201)
    found = shop.get("/orders?placed_since=2026-11-03T07:15:00Z")
    assert [one["number"] for one in found["data"]] == ["HA-2"]


def test_ten_thousand_lines_are_an_order_and_one_more_is_refused(shop: System) -> None:
    told = shop.put("/orders/HA-1", order(lines=[LINE] * 10_000), expect=201)
    assert (len(told["lines"]), told["total"]) == (10_000, 10_000 * (2 * 890 - 80 + 111) + 390 + 62)
    problem = shop.put("/orders/HA-2", order(lines=[LINE] * 10_001), expect=422)
    (fault,) = problem["errors"]
    assert fault["pointer"] == "/lines" and "10000" in fault["detail"]
    shop.get("/orders/HA-2", expect=404)


def test_two_systems_that_tell_of_one_order_at_once_write_it_once(app: Flask) -> None:
    systems = [System(app, name=str(number)) for number in range(8)]
    told = at_once(app, 8, lambda number: systems[number].ask("PUT", "/orders/HA-1", order(), expect=None))
    assert len({one["number"] for one in told}) == 1
    assert sorted(system.answer.status_code for system in systems) == [200] * 7 + [201]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Order)) == 1


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        (order(lines=[]), "/lines"),
        (order(lines=[{**LINE, "quantity": -1}]), "/lines/0/quantity"),
        (order(lines=[{**LINE, "quantity": 0}]), "/lines/0/quantity"),
        (order(lines=[{**LINE, "quantity": "2"}]), "/lines/0/quantity"),
        (order(lines=[{**LINE, "unit_amount": 8.9}]), "/lines/0/unit_amount"),
        (order(lines=[{**LINE, "unit_amount": -1}]), "/lines/0/unit_amount"),
        (order(lines=[{**LINE, "unit_amount": 10**12}]), "/lines/0/unit_amount"),
        (order(lines=[{**LINE, "discount": 1781}]), "/lines/0"),
        (order(lines=[{**LINE, "price": 1}]), "/lines/0/price"),
        (order(total=1), "/total"),
        (order(customer_id=1), "/customer_id"),
        (order(status="refunded"), "/status"),
        (order(email="alice"), "/email"),
        (order(email="a@b@example.com"), "/email"),
        (order(currency="eur"), "/currency"),
        (order(currency="XQQ"), "/currency"),
        (order(placed_at="2199-01-01T00:00:00Z"), "/placed_at"),
        (order(tax_included="yes"), "/tax_included"),
        (order(address={**HOME, "country": "XX"}), "/address/country"),
        (order(address={**HOME, "line1": "Lindenallee\n5"}), "/address/line1"),
        (order(address={}), "/address/name"),
    ],
)
def test_what_is_wrong_is_pointed_at(shop: System, told: dict[str, Any], pointer: str) -> None:
    assert shop.put("/orders/HA-1001", told, expect=422)["errors"][0]["pointer"] == pointer
    shop.get("/orders/HA-1001", expect=404)
