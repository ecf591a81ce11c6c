"""The first screen says what is owed for what was sent back, and offers to send something back where something can go back."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.models import Payout, PayoutKind, Return, ReturnStatus
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.conftest import TODAY
from tests.orders.builders import order, parcel_that_is
from tests.questions import questions
from tests.returns.builders import sent_back

GOODS = [{"kind": "goods", "amount": 890, "item": 1, "units": 1, "facts": {}}]


@pytest.fixture
def mira(app: Flask) -> Browser:
    with app.app_context(), transaction():
        mira = customer("mira@example.com").id
    browser = Browser(app)
    browser.sign_in(mira)
    return browser


def bought(app: Flask, *, came_days_ago: int) -> None:
    with app.app_context(), transaction():
        whose = db.session.query(Customer).one()
        at = TODAY - timedelta(days=came_days_ago)
        parcel_that_is(ParcelStatus.DELIVERED, order(whose, at - timedelta(days=2), number="A-1"), delivered_at=at, shipped_at=at)


def offers(browser: Browser) -> bool:
    return bool(browser.get("/").select('a[href="/returns/new"]'))


@pytest.mark.parametrize(("days", "offered"), [(1, True), (13, True), (40, False), (200, False)])
def test_it_offers_to_send_something_back_while_something_can_go_back(app: Flask, mira: Browser, days: int, offered: bool) -> None:
    assert not offers(mira)
    bought(app, came_days_ago=days)
    assert offers(mira) is offered


def test_where_all_of_it_is_on_its_way_back_it_offers_nothing(app: Flask, mira: Browser) -> None:
    bought(app, came_days_ago=1)
    with app.app_context(), transaction():
        sent_back(db.session.query(Order).one(), {0: 2})
    assert not offers(mira)


def test_what_is_under_way_is_there_with_what_is_owed_and_costs_one_question(app: Flask, mira: Browser) -> None:
    bought(app, came_days_ago=40)
    before = questions(app, mira, "/")
    with app.app_context(), transaction():
        made = sent_back(db.session.query(Order).one(), send_by=TODAY + timedelta(days=14), estimate=GOODS)
        rma = made.rma
    page = words(mira.get("/"))
    assert f"Send it by Mon 7 Dec Return {rma} €8.90" in page
    assert questions(app, mira, "/") == before + 1
    with app.app_context(), transaction():
        made = db.session.query(Return).one()
        order_id = made.items[0].line.order_id
        paid = Payout(order_id=order_id, kind=PayoutKind.REFUND, amount=690, currency="EUR", lines=[], decided_at=TODAY, return_id=made.id)
        db.session.add(paid)
    assert f"Your money is on its way Return {rma} €6.90" in words(mira.get("/"))
    assert questions(app, mira, "/") == before + 1
    with app.app_context(), transaction():
        for number in range(3):
            sent_back(order(db.session.query(Customer).one(), TODAY, number=f"B-{number}"), status=ReturnStatus.REQUESTED)
    assert "2 more returns are under way" in words(mira.get("/"))
