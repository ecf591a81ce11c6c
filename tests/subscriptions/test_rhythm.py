from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.subscriptions.rhythm import Rhythm


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "slots"),
    [
        (Rhythm(1, "month"), [at(2027, 2, 28), at(2027, 3, 31), at(2027, 4, 30)]),
        (Rhythm(3, "month"), [at(2027, 4, 30), at(2027, 7, 31), at(2027, 10, 31)]),
        (Rhythm(1, "year"), [at(2028, 1, 31), at(2029, 1, 31), at(2030, 1, 31)]),
        (Rhythm(2, "week"), [at(2027, 2, 14), at(2027, 2, 28), at(2027, 3, 14)]),
        (Rhythm(10, "day"), [at(2027, 2, 10), at(2027, 2, 20), at(2027, 3, 2)]),
    ],
)
def test_a_month_that_is_too_short_has_its_last_day(rhythm: Rhythm, slots: list[datetime]) -> None:
    anchor = at(2027, 1, 31)
    assert list(islice(rhythm.after(anchor, anchor), 3)) == slots


def test_a_leap_day_is_the_28th_in_other_years() -> None:
    assert Rhythm(1, "year").slot(at(2028, 2, 29), 1) == at(2029, 2, 28)
    assert Rhythm(1, "year").slot(at(2028, 2, 29), 4) == at(2032, 2, 29)


@given(st.integers(1, 12), st.sampled_from(["day", "week", "month", "year"]), st.integers(0, 15 * 365 * 24))
def test_slots_only_go_forward(count: int, unit: str, hours: int) -> None:
    anchor = at(2020, 1, 1) + timedelta(hours=hours)
    slots = list(islice(Rhythm(count, unit).after(anchor, anchor), 8))
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise([anchor, *slots]))
