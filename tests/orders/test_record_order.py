"""A renewal becomes an order, once."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, repeat
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from portal.orders import actions
from portal.orders.actions import NumberTaken, OrderedLine, record_order
from portal.orders.models import Order, OrderLine
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.orders.builders import order

HONEY = OrderedLine("Linden honey", "HON", 2, 890, "products/honey.svg")
TEA = OrderedLine("Sencha", "TEA", 1, 1200)


def renew(person: Customer, invoice: str = "in_1") -> Order:
    return record_order(person, number=None, placed_at=TODAY, currency="eur", lines=[HONEY, TEA], source_ref=invoice, delivery_id=7)


def test_an_order_is_written_with_its_lines_in_order(app: Flask) -> None:
    with app.app_context(), transaction():
        alice = customer()
        renewal = renew(alice)
        assert (renewal.customer_id, renewal.source, renewal.delivery_id) == (alice.id, "subscription", 7)
        assert (renewal.total, renewal.currency, renewal.placed_at) == (2980, "EUR", TODAY)
        assert [(line.title, line.quantity, line.amount, line.picture) for line in renewal.lines] == [
            ("Linden honey", 2, 1780, "products/honey.svg"),
            ("Sencha", 1, 1200, ""),
        ]


def test_the_same_invoice_again_gives_the_same_order(app: Flask) -> None:
    with app.app_context():
        with transaction():
            alice = customer()
            first = renew(alice).id
            assert renew(alice).id == first
        with transaction():
            alice = db.session.scalars(select(Customer)).one()
            assert renew(alice).id == first
            assert renew(alice, "in_2").id != first


def test_two_workers_at_once_write_one_order(app: Flask) -> None:
    together = Barrier(8, timeout=60)
    with app.app_context(), transaction():
        alice_id = customer().id

    def work() -> int:
        with app.app_context():
            together.wait()
            with transaction():
                return renew(db.session.get_one(Customer, alice_id)).id

    with ThreadPoolExecutor(8) as workers:
        ids = {done.result() for done in [workers.submit(work) for _ in range(8)]}
    with app.app_context():
        assert len(ids) == db.session.scalar(select(func.count()).select_from(Order)) == 1
        assert db.session.scalar(select(func.count()).select_from(OrderLine)) == 2


def test_a_number_is_short_and_has_no_letters_that_look_alike(app: Flask) -> None:
    with app.app_context():
        numbers = {actions.new_number() for _ in range(200)}
    assert len(numbers) == 200
    for number in numbers:
        assert re.fullmatch("HA-[2-9A-HJKMNP-Z]{6}", number), number


def test_a_number_that_is_taken_is_drawn_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = chain(repeat("2", 12), repeat("3"))
    monkeypatch.setattr("secrets.choice", lambda _: next(drawn))
    with app.app_context(), transaction():
        alice = customer()
        assert [renew(alice, "in_1").number, renew(alice, "in_2").number] == ["HA-222222", "HA-333333"]


def test_a_number_that_was_given_is_never_given_twice(app: Flask) -> None:
    with app.app_context(), transaction():
        alice = customer()
        order(alice, TODAY, number="1001")
        with pytest.raises(NumberTaken):
            order(alice, TODAY, number="1001")


def test_a_discount_is_in_the_total(app: Flask, time: Callable[[timedelta], None]) -> None:
    with app.app_context(), transaction():
        alice = customer()
        paid = record_order(alice, number=None, placed_at=TODAY, currency="EUR", lines=[HONEY], total=1602)
        assert (paid.total, paid.lines[0].amount) == (1602, 1780)
