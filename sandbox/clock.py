"""The stand-in's time: it goes as the wall's does, from where it was started or moved to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.store import Store

_SECOND = 1_000_000_000


class Clock:
    def __init__(self, store: Store, now: int | None = None) -> None:
        """`now` is where a new database's time starts; one that has run before goes on from where it was."""
        self._store = store
        kept = store.setting("clock_offset_ns")
        self._offset = int(kept) if kept else 0 if now is None else now * _SECOND - time.time_ns()
        self._held: int | None = None
        if not kept:
            self._keep()

    def now(self) -> int:
        return self._held if self._held is not None else (time.time_ns() + self._offset) // _SECOND

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """What fell due happens at the moment when it was due. Only inside a transaction: the lock keeps others out."""
        self._held = moment
        try:
            yield
        finally:
            self._held = None

    def forward(self, seconds: int) -> None:
        self._offset += seconds * _SECOND
        self._keep()

    def _keep(self) -> None:
        self._store.set("clock_offset_ns", str(self._offset))
