from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from portal.kit import clock
from tests.kit.conftest import TODAY


@pytest.fixture
def today() -> None:
    """Nobody stops it here."""


@pytest.fixture
def offset(tmp_path: Path) -> Iterator[Path]:
    clock.follow(file := tmp_path / "clock")
    yield file
    clock.follow(None)


def off() -> timedelta:
    return clock.now() - datetime.now(UTC)


def test_it_is_the_present_moment_in_utc() -> None:
    assert abs(off()) < timedelta(seconds=5)
    assert clock.now().tzinfo is UTC


def test_it_can_be_stopped_in_every_thread_and_goes_on_afterwards() -> None:
    seen: list[datetime] = []
    with clock.at(TODAY):
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        with clock.at(TODAY + timedelta(days=1)):
            assert clock.now() == TODAY + timedelta(days=1)
        assert clock.now() == TODAY
    assert seen == [TODAY]
    assert clock.now() != TODAY


def test_it_follows_a_file_that_another_process_may_write_at_any_time(offset: Path) -> None:
    assert abs(off()) < timedelta(seconds=5), "no file yet"
    for seconds in (86400.0, -3600.5):
        offset.write_text(str(seconds))
        assert abs(off() - timedelta(seconds=seconds)) < timedelta(seconds=5)
