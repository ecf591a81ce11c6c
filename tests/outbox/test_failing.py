from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import outbox
from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.operations.commands import retry, status
from portal.outbox.asking import SYNCS, TASKS
from portal.outbox.lease import DEAD_AFTER, Lease, claim
from portal.outbox.models import Sync, Task
from tests.outbox.conftest import TODAY, ask, ask_task, failing, let_the_lease_end, the_sync, the_task

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)


def fail_once(at: datetime = TODAY) -> None:
    with clock.at(at):
        outbox.work_until_idle()


@pytest.fixture
def broken(done: list[str]) -> None:
    SYNCS["customer"] = TASKS["do"] = failing(RuntimeError("away"))


@pytest.mark.parametrize(("tries", "most"), [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (1000, 300)])
def test_a_sync_waits_twice_as_long_each_time_but_five_minutes_at_most(broken: None, tries: int, most: int) -> None:
    ask(1)
    with transaction():
        db.session.execute(update(Sync).values(attempts=tries - 1))
    fail_once()
    sync = the_sync()
    assert sync.attempts == tries
    assert most / 2 <= (sync.due_at - TODAY).total_seconds() <= most
    assert (sync.owner, sync.leased_until, sync.asked_at) == (None, None, TODAY)


def test_a_task_waits_an_hour_at_most(broken: None) -> None:
    ask_task("mail")
    with transaction():
        db.session.execute(update(Task).values(attempts=DEAD_AFTER - 2))
    fail_once()
    assert 1800 <= (the_task().due_at - TODAY).total_seconds() <= 3600


def test_not_all_come_back_at_once(broken: None) -> None:
    for number in range(20):
        ask(number)
    fail_once()
    db.session.rollback()
    assert len(set(db.session.scalars(select(Sync.due_at)))) > 10


def test_the_provider_says_itself_when_to_come_back(done: list[str]) -> None:
    class Busy(Exception):
        retry_after = timedelta(minutes=20)

    SYNCS["customer"] = failing(Busy())
    ask(1)
    fail_once()
    assert timedelta(minutes=20) <= the_sync().due_at - TODAY <= timedelta(minutes=25)


def test_a_click_does_not_wait_for_the_back_off(broken: None) -> None:
    ask(1)
    fail_once()
    ask(1, TODAY + timedelta(seconds=1))
    assert the_sync().due_at == TODAY + timedelta(seconds=1)
    assert the_sync().asked_at == TODAY


def test_a_sync_is_never_given_up(broken: None) -> None:
    ask(1)
    for day in range(40):
        fail_once(TODAY + day * HOUR)
    assert the_sync().attempts == 40


def test_a_task_is_given_up_at_last_and_an_operator_can_retry_it(app: Flask, broken: None, done: list[str]) -> None:
    ask_task("mail")
    for hour in range(DEAD_AFTER + 5):
        fail_once(TODAY + hour * HOUR)
    task = the_task()
    assert (task.attempts, task.dead_at, task.error) == (DEAD_AFTER, TODAY + (DEAD_AFTER - 1) * HOUR, "RuntimeError: away")
    runner = app.test_cli_runner()
    assert f"given up: task {task.id}, do, {DEAD_AFTER} tries" in runner.invoke(status).output
    TASKS["do"] = _append_to(done)
    runner.invoke(retry)
    outbox.work_until_idle()
    assert done == ["mail"]
    assert "given up" not in runner.invoke(status).output


def test_a_task_that_takes_its_worker_along_is_given_up_too(done: list[str]) -> None:
    ask_task("mail")
    for _ in range(DEAD_AFTER):
        assert claim("dies", at=TODAY)
        let_the_lease_end(Task)
    assert claim("dies", at=TODAY) is None
    task = the_task()
    assert (task.dead_at, task.owner) == (TODAY, None)
    assert task.error and "took its worker along" in task.error


def test_a_half_made_change_outside_a_transaction_does_not_stop_the_worker(done: list[str]) -> None:
    def careless(payload: dict[str, Any], lease: Lease) -> None:
        db.session.add(Customer(email="half@example.com"))
        raise ValueError

    TASKS["careless"] = careless
    with transaction():
        outbox.want_task("careless", {}, at=TODAY - HOUR)
    ask_task("mail")
    outbox.work_until_idle()
    assert done == ["mail"]


def test_a_kind_that_this_code_does_not_know_waits_for_one_that_does(done: list[str]) -> None:
    """While a new version is rolled out, an old worker may meet what only the new one asks for."""
    ask_task("mail")
    do = TASKS.pop("do")
    fail_once()
    TASKS["do"] = do
    fail_once(TODAY + HOUR)
    assert done == ["mail"]


def test_an_error_of_any_length_fits(done: list[str]) -> None:
    SYNCS["customer"] = failing(ValueError("x" * 10_000))
    ask(1)
    fail_once()
    error = the_sync().error
    assert error and len(error) == 2000


def _append_to(done: list[str]) -> Any:
    def do(payload: dict[str, Any], lease: Lease) -> None:
        with lease.finish(at=TODAY):
            done.append(payload["name"])

    return do
