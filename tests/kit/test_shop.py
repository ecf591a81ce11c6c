from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import config
from portal.kit.shop import Shop
from tests.kit.conftest import ROOT

SHOP = config.read_shop(Path(ROOT / "shop.toml"))
"""In Berlin, two days from the charge to the door, never on a Sunday."""
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis gives them the zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_its_zone_and_its_lock() -> None:
    assert (str(SHOP.zone), SHOP.lock) == ("Europe/Berlin", timedelta(hours=48))


@pytest.mark.parametrize(
    ("day", "delivers"),
    [("2026-11-27", True), ("2026-11-28", True), ("2026-11-29", False), ("2026-12-25", False)],
    ids=["a Friday", "a Saturday", "a Sunday", "a holiday"],
)
def test_on_which_days_it_delivers(day: str, delivers: bool) -> None:
    assert SHOP.delivers_on(date.fromisoformat(day)) is delivers


@pytest.mark.parametrize(
    ("charged", "arrives"),
    [
        ("2026-11-23T09:00Z", "2026-11-25"),
        ("2026-11-23T23:30Z", "2026-11-26"),  # it is Tuesday in Berlin already
        ("2026-11-27T09:00Z", "2026-11-30"),  # a Sunday comes between
        ("2026-12-23T09:00Z", "2026-12-28"),  # Christmas, and a Sunday
        ("2027-03-27T23:30Z", "2027-03-30"),  # the night in which summer time begins, and Easter Monday
    ],
)
def test_a_box_arrives_on_the_first_day_of_delivery_after_its_way(charged: str, arrives: str) -> None:
    assert SHOP.arrival_after(at(charged)) == date.fromisoformat(arrives)


@pytest.mark.parametrize(
    ("arrival", "clock", "charged"),
    [
        ("2026-11-25", "10:00", "2026-11-23T09:00Z"),
        ("2026-10-27", "02:30", "2026-10-25T00:30Z"),  # twice in that night: the first
        ("2027-03-30", "02:30", "2027-03-28T01:30Z"),  # not at all in that night: an hour later on the wall
    ],
)
def test_a_charge_keeps_its_time_on_the_wall(arrival: str, clock: str, charged: str) -> None:
    assert SHOP.charge_before(date.fromisoformat(arrival), time.fromisoformat(clock)) == at(charged)


@given(MOMENTS)
def test_what_is_charged_in_time_for_a_day_arrives_on_it(moment: datetime) -> None:
    arrival = SHOP.arrival_after(moment)
    again = SHOP.charge_before(arrival, moment.astimezone(SHOP.zone).time())
    assert SHOP.delivers_on(arrival)
    assert SHOP.arrival_after(again) == arrival
    assert again.tzinfo is UTC


@given(MOMENTS)
def test_nothing_arrives_before_its_way_is_over(moment: datetime) -> None:
    assert SHOP.arrival_after(moment) - moment.astimezone(SHOP.zone).date() >= timedelta(days=SHOP.transit_days)


def test_a_shop_cannot_be_changed_by_mistake() -> None:
    with pytest.raises(AttributeError):
        SHOP.name = "Another"  # type: ignore[misc]
    assert isinstance(SHOP, Shop)
