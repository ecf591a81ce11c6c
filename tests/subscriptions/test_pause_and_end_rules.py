"""The rules of pausing, resuming and ending, in memory."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from portal import create_app
from portal.accounts.models import Customer
from portal.catalog.models import Price
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription, SubscriptionItem
from portal.subscriptions.refusals import NotNow, TooLate, WrongDay
from tests.settings import settings

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
FIRST = MONDAY + timedelta(days=7)
SECOND = FIRST + timedelta(days=7)


@pytest.fixture(scope="module")
def shop() -> Iterator[Flask]:
    app = create_app(settings("sqlite://"))
    with app.app_context():
        yield app


@pytest.fixture
def weekly(shop: Flask) -> Subscription:
    """Charged each Monday at nine, the next time in a week."""
    box = Subscription(
        customer=Customer(email="alice@example.com", name="Alice"), provider_ref="sub_1", name="Tea", currency="EUR", every_count=1,
        every_unit="week", started_at=MONDAY, status="active",
    )  # fmt: skip
    box.items.append(SubscriptionItem(price=Price(every_count=1, every_unit="week", amount=900, currency="EUR"), quantity=1))
    box.deliveries.append(Delivery(slot_at=MONDAY, charge_at=MONDAY, status=DeliveryStatus.CHARGED, invoice_ref="in_1"))
    box.plan.begin(FIRST, FIRST)
    return box


def charges(box: Subscription) -> list[date]:
    return [delivery.charge_at.date() for delivery in box.scheduled[:3]]


def test_a_pause_moves_all_that_is_planned_and_ends_where_the_next_locks(weekly: Subscription) -> None:
    weekly.plan.pause(date(2027, 1, 13), at=MONDAY)
    assert charges(weekly) == [date(2027, 1, 11), date(2027, 1, 18), date(2027, 1, 25)]
    assert weekly.resumes_at == weekly.scheduled[0].locks_at == datetime(2027, 1, 9, 9, tzinfo=UTC)


def test_without_an_end_no_day_is_moved(weekly: Subscription) -> None:
    before = charges(weekly)
    weekly.plan.pause(None, at=MONDAY)
    assert charges(weekly) == before
    assert (weekly.is_paused, weekly.resumes_at) == (True, None)


def test_what_has_locked_stays_and_is_the_only_thing_that_locks_in_a_pause(weekly: Subscription) -> None:
    at = FIRST - timedelta(days=1)
    weekly.plan.pause(date(2027, 1, 13), at=at)
    assert charges(weekly)[:2] == [FIRST.date(), date(2027, 1, 11)]
    assert weekly.locked(at=at) is weekly.scheduled[0]
    assert weekly.plan.resting is weekly.scheduled[1]


def test_in_a_pause_without_an_end_nothing_locks(weekly: Subscription) -> None:
    weekly.plan.pause(None, at=MONDAY)
    at = FIRST - timedelta(days=1)
    assert weekly.locked(at=at) is None
    weekly.agree_on_what_has_locked(at=at)
    assert weekly.scheduled[0].agreed is None


def test_a_pause_that_is_over_locks_as_always(weekly: Subscription) -> None:
    weekly.plan.pause(date(2027, 1, 13), at=MONDAY)
    assert weekly.resumes_at
    assert weekly.locked(at=weekly.resumes_at) is weekly.scheduled[0]


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 12, 2), date(2026, 12, 6), date(2029, 1, 8), date(9999, 12, 31)])
def test_no_pause_to_a_day_that_is_none(weekly: Subscription, day: date) -> None:
    before = charges(weekly)
    with pytest.raises(WrongDay):
        weekly.plan.pause(day, at=MONDAY)
    assert (charges(weekly), weekly.is_paused) == (before, False)


def test_it_resumes_where_the_first_box_can_be_and_the_rhythm_counts_from_there(weekly: Subscription) -> None:
    weekly.plan.pause(None, at=MONDAY)
    at = MONDAY + timedelta(days=60)
    earliest = weekly.plan.earliest_after_pause(at=at)
    weekly.plan.resume(earliest, at=at)
    assert weekly.scheduled[0].locks_at > at
    first, second, third = charges(weekly)
    assert (second - first, third - second) == (timedelta(days=7), timedelta(days=7))
    with pytest.raises(NotNow):
        weekly.plan.resume(earliest, at=at)


def test_after_what_had_locked_before_the_pause_at_the_earliest(weekly: Subscription) -> None:
    at = FIRST - timedelta(days=1)
    weekly.plan.pause(None, at=at)
    locked_on = weekly.scheduled[0].arrives_on
    assert weekly.plan.earliest_after_pause(at=at) > locked_on
    with pytest.raises(WrongDay):
        weekly.plan.resume(locked_on, at=at)


def test_an_end_at_once_waits_ten_minutes_unless_something_has_locked(weekly: Subscription) -> None:
    weekly.end(at_once=True, at=MONDAY)
    assert weekly.ends_now_at == MONDAY + timedelta(minutes=10)
    weekly.keep(at=MONDAY + timedelta(minutes=9))
    at = FIRST - timedelta(days=1)
    weekly.end(at_once=True, at=at)
    assert weekly.ends_now_at == at
    with pytest.raises(TooLate):
        weekly.keep(at=at)


def test_in_a_pause_it_waits_ten_minutes_too(weekly: Subscription) -> None:
    weekly.plan.pause(None, at=MONDAY)
    at = FIRST - timedelta(days=1)
    weekly.end(at_once=True, at=at)
    assert weekly.ends_now_at == at + timedelta(minutes=10)


def test_it_begins_again_in_its_rhythm_whatever_was_planned_before(weekly: Subscription) -> None:
    weekly.status, weekly.ended_at = "canceled", MONDAY
    for delivery in weekly.scheduled:
        delivery.status = DeliveryStatus.DROPPED
    weekly.begin_again(key="one", at=MONDAY + timedelta(days=300))
    first, second, third = charges(weekly)
    assert (second - first, third - second) == (timedelta(days=7), timedelta(days=7))
    with pytest.raises(NotNow):
        weekly.begin_again(key="two", at=MONDAY + timedelta(days=300))


def test_within_a_year(weekly: Subscription) -> None:
    weekly.status, weekly.ended_at = "canceled", MONDAY
    weekly.must_be_able_to_begin_again(at=MONDAY + timedelta(days=365))
    with pytest.raises(TooLate):
        weekly.must_be_able_to_begin_again(at=MONDAY + timedelta(days=365, seconds=1))
