"""That `make faults` runs, and that its oracle knows what it is talking about."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.customers import Change
from bench.dying import Dying, Size
from bench.faults import try_on
from bench.oracle import Day, Made, Oracle
from bench.receipts import Receipts
from bench.uploads import Uploads

BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def replay(*changes: Change) -> list[Day]:
    oracle = Oracle(BEGAN, WEEK, timedelta(days=2), ZoneInfo("Europe/Berlin"), range(10, 16))
    return oracle.replay([Made(number, change, BEGAN + timedelta(hours=number)) for number, change in enumerate(changes, 1)])


def days(*changes: Change) -> list[int]:
    """Of the charges, counted from the first."""
    return [(day.charge_at - BEGAN).days for day in replay(*changes)]


def test_a_rhythm_goes_on_from_a_delivery_that_was_moved_with_later_ones() -> None:
    assert days() == [0, 7, 14, 21, 28, 35]
    assert days(Change("moved", 12, date(2026, 12, 10))) == [0, 7, 15, 21, 28, 35]
    assert days(Change("moved", 13, date(2026, 12, 17)), Change("moved with later", 12, date(2026, 12, 10))) == [0, 7, 15, 22, 29, 36]


def test_an_undo_puts_back_what_was_not_changed_since() -> None:
    with_later = Change("moved with later", 12, date(2026, 12, 10))
    assert days(with_later, Change("undone", entry=1)) == days()
    later_moved_too = Change("moved", 14, date(2026, 12, 25))
    assert days(with_later, later_moved_too, Change("undone", entry=1)) == [0, 7, 14, 21, 30, 35]


def test_what_is_skipped_stays_in_its_place() -> None:
    changes = Change("skipped", 11), Change("moved with later", 12, date(2026, 12, 10)), Change("undone", entry=2)
    assert [day.skipped for day in replay(*changes)] == [False, True, False, False, False, False]
    assert days(*changes) == days()


@pytest.mark.slow
def test_twenty_changes_outlive_five_kills() -> None:
    scenario = Dying(Size(changes=20, kills=5, boxes=4, threads=2, slow_seconds=3), seed=2)
    row, outcome = try_on(scenario, "sqlite")
    assert outcome.is_clean, outcome
    assert (row.changes, sum(len(customer.accepted) for customer in scenario.customers)) == (20, 20)


@pytest.mark.slow
def test_webhooks_outlive_three_kills_of_their_receiver() -> None:
    row, outcome = try_on(Receipts(kills=3, senders=2, boxes=2), "sqlite")
    assert outcome.is_clean, outcome
    assert row.changes >= 3


@pytest.mark.slow
def test_photos_outlive_six_kills_of_their_receiver() -> None:
    row, outcome = try_on(Uploads(kills=6), "sqlite")
    assert outcome.is_clean, outcome
    assert row.kills >= 4
