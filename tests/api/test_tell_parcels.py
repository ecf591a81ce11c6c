"""The shop's system tells what went into which parcel, and where it is."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.api.models import Scope
from portal.kit.db import db
from portal.timeline import Entry
from tests.api.client import System, fits
from tests.api.test_tell_orders import LINE, order

EIGHT, NINE, TEN = (f"2026-11-03T{hour:02}:00:00Z" for hour in (8, 9, 10))


def parcel(**more: Any) -> dict[str, Any]:
    return {"order": "HA-1001", "carrier": "dhl", "tracking_number": "00340434161094042557", **more}


def scan(ref: str, status: str, happened_at: str) -> dict[str, Any]:
    return {"id": ref, "status": status, "happened_at": happened_at}


@pytest.fixture
def shop(app: Flask) -> System:
    system = System(app)
    system.put("/orders/HA-1001", order(lines=[LINE, {**LINE, "quantity": 1}]), expect=201)
    return system


def test_a_parcel_is_told_and_read_again(shop: System, app: Flask) -> None:
    told = shop.put("/shipments/P-1", parcel(packed_at=EIGHT, shipped_at=NINE, expected_on="2026-11-05"), expect=201)
    fits(told, "Shipment")
    assert told["lines"] == [{"position": 0, "quantity": 2}, {"position": 1, "quantity": 1}], "without lines, it holds all"
    assert (told["order"], told["expected_on"], told["shipped_at"]) == ("HA-1001", "2026-11-05", NINE)
    assert shop.get("/shipments/P-1") == told
    assert shop.get("/shipments?order=HA-1001")["data"] == [told]
    assert shop.get("/shipments?order=HA-1002")["data"] == []
    assert shop.get("/orders/HA-1001")["packed_at"] == EIGHT
    with app.app_context():
        entry = db.session.scalars(select(Entry).where(Entry.deed == "parcel recorded")).one()
        assert entry.system == "API key warehouse"


def test_the_same_again_changes_nothing_and_more_is_added(shop: System) -> None:
    first = shop.put("/shipments/P-1", parcel(), expect=201)
    assert shop.put("/shipments/P-1", parcel()) == first
    assert shop.put("/shipments/P-1", {"order": "HA-1001", "shipped_at": NINE}) == {**first, "shipped_at": NINE}


def test_an_order_goes_in_several_parcels_that_hold_no_more_than_was_bought(shop: System) -> None:
    shop.put("/shipments/P-1", {"order": "HA-1001", "lines": [{"position": 0, "quantity": 1}]}, expect=201)
    problem = shop.put("/shipments/P-2", {"order": "HA-1001", "lines": [{"position": 0, "quantity": 2}]}, expect=409)
    assert problem["errors"] == [{"pointer": "/lines", "detail": "line 0: 2 told, 1 left of 2 ordered"}]
    shop.get("/shipments/P-2", expect=404)
    assert shop.put("/shipments/P-2", {"order": "HA-1001"}, expect=201)["lines"][0] == {"position": 0, "quantity": 1}


@pytest.mark.parametrize(
    "told",
    [
        parcel(),
        {"order": "HA-1001", "tracking_number": "123456789", "lines": [{"position": 0, "quantity": 1}]},
        {"order": "HA-1001", "lines": [{"position": 7, "quantity": 1}]},
        {"order": "HA-1001", "lines": [{"position": 0, "quantity": 1}, {"position": 0, "quantity": 1}]},
    ],
    ids=["a number that another parcel has", "a number without its carrier", "a line that is not there", "a line twice"],
)
def test_what_can_not_be_so_is_refused(shop: System, told: dict[str, Any]) -> None:
    shop.put("/shipments/P-1", parcel(lines=[{"position": 0, "quantity": 1}]), expect=201)
    assert shop.put("/shipments/P-2", told, expect=409)["errors"]
    shop.get("/shipments/P-2", expect=404)


def test_a_parcel_of_an_order_that_nobody_told_of_is_none(shop: System) -> None:
    assert shop.put("/shipments/P-1", {"order": "HA-9"}, expect=404)["errors"][0]["pointer"] == "/order"
    shop.post("/shipments/P-1/events", {"events": []}, expect=404)


def test_where_it_is_follows_from_the_newest_news_whenever_they_are_told(shop: System) -> None:
    shop.put("/shipments/P-1", parcel(), expect=201)
    told = shop.post("/shipments/P-1/events", {"events": [scan("3", "delivered", TEN), scan("1", "in_transit", EIGHT)]})
    assert (told["status"], told["delivered_at"]) == ("delivered", TEN)
    again = shop.post("/shipments/P-1/events", {"events": [scan("2", "out_for_delivery", NINE), scan("1", "in_transit", EIGHT)]})
    assert again["status"] == "delivered"
    assert [event["happened_at"] for event in again["events"]] == [EIGHT, NINE, TEN]
    assert {event["source"] for event in again["events"]} == {"api"}


def test_where_it_waits_is_told_and_the_code_comes_back_in_no_answer(shop: System) -> None:
    shop.put("/shipments/P-1", parcel(), expect=201)
    held = {
        "events": [scan("1", "available_for_pickup", NINE)],
        "held_at": "Corner shop",
        "held_until": "2026-11-10",
        "pickup_code": "4711",
    }
    told = shop.post("/shipments/P-1/events", held)
    assert (told["held_at"], told["held_until"]) == ("Corner shop", "2026-11-10")
    assert "4711" not in shop.answer.text


def test_the_code_of_a_parcel_needs_another_scope_than_its_order(app: Flask, shop: System) -> None:
    till = System(app, Scope.ORDERS_WRITE, name="till")
    assert "shipments:write" in till.put("/shipments/P-1", parcel(), expect=403)["detail"]


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        (parcel(order=None), "/order"),
        (parcel(carrier="DHL Express"), "/carrier"),
        (parcel(tracking_number="x"), "/tracking_number"),
        (parcel(lines=[]), "/lines"),
        (parcel(lines=[{"position": 0, "quantity": -1}]), "/lines/0/quantity"),
        (parcel(lines=[{"position": -1, "quantity": 1}]), "/lines/0/position"),
        (parcel(shipped_at="2199-01-01T00:00:00Z"), "/shipped_at"),
        (parcel(expected_on="2026-11-31"), "/expected_on"),
        (parcel(expected_on="2026-11-30T00:00:00Z"), "/expected_on"),
        (parcel(status="delivered"), "/status"),
    ],
)
def test_what_is_wrong_with_a_parcel_is_pointed_at(shop: System, told: dict[str, Any], pointer: str) -> None:
    assert shop.put("/shipments/P-1", told, expect=422)["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"events": [scan("1", "teleported", NINE)]}, "/events/0/status"),
        ({"events": [scan("1", "delivered", "2199-01-01T00:00:00Z")]}, "/events/0/happened_at"),
        ({"events": [scan("1", "delivered", NINE), scan("1", "in_transit", NINE)]}, ""),
        ({"events": [scan("", "delivered", NINE)]}, "/events/0/id"),
        ({"events": [{**scan("1", "delivered", NINE), "incident": "bored"}]}, "/events/0/incident"),
    ],
)
def test_what_is_wrong_with_news_is_pointed_at(shop: System, told: dict[str, Any], pointer: str) -> None:
    shop.put("/shipments/P-1", parcel(), expect=201)
    assert shop.post("/shipments/P-1/events", told, expect=422)["errors"][0]["pointer"] == pointer
