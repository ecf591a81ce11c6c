"""The shop's system tells how many there are; what it counted earlier changes nothing any more."""

from typing import Any

import pytest
from flask import Flask

from tests.api.client import System, fits
from tests.ground import at_once

NINE, TEN = "2026-11-02T09:00:00Z", "2026-11-02T11:00:00+01:00"


@pytest.fixture
def shop(app: Flask) -> System:
    system = System(app)
    system.put("/products/tea", {"name": "Tea", "variants": [{"sku": "TEA/50"}]}, expect=201)
    return system


def test_it_is_told_and_read_again(shop: System) -> None:
    told = shop.put("/stock/TEA%2F50", {"quantity": 12, "as_of": TEN})
    fits(told, "Stock")
    assert told == {"sku": "TEA/50", "quantity": 12, "as_of": "2026-11-02T10:00:00Z"}
    assert shop.get("/stock/TEA%2F50") == told
    assert shop.get("/stock") == {"data": [told], "next_cursor": None}


def test_older_news_change_nothing(shop: System) -> None:
    shop.put("/stock/TEA%2F50", {"quantity": 12, "as_of": TEN})
    assert shop.put("/stock/TEA%2F50", {"quantity": 99, "as_of": NINE})["quantity"] == 12
    assert shop.put("/stock/TEA%2F50", {"quantity": 11, "as_of": TEN})["quantity"] == 11


def test_of_what_nobody_told_there_is_nothing(shop: System) -> None:
    shop.get("/stock/TEA%2F50", expect=404)
    shop.put("/stock/OTHER", {"quantity": 1, "as_of": NINE}, expect=404)


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"quantity": -1, "as_of": NINE}, "/quantity"),
        ({"quantity": "1", "as_of": NINE}, "/quantity"),
        ({"quantity": True, "as_of": NINE}, "/quantity"),
        ({"quantity": 10**12, "as_of": NINE}, "/quantity"),
        ({"quantity": 1}, "/as_of"),
        ({"quantity": 1, "as_of": "yesterday"}, "/as_of"),
        ({"quantity": 1, "as_of": "2026-11-02T09:00:00"}, "/as_of"),
        ({"quantity": 1, "as_of": 1}, "/as_of"),
        ({"quantity": 1, "as_of": "0001-01-01T00:00:00+10:00"}, "/as_of"),
        ({"quantity": 1, "as_of": "9999-12-31T23:59:59-10:00"}, "/as_of"),
        ({"quantity": 1, "as_of": "2199-01-01T00:00:00Z"}, "/as_of"),
        ({"quantity": 1, "as_of": NINE, "customer_id": 7}, "/customer_id"),
    ],
)
def test_what_is_wrong_is_pointed_at(shop: System, told: dict[str, Any], pointer: str) -> None:
    assert [fault["pointer"] for fault in shop.put("/stock/TEA%2F50", told, expect=422)["errors"]] == [pointer]


@pytest.fixture
def shelf(shop: System) -> System:
    shop.put("/products/oil", {"name": "Oil", "variants": [{"sku": f"OIL-{number}"} for number in range(3)]}, expect=201)
    return shop


def count(sku: str, quantity: int = 1, as_of: str = NINE) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "as_of": as_of}


def test_many_are_told_at_once_and_each_keeps_its_newest(shelf: System) -> None:
    shelf.put("/stock/OIL-1", {"quantity": 7, "as_of": TEN})
    told = shelf.post("/stock", {"stock": [count("OIL-2", 5), count("OIL-1", 99), count("TEA/50", 0, TEN)]})
    fits(told, "Stocks")
    assert [(one["sku"], one["quantity"]) for one in told["stock"]] == [("OIL-2", 5), ("OIL-1", 7), ("TEA/50", 0)]
    assert {one["sku"]: one["quantity"] for one in shelf.get("/stock")["data"]} == {"OIL-1": 7, "OIL-2": 5, "TEA/50": 0}


def test_if_some_are_wrong_each_is_named_and_none_is_taken(shelf: System) -> None:
    told = [count("OIL-0"), count("NO-1"), count("OIL-0"), count("OIL-1", as_of="2199-01-01T00:00:00Z"), count("NO-2")]
    problem = shelf.post("/stock", {"stock": told}, expect=422)
    assert problem["detail"] == "Nothing was taken: 4 of 5 are wrong."
    assert [(fault["pointer"], fault["detail"]) for fault in problem["errors"]] == [
        ("/stock/1/sku", "no variant has the SKU NO-1"),
        ("/stock/2/sku", "OIL-0 comes twice"),
        ("/stock/3/as_of", "is yet to come"),
        ("/stock/4/sku", "no variant has the SKU NO-2"),
    ]
    assert shelf.get("/stock")["data"] == []


@pytest.mark.parametrize(
    ("stock", "pointer"),
    [([], "/stock"), ([count("OIL-0")] * 1001, "/stock"), ([count("OIL-0", -1)], "/stock/0/quantity"), ("OIL-0", "/stock")],
    ids=["none", "too many", "less than none", "no list"],
)
def test_what_is_wrong_in_a_list_is_pointed_at(shelf: System, stock: Any, pointer: str) -> None:
    assert shelf.post("/stock", {"stock": stock}, expect=422)["errors"][0]["pointer"] == pointer
    assert shelf.get("/stock")["data"] == []


def test_two_that_tell_of_the_same_ones_in_another_order_do_not_lock_each_other_out(shelf: System, app: Flask) -> None:
    systems = [System(app, name=str(number)) for number in range(8)]

    def tell(number: int) -> int:
        skus = [f"OIL-{place}" for place in range(3)]
        told = {"stock": [count(sku, number) for sku in (skus if number % 2 else reversed(skus))]}
        systems[number].ask("POST", "/stock", told, expect=None)
        return systems[number].answer.status_code

    assert set(at_once(app, 8, tell)) == {200}
