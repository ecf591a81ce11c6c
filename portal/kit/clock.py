"""The clock. Only edges read it; everyone else is told the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

_stopped_at: datetime | None = None
_offset_file: Path | None = None


def now() -> datetime:
    """The present moment, in UTC."""
    return _stopped_at or datetime.now(UTC) + _offset()


def wall() -> datetime:
    """What any other clock says, also where the demo's time was moved: an authenticator app on a phone goes by that."""
    return _stopped_at or datetime.now(UTC)


def follow(offset_file: Path | None) -> None:
    """For the demo, whose time can be moved: let every process of it run ahead by the seconds that this file holds."""
    global _offset_file
    _offset_file = offset_file


def _offset() -> timedelta:
    try:
        return timedelta(seconds=float(_offset_file.read_text())) if _offset_file else timedelta()
    except FileNotFoundError:
        return timedelta()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """For tests: let it be `moment`, in every thread (a contextvar would not reach those of an HTTP server)."""
    global _stopped_at
    before, _stopped_at = _stopped_at, moment
    try:
        yield
    finally:
        _stopped_at = before
