"""Four looks in a day at a parcel that does not move: somebody at the shop looks as well."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kit.db import db, transaction
from portal.orders.actions import note_looks, take_tracking
from portal.orders.actions.looking import forget_looks
from portal.orders.links import tracking_key
from portal.orders.models import Shipment, TrackingLook
from portal.tasks.models import StaffTask
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.conftest import TODAY, Work
from tests.mail import Mail, text
from tests.orders.builders import order, parcel, scan

WHOSE = "mira@example.com"
Look = Callable[..., None]
Time = Callable[[timedelta], None]


@pytest.fixture
def one(app: Flask) -> int:
    with app.app_context(), transaction():
        made = parcel(order(customer(WHOSE), TODAY))
        take_tracking(made, [scan("in_transit", -9)], source="carrier", at=TODAY - timedelta(hours=9))
        return made.id


@pytest.fixture
def look(app: Flask, one: int) -> Look:
    def look(*hours: float) -> None:
        with app.app_context():
            for hour in hours:
                with transaction():
                    note_looks([db.session.get_one(Shipment, one)], at=TODAY + timedelta(hours=hour))

    return look


def looks(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(TrackingLook)) or 0


def hear(app: Flask, one: int, *scans: Any, hours: float) -> None:
    with app.app_context(), transaction():
        take_tracking(db.session.get_one(Shipment, one), scans, source="carrier", at=TODAY + timedelta(hours=hours))


def worries(app: Flask) -> list[StaffTask]:
    with app.app_context():
        return list(db.session.scalars(select(StaffTask).where(StaffTask.kind == "worry").order_by(StaffTask.id)))


def test_the_fourth_look_opens_a_task_and_sends_one_calm_mail(app: Flask, one: int, look: Look, work: Work, mail: Mail, time: Time) -> None:
    work()
    before = len(mail.to(WHOSE))
    look(0, 3, 6)
    assert worries(app) == []
    look(9, 12, 15, 18)
    (task,) = worries(app)
    assert (task.subject, task.due_at.isoformat(), task.done_at) == (f"shipment:{one}", "2026-11-24T11:00:00+00:00", None)
    time(timedelta(hours=18))
    work()
    (written,) = mail.to(WHOSE)[before:]
    assert written["Subject"] == "We look into your parcel"
    assert "You have looked for it several times" in text(written) and "by Tue 24 November, 12:00" in text(written).replace("\xa0", " ")


def test_looks_of_more_than_a_day_are_no_worry(app: Flask, look: Look) -> None:
    look(0, 9, 18, 27, 36)
    assert worries(app) == []


def test_a_page_that_is_loaded_again_at_once_was_looked_at_once(app: Flask, look: Look) -> None:
    look(0, 0.001, 0.002, 0.003, 0.004)
    assert worries(app) == []


def test_a_scan_ends_the_worry_and_counts_anew(app: Flask, one: int, look: Look) -> None:
    look(0, 1, 2, 3)
    hear(app, one, scan("in_transit", 4), hours=4)
    (task,) = worries(app)
    assert task.done_at == TODAY + timedelta(hours=4)
    look(5, 6, 7)
    assert len(worries(app)) == 1
    look(8)
    assert [task.done_at is None for task in worries(app)] == [False, True]


@pytest.mark.parametrize("status", ["delivered", "return_to_sender", "failure"])
def test_nobody_worries_about_what_has_come_to_its_end(app: Flask, one: int, look: Look, status: str) -> None:
    hear(app, one, scan(status, -1), hours=0)
    look(1, 2, 3, 4, 5)
    assert worries(app) == []


def test_the_owner_and_whoever_has_the_link_look_and_nobody_else(app: Flask, one: int) -> None:
    with app.app_context():
        there = db.session.get_one(Shipment, one)
        number, whose, link = there.order.number, there.order.customer_id, f"/track/{tracking_key(one)}"
    owner, stranger, program = Browser(app), Browser(app), app.test_client()
    assert whose
    owner.sign_in(whose)
    owner.get(f"/orders/{number}")
    owner.get(f"/orders/{number}?seen=x")
    assert looks(app) == 1
    with app.app_context(), transaction():
        db.session.scalars(select(TrackingLook)).one().at -= timedelta(hours=1)
    program.head(link)
    program.get(link, headers={"Sec-Purpose": "prefetch"})
    stranger.get("/orders/" + number)
    assert looks(app) == 1
    stranger.get(link)
    assert looks(app) == 2


def test_looks_are_forgotten_after_a_week(app: Flask, look: Look) -> None:
    look(0, 1)
    with app.app_context(), transaction():
        forget_looks(at=TODAY + timedelta(days=7, minutes=30))
        assert db.session.scalar(select(func.count()).select_from(TrackingLook)) == 1
