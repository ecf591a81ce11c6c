from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from portal.billing.models import BillingAccount, Card, Invoice
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions.models import Subscription
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.subscriptions.builders import Box
from tests.support.conftest import looks


def find(desk: Browser, typed: str) -> str:
    return words(desk.get(f"/desk/search?q={quote(typed)}"))


def test_what_belongs_to_one_person_leads_to_their_page(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    with app.app_context():
        columns = [kind.provider_ref for kind in (BillingAccount, Subscription, Invoice, Card)]
        names = [str(db.session.scalars(select(column)).first()) for column in (*columns, Order.number)]
    for typed in ["alice@example.com", " Alice@Example.COM ", *names]:
        find(desk, typed)
        assert desk.answer.request.path == f"/desk/customers/{alice.customer_id}", typed
    assert {page for _, _, page in looks(app)} == {"customer"}, "on the way there, nothing was shown"


@pytest.mark.parametrize("typed", ["mi", "Mira", "MIRA OK", "ok", "okafor", "Ok"])
def test_a_name_is_found_by_the_beginning_of_any_part(app: Flask, desk: Browser, typed: str) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor").id
        customer("tom@example.com", "Tom Brokaw")
    told = find(desk, typed)
    assert "Mira Okafor" in told and "Tom" not in told
    assert [whom for _, whom, page in looks(app) if page == "search"] == [mira]


def test_names_of_other_alphabets_too(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        customer("elif@example.com", "Élif Yılmaz")
        customer("stefan@example.com", "Ștefan Ömer")
    assert "Élif" in find(desk, "él") and "Ștefan" in find(desk, "öm") and "Ștefan" in find(desk, "ște")


NOBODY = ["", "  ", "m", "%", "_i", "nobody", "\\", "'; DROP TABLE customer; --", "x" * 300, "🙂", "sub_", "alice@"]


@pytest.mark.parametrize("typed", NOBODY)
def test_what_finds_nobody_says_how_to_search(app: Flask, desk: Browser, typed: str) -> None:
    with app.app_context(), transaction():
        customer("mira@example.com", "Mira Okafor")
    assert "the beginning of a name" in find(desk, typed)
    assert looks(app) == []


def test_of_many_twenty_are_shown_and_each_is_written_down(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        for number in range(21):
            customer(f"ann{number}@example.com", f"Ann {number:02}")
    told = find(desk, "ann")
    assert "The first 20 customers" in told and "There are more." in told and "Ann 19" in told and "Ann 20" not in told
    assert len(looks(app)) == 20


def test_an_order_that_is_nobodys_yet_says_so(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        at = clock.now() - timedelta(days=9)
        db.session.add(Order(number="10482", placed_at=at, currency="EUR", total=900, source="import", email="alice@example.com"))
    told = find(desk, "10482")
    assert "Order 10482 belongs to nobody yet" in told and "alice" not in told
