"""Somebody hears of it within minutes when something is wrong that no customer can put right."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.accounts.models import Role, Staff
from portal.kit.alarms import Alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations import queries
from portal.operations.commands import sync
from portal.operations.watching import watch
from portal.outbox import worker
from portal.outbox.models import Sync, Task
from tests.conftest import Work
from tests.ground import at_once
from tests.mail import Mail, text
from tests.operations.conftest import given_up, waiting_since
from tests.payments.test_webhook import event, send

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def look(later: timedelta = timedelta()) -> None:
    with transaction():
        watch(now() + later)


def on() -> list[str]:
    db.session.rollback()
    return [alarm.name for alarm in queries.alarms()]


def test_work_that_waits_for_five_minutes_raises_an_alarm_until_it_is_done(app: Flask) -> None:
    waiting_since(now() - 5 * MINUTE + timedelta(seconds=5))
    look()
    assert on() == []
    look(later=timedelta(seconds=6))
    assert on() == ["work waits"]
    assert "ALARM since " in app.test_cli_runner().invoke(sync, ["status"]).output
    with transaction():
        db.session.execute(delete(Sync))
    look()
    assert on() == []


def test_a_task_counts_from_when_it_was_wanted_however_often_it_was_tried(app: Flask) -> None:
    with transaction():
        moment = now() - 6 * MINUTE
        db.session.add(Task(kind="mail", key="x", payload={}, asked_at=moment, due_at=now() + 9 * MINUTE, attempts=3, error="away"))
    look()
    assert on() == ["work waits"]


def test_bulk_work_may_take_longer_and_what_is_for_later_is_not_late(app: Flask) -> None:
    waiting_since(now() - 60 * MINUTE, bulk=True)
    with transaction():
        db.session.add(Task(kind="mail", key="x", payload={}, asked_at=now() + MINUTE, due_at=now() + MINUTE))
    look()
    assert on() == []


@pytest.mark.parametrize("trouble", [lambda: waiting_since(now(), attempts=8), lambda: given_up(now())])
def test_work_that_fails_again_and_again_raises_one(app: Flask, trouble: object) -> None:
    trouble()  # type: ignore[operator]
    look()
    assert on() == ["work fails"]


def test_an_event_of_another_mode_or_account_raises_one_that_ends_after_a_quiet_day(app: Flask) -> None:
    assert send(app, event("sub_1", "evt_live", livemode=True)) == 204
    assert send(app, {**event("sub_1", "evt_connected"), "account": "acct_another"}) == 204
    assert on() == ["foreign events"]
    look(later=timedelta(hours=23))
    assert on() == ["foreign events"]
    look(later=timedelta(hours=25))
    assert on() == []


def test_the_admins_get_one_mail_and_the_log_one_line(app: Flask, mail: Mail, work: Work, caplog: pytest.LogCaptureFixture) -> None:
    gone = Staff(email="cal@example.com", name="Cal", role=Role.ADMIN, disabled_at=now())
    with transaction():
        db.session.add_all([Staff(email="ada@example.com", name="Ada", role=Role.ADMIN), Staff(email="ben@example.com", name="Ben"), gone])
    given_up(now())
    with caplog.at_level(logging.ERROR):
        at_once(app, 4, lambda _: look())
        look()
    assert [record.message.partition(":")[0] for record in caplog.records if "Alarm" in record.message].count("Alarm, work fails") >= 1
    work()
    (only,) = mail.received
    assert only["To"] == "ada@example.com"
    assert "failed again and again, or were given up: 1. See" in text(only) and "portal sync status" in text(only)
    assert f"{app.config['PORTAL_BASE_URL']}/desk/sync" in text(only)


def test_one_that_comes_and_goes_is_mailed_once_an_hour(app: Flask, mail: Mail, work: Work) -> None:
    with transaction():
        db.session.add(Staff(email="ada@example.com", name="Ada", role=Role.ADMIN))
    given_up(now())
    for minutes, mails in (0, 1), (10, 1), (80, 2):
        with transaction():
            db.session.execute(update(Task).where(Task.kind == "mail", Task.key == "x").values(dead_at=now()))
        look(later=minutes * MINUTE)
        with transaction():
            db.session.execute(update(Task).where(Task.key == "x").values(dead_at=None, done_at=now()))
        look(later=(minutes + 1) * MINUTE)
        with transaction():
            db.session.execute(update(Task).where(Task.key == "x").values(done_at=None))
            asked = len(db.session.scalars(select(Task.id).where(Task.key.startswith("alarm:work fails"))).all())
        assert asked == mails


def test_the_worker_watches_whatever_waits(app: Flask) -> None:
    waiting_since(now() - 6 * MINUTE)
    worker._look_at_the_clock()
    assert on() == ["work waits"]
    assert db.session.scalars(select(Alarm.told_at)).one() is not None
