"""The shop's systems read what customers changed: each change once, in order, and without what names a person."""

import pytest
from flask import Flask

from portal.accounts.models import Customer
from portal.api.models import Scope
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Actor, note
from tests.accounts.builders import customer
from tests.api.client import System, fits


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com").id


def change(app: Flask, customer_id: int, by: Actor, deed: str = "change language") -> None:
    with app.app_context(), transaction():
        note(db.session.get_one(Customer, customer_id), deed, by=by, at=now(), facts={"to": "tr"})


def test_each_change_comes_once_in_the_order_in_which_they_were_made(app: Flask, alice: int) -> None:
    shop = System(app)
    assert shop.get("/changes") == {"data": [], "next_cursor": None, "has_more": False}
    for number in range(5):
        change(app, alice, Actor(customer_id=alice), f"deed {number}")
    seen, cursor, more = list[str](), "", True
    while more:
        page = shop.get(f"/changes?limit=2{cursor and f'&cursor={cursor}'}")
        fits(page, "Changes")
        seen += [one["deed"] for one in page["data"]]
        cursor, more = page["next_cursor"], page["has_more"]
    assert seen == [f"deed {number}" for number in range(5)]
    assert shop.get(f"/changes?cursor={cursor}") == {"data": [], "next_cursor": cursor, "has_more": False}
    change(app, alice, Actor(customer_id=alice), "later")
    assert [one["deed"] for one in shop.get(f"/changes?cursor={cursor}")["data"]] == ["later"]


def test_what_nobody_did_for_a_customer_is_not_among_them(app: Flask, alice: int) -> None:
    shop = System(app)
    change(app, alice, Actor(system="schedule"))
    change(app, alice, Actor(staff_id=1))
    change(app, alice, Actor(customer_id=alice, staff_id=1))
    (one,) = shop.get("/changes")["data"]
    assert (one["by"], one["subject"], one["customer_id"], one["facts"]) == ("staff", "customer", alice, {"to": "tr"})


def test_who_it_was_is_told_with_the_scope_for_that(app: Flask, alice: int) -> None:
    change(app, alice, Actor(customer_id=alice))
    assert System(app, name="crm").get("/changes")["data"][0]["email"] == "alice@example.com"
    assert System(app, Scope.CHANGES_READ).get("/changes")["data"][0]["email"] is None
