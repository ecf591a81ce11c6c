from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from portal import outbox
from portal.accounts.models import Staff
from portal.kit.db import transaction
from tests.ground import at_once
from tests.outbox.conftest import TODAY, ask, subject, the_sync

HOUR = timedelta(hours=1)


def test_asked_for_five_times_it_is_one_sync(done: list[str]) -> None:
    for minute in range(5):
        ask(1, TODAY - timedelta(minutes=minute))
    assert the_sync().wanted == 5
    outbox.work_until_idle()
    assert done == ["1"]
    assert the_sync().done == 5


def test_asked_for_by_many_at_once_none_is_lost(app: Flask, done: list[str]) -> None:
    def five_times(_: int) -> None:
        for _ in range(5):
            ask(1)

    at_once(app, 8, five_times)
    assert the_sync().wanted == 40


def test_since_when_somebody_waits_is_the_first_asking(done: list[str]) -> None:
    ask(1)
    ask(1, TODAY + HOUR)
    assert the_sync().asked_at == TODAY
    assert the_sync().due_at == TODAY + HOUR


def test_asked_for_again_after_it_was_done_the_wait_begins_anew(done: list[str]) -> None:
    ask(1)
    outbox.work_until_idle()
    ask(1, TODAY + HOUR)
    assert (the_sync().asked_at, the_sync().due_at) == (TODAY + HOUR, TODAY + HOUR)


def test_bulk_neither_postpones_a_click_nor_makes_it_wait_behind_bulk(done: list[str]) -> None:
    ask(1, TODAY)
    ask(1, TODAY + HOUR, bulk=True)
    assert (the_sync().due_at, the_sync().bulk) == (TODAY, False)


def test_a_click_makes_bulk_urgent(done: list[str]) -> None:
    ask(1, TODAY + 2 * HOUR, bulk=True)
    ask(1, TODAY + HOUR)
    assert (the_sync().due_at, the_sync().bulk) == (TODAY + HOUR, False)


def test_bulk_brings_bulk_forward(done: list[str]) -> None:
    ask(1, TODAY + HOUR, bulk=True)
    ask(1, TODAY, bulk=True)
    assert (the_sync().due_at, the_sync().bulk) == (TODAY, True)


def test_after_a_click_was_done_bulk_is_bulk_again(done: list[str]) -> None:
    ask(1)
    outbox.work_until_idle()
    ask(1, TODAY + HOUR, bulk=True)
    assert (the_sync().due_at, the_sync().bulk) == (TODAY + HOUR, True)


@pytest.mark.parametrize("bulk", [False, True])
def test_the_moment_may_be_told_in_any_time_zone(done: list[str], bulk: bool) -> None:
    for _ in range(2):
        ask(1, TODAY.astimezone(ZoneInfo("Europe/Berlin")), bulk=bulk)
    assert (the_sync().due_at, the_sync().asked_at) == (TODAY, TODAY)


def test_outside_a_transaction_nothing_can_be_asked_for(done: list[str]) -> None:
    with pytest.raises(RuntimeError, match="A sync belongs to a change"):
        outbox.want_sync(subject(1), at=TODAY)
    with pytest.raises(RuntimeError, match="A task belongs to a change"):
        outbox.want_task("do", {}, at=TODAY)


def test_what_nobody_does_cannot_be_asked_for(done: list[str]) -> None:
    with pytest.raises(LookupError, match="Nobody does dance"), transaction():
        outbox.want_task("dance", {}, at=TODAY)
    with pytest.raises(LookupError, match="Nobody syncs staff"), transaction():
        outbox.want_sync(Staff(email="", name=""), at=TODAY)
