from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal import outbox
from portal.kit.db import db, transaction
from portal.outbox.asking import ask_by_the_clock
from portal.outbox.models import Heartbeat, Task
from tests.ground import at_once
from tests.outbox.conftest import TODAY

HOUR = timedelta(hours=1)


@pytest.fixture
def hourly(done: list[str]) -> None:
    outbox.every(HOUR, "do")


def look(at: datetime = TODAY) -> None:
    with transaction():
        ask_by_the_clock(at=at)


def tasks() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Task.key).order_by(Task.id)))


def test_it_is_due_once_in_each_interval(hourly: None) -> None:
    for minutes in (0, 1, 59, 60, 61, 119):
        look(TODAY + timedelta(minutes=minutes))
    assert tasks() == ["do@2026-11-23T09:00:00+00:00", "do@2026-11-23T10:00:00+00:00"]


def test_after_a_long_sleep_it_is_done_once_and_then_in_step(hourly: None) -> None:
    look()
    look(TODAY + timedelta(hours=5, minutes=20))
    look(TODAY + timedelta(hours=5, minutes=59))
    look(TODAY + 6 * HOUR)
    assert [key[-14:-6] for key in tasks()] == ["09:00:00", "14:00:00", "15:00:00"]


def test_of_eight_workers_one_gets_to_ask(app: Flask, hourly: None) -> None:
    for hours in range(4):
        at_once(app, 8, lambda _, moment=TODAY + hours * HOUR: look(moment))  # type: ignore[misc]
    assert len(tasks()) == 4


@pytest.mark.only_on("postgresql", reason="SQLite has no sequences")
def test_looking_takes_no_number_from_a_sequence_that_could_run_out(hourly: None) -> None:
    look()
    before = db.session.scalar(text("SELECT last_value FROM scheduled_run_id_seq"))
    for _ in range(20):
        look()
    assert db.session.scalar(text("SELECT last_value FROM scheduled_run_id_seq")) == before


def test_a_worker_does_what_the_schedule_has_due_leaves_word_and_stops_when_told(app: Flask, hourly: None, done: list[str]) -> None:
    stop = Event()

    def run() -> None:
        with app.app_context():
            outbox.work(stop)

    worker = Thread(target=run)
    worker.start()
    until = monotonic() + 10
    while not done and monotonic() < until:
        sleep(0.02)
    stop.set()
    worker.join(5)
    assert (done, worker.is_alive()) == (["do"], False)
    db.session.rollback()
    assert len(db.session.scalars(select(Heartbeat)).all()) == 1
