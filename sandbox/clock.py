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
        self._held: list[int] = []
        self._apart: list[int] = []
        if not kept:
            self._keep()

    def now(self) -> int:
        """For whoever something happens to: in a simulation that is its own time."""
        return self._held[-1] if self._held else self._wall()

    def outside(self) -> int:
        """The account's time, also while something happens in a simulation."""
        return self._apart[-1] if self._apart else self.now()

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """What fell due happens at the moment when it was due. Only inside a transaction: the lock keeps others out."""
        self._held.append(moment)
        try:
            yield
        finally:
            self._held.pop()

    @contextmanager
    def simulated(self, moment: int) -> Iterator[None]:
        """The same in a test clock's time, beside which the account's own goes on."""
        self._apart.append(self.outside())
        try:
            with self.at(moment):
                yield
        finally:
            self._apart.pop()

    def forward(self, seconds: float) -> None:
        self._offset += int(seconds * _SECOND)
        self._keep()

    def _wall(self) -> int:
        return (time.time_ns() + self._offset) // _SECOND

    def _keep(self) -> None:
        self._store.set("clock_offset_ns", str(self._offset))
