"""The shop's system tells what it sells: the product becomes that, and what customers have stays theirs."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.catalog.models import Price, Product, Variant
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderLine
from portal.timeline import Entry
from tests.api.client import System, fits

MONTHLY = {"every_count": 1, "every_unit": "month", "amount": 890, "currency": "EUR"}


def honey(**more: Any) -> dict[str, Any]:
    return {
        "name": "Linden honey",
        "picture": "products/honey.svg",
        "guide": "Warm it gently.\n\nNever above 40 degrees.",
        "manual_url": "https://maker.example/honey.pdf",
        "variants": [{"sku": "HON-250", "name": "250 g", "prices": [MONTHLY]}],
        **more,
    }


@pytest.fixture
def shop(app: Flask) -> System:
    return System(app)


def test_a_product_is_made_and_read_again(shop: System) -> None:
    made = shop.put("/products/honey", honey(), expect=201)
    fits(made, "Product")
    assert made["ref"] == "honey"
    assert (made["guide"], made["manual_url"]) == (honey()["guide"], "https://maker.example/honey.pdf")
    assert made["variants"] == [{"sku": "HON-250", "name": "250 g", "prices": [{**MONTHLY, "stripe_price": None, "is_offered": True}]}]
    assert shop.get("/products/honey") == made


def test_what_is_ordered_is_of_the_kind_that_its_product_was_then(shop: System, app: Flask) -> None:
    assert shop.put("/products/honey", honey(category="food"), expect=201)["category"] == "food"
    lines = [{"title": "Honey", "sku": sku, "quantity": 1, "unit_amount": 890} for sku in ("HON-250", "ELSE")]
    told = {"placed_at": "2026-11-20T10:00:00Z", "email": "alice@example.com", "currency": "EUR", "lines": lines}
    shop.put("/orders/A-1", told, expect=201)
    shop.put("/products/honey", honey(category="spreads"))
    shop.put("/orders/A-2", told, expect=201)
    with app.app_context():
        kinds = db.session.scalars(select(OrderLine.category).join(Order).order_by(Order.number, OrderLine.position)).all()
    assert kinds == ["food", "", "spreads", ""]


def test_the_same_again_changes_nothing(shop: System, app: Flask) -> None:
    first = shop.put("/products/honey", honey(), expect=201)
    assert shop.put("/products/honey", honey()) == first
    with app.app_context():
        assert len(db.session.scalars(select(Entry).where(Entry.subject.startswith("product:"))).all()) == 1


def test_it_becomes_what_is_told(shop: System, app: Flask) -> None:
    shop.put("/products/honey", honey(), expect=201)
    weekly = {"every_count": 2, "every_unit": "week", "amount": 900, "currency": "EUR"}
    variants = [{"sku": "HON-250", "name": "250 g glass", "prices": [weekly]}, {"sku": "HON-500", "prices": []}]
    told = shop.put("/products/honey", honey(name="Honey", variants=variants))
    assert told["name"] == "Honey"
    small, large = told["variants"]
    assert (small["name"], large["sku"]) == ("250 g glass", "HON-500")
    assert [price["is_offered"] for price in small["prices"]] == [False, True], "what is left out is not offered any more"
    with app.app_context():
        entry = db.session.scalars(select(Entry).where(Entry.deed == "product told")).one()
        assert entry.system == "API key warehouse"
        assert any("name" in fields for fields in entry.after.values())


def test_a_variant_that_is_left_out_is_not_offered_any_more(shop: System) -> None:
    shop.put("/products/honey", honey(), expect=201)
    told = shop.put("/products/honey", honey(variants=[]))
    assert [price["is_offered"] for price in told["variants"][0]["prices"]] == [False]


def test_an_amount_that_subscriptions_are_charged_by_stays(shop: System) -> None:
    shop.put("/products/honey", honey(), expect=201)
    dearer = honey(name="Other", variants=[{"sku": "HON-250", "prices": [{**MONTHLY, "amount": 990}]}])
    assert "HON-250 costs 890 every 1 month in EUR" in shop.put("/products/honey", dearer, expect=409)["detail"]
    assert shop.get("/products/honey")["name"] == "Linden honey", "nothing of what was refused is kept"


def test_a_sku_is_of_one_product(shop: System) -> None:
    shop.put("/products/honey", honey(), expect=201)
    assert "HON-250" in shop.put("/products/other", honey(), expect=409)["detail"]
    shop.get("/products/other", expect=404)


def test_what_the_provider_told_of_first_is_taken_for_the_same(shop: System, app: Flask) -> None:
    with app.app_context(), transaction():
        known = Price(every_count=1, every_unit="month", amount=890, currency="EUR", provider_ref="price_1")
        product = Product(name="prod_1", picture="products/box.svg", provider_ref="prod_1")
        product.variants.append(Variant(sku="price_1", name="", prices=[known]))
        db.session.add(product)
    assert shop.get("/products")["data"][0]["ref"] is None
    variants = [{"sku": "HON-250", "prices": [{**MONTHLY, "stripe_price": "price_1"}]}]
    told = shop.put("/products/honey", honey(stripe_product="prod_1", variants=variants), expect=201)
    assert [variant["sku"] for variant in told["variants"]] == ["HON-250"]
    assert len(shop.get("/products")["data"]) == 1
    assert "prod_2" not in shop.put("/products/honey", honey(stripe_product=None, variants=variants))
    assert "prod_1" in shop.put("/products/honey", honey(stripe_product="prod_2", variants=variants), expect=409)["detail"]


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        (honey(picture="products/nothing.svg"), "/picture"),
        (honey(picture="https://elsewhere.example/x.svg"), "/picture"),
        (honey(picture="products/../../x.svg"), "/picture"),
        (honey(name=""), "/name"),
        (honey(manual_url="javascript:alert(1)"), "/manual_url"),
        (honey(manual_url="http://maker.example/"), "/manual_url"),
        (honey(guide="\x1b[0m"), "/guide"),
        (honey(category="Food & drink"), "/category"),
        (honey(name="Honey\x00"), "/name"),
        (honey(price=1), "/price"),
        (honey(variants=[{"sku": "A", "prices": [{**MONTHLY, "amount": -1}]}]), "/variants/0/prices/0/amount"),
        (honey(variants=[{"sku": "A", "prices": [{**MONTHLY, "amount": "8,90"}]}]), "/variants/0/prices/0/amount"),
        (honey(variants=[{"sku": "A", "prices": [{**MONTHLY, "amount": 8.9}]}]), "/variants/0/prices/0/amount"),
        (honey(variants=[{"sku": "A", "prices": [{**MONTHLY, "amount": 10**400}]}]), "/variants/0/prices/0/amount"),
        (honey(variants=[{"sku": "A", "prices": [{**MONTHLY, "currency": "EURO"}]}]), "/variants/0/prices/0/currency"),
        (honey(variants=[{"sku": "A", "prices": [MONTHLY, MONTHLY]}]), "/variants/0"),
        (honey(variants=[{"sku": "A"}, {"sku": "A"}]), ""),
        ([], ""),
    ],
)
def test_what_is_wrong_is_pointed_at(shop: System, told: Any, pointer: str) -> None:
    problem = shop.put("/products/honey", told, expect=422)
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    shop.get("/products/honey", expect=404)


def test_a_page_ends_where_the_next_begins_whatever_is_added_meanwhile(shop: System) -> None:
    for number in range(5):
        shop.put(f"/products/p{number}", honey(variants=[]), expect=201)
    first = shop.get("/products?limit=2")
    shop.put("/products/p5", honey(variants=[]), expect=201)
    second = shop.get(f"/products?limit=2&cursor={first['next_cursor']}")
    last = shop.get(f"/products?limit=2&cursor={second['next_cursor']}")
    refs = [product["ref"] for page in (first, second, last) for product in page["data"]]
    assert refs == [f"p{number}" for number in range(6)]
    assert last["next_cursor"] is None
