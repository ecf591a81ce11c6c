"""Days that are over are counted at night, and kept."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from portal import outbox
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.numbers.commands import numbers
from portal.numbers.models import Counted, Figure, Grain, Tally
from portal.numbers.sync import BEGIN
from portal.orders.models import Order, OrderLine
from portal.schedule import HAPPENS
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.numbers.chance import fill
from tests.numbers.world import NOW, at, order, pause, returned, subscription

Row = tuple[date, Grain, Figure, str, str, int]


def by_worker(app: Flask) -> None:
    with transaction():
        outbox.want_task(BEGIN, {}, at=clock.now())
    outbox.work_until_idle()


def by_command(app: Flask) -> None:
    assert app.test_cli_runner().invoke(numbers, ["rebuild"]).exit_code == 0


WAYS = [by_worker, by_command]


def kept() -> list[Row]:
    columns = Tally.since, Tally.grain, Tally.figure, Tally.key, Tally.detail, Tally.count
    rows = db.session.execute(select(*columns).order_by(*columns[:-1]))
    return [(since, grain, figure, key, detail, count) for since, grain, figure, key, detail, count in rows]


@pytest.mark.parametrize("night", WAYS)
def test_twice_is_as_good_as_once(app: Flask, night: Callable[[Flask], None]) -> None:
    with app.app_context():
        with transaction():
            fill(2)
        night(app)
        first = kept()
        night(app)
        assert kept() == first and first
        assert db.session.scalar(select(Counted.until)) == date(2026, 11, 22)
        assert db.session.scalar(select(func.count()).select_from(Counted)) == 1


def test_both_ways_come_to_the_same(app: Flask) -> None:
    with app.app_context():
        with transaction():
            fill(2)
        by_worker(app)
        first = kept()
        by_command(app)
        assert kept() == first


@pytest.mark.parametrize("night", WAYS)
def test_of_a_shop_without_anything_nothing_is_kept(app: Flask, night: Callable[[Flask], None]) -> None:
    with app.app_context():
        night(app)
        assert kept() == [] and db.session.scalar(select(Counted.until)) is None


@pytest.mark.parametrize("night", WAYS)
def test_today_is_never_kept(app: Flask, night: Callable[[Flask], None]) -> None:
    with app.app_context():
        with transaction():
            order(customer(), at(11, 22, 22, 59))
            order(customer(), at(11, 22, 23))
        night(app)
        found = [(since, grain, count) for since, grain, figure, _, _, count in kept() if figure is Figure.UNITS]
        assert found == [(date(2026, 11, 1), Grain.MONTH, 1), (date(2026, 11, 22), Grain.DAY, 1)]


def test_what_is_decided_late_belongs_to_its_own_day_from_the_next_night_on(app: Flask) -> None:
    with app.app_context():
        with transaction():
            bought = order(customer(), at(3, 4), ("HON", 3))
        by_command(app)
        with transaction():
            returned(db.session.merge(bought), 2, "damaged")
        with clock.at(NOW + timedelta(days=1)):
            by_worker(app)
        assert (date(2026, 3, 1), Grain.MONTH, Figure.RETURNED, "damaged", "", 2) in kept()
        assert (date(2026, 3, 1), Grain.MONTH, Figure.PRODUCT_RETURNED, "HON", "damaged", 2) in kept()


def test_the_days_of_products_are_kept_for_a_while_only(app: Flask) -> None:
    with app.app_context():
        with transaction():
            order(customer(), at(3, 4), ("HON", 3))
            order(customer(), at(11, 4), ("HON", 2))
        by_command(app)
        found = [(since, grain, count) for since, grain, figure, _, _, count in kept() if figure is Figure.PRODUCT]
        assert found == [
            (date(2026, 3, 1), Grain.MONTH, 3),
            (date(2026, 11, 1), Grain.MONTH, 2),
            (date(2026, 11, 4), Grain.DAY, 2),
        ]


def test_what_is_gone_from_before_the_first_day_is_forgotten(app: Flask) -> None:
    with app.app_context():
        with transaction():
            old_id = order(customer(), at(3, 4, year=2024)).id
            order(customer(), at(11, 4))
        by_command(app)
        with transaction():
            db.session.execute(delete(OrderLine).where(OrderLine.order_id == old_id))
            db.session.execute(delete(Order).where(Order.id == old_id))
        by_command(app)
        assert min(since for since, *_ in kept()) == date(2026, 11, 1)


def test_the_page_says_which_days_are_of_last_night(app: Flask, lead: Browser) -> None:
    with app.app_context():
        with transaction():
            pause(subscription(customer(), at(3, 4)), at(11, 20))
        by_command(app)
    told = words(lead.get("/desk/numbers"))
    assert "Until 22 Nov 2026 as it was last night, after that as it is now." in told
    assert "Active subscriptions 0 1 is paused" in told


def test_it_is_on_the_schedule() -> None:
    assert HAPPENS[BEGIN] == timedelta(days=1)
