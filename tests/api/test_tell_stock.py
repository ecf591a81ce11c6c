"""The shop's system tells how many there are; what it counted earlier changes nothing any more."""

from typing import Any

import pytest
from flask import Flask

from tests.api.client import System, fits

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
