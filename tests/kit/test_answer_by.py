"""Until when somebody answers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal import config
from tests.settings import ENVIRONMENT

SHOP = config.from_environment(ENVIRONMENT)["SHOP"]
CASES = {
    "2026-11-23T10:30": "2026-11-24T10:30",
    "2026-11-23T08:59": "2026-11-24T09:00",
    "2026-11-23T00:00": "2026-11-24T09:00",
    "2026-11-23T16:59": "2026-11-24T16:59",
    "2026-11-23T17:00": "2026-11-25T09:00",
    "2026-11-27T12:00": "2026-11-30T12:00",
    "2026-11-27T20:00": "2026-12-01T09:00",
    "2026-11-28T12:00": "2026-12-01T09:00",
    "2026-12-24T12:00": "2026-12-28T12:00",
    "2026-12-25T12:00": "2026-12-29T09:00",
    "2027-03-25T12:00": "2027-03-30T12:00",
    "2027-03-26T12:00": "2027-03-31T09:00",
}
"""By the clock of Berlin: on weekdays from nine to five, never on a holiday; across the night that lost an hour, too."""


@pytest.mark.parametrize("asked", CASES)
def test_within_one_working_day(asked: str) -> None:
    def berlin(written: str) -> datetime:
        return datetime.fromisoformat(written).replace(tzinfo=SHOP.zone)

    answered = SHOP.answer_by(berlin(asked).astimezone(UTC))
    assert answered.tzinfo is UTC and answered.astimezone(SHOP.zone) == berlin(CASES[asked])


def test_seconds_are_not_promised() -> None:
    asked = datetime(2026, 11, 23, 10, 30, 59, 5, UTC)
    assert replace(SHOP, answer_days=2).answer_by(asked) == datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
