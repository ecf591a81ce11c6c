"""The stand-in's time: the wall's, moved forward by as much as was asked for."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.store import Store


class Clock:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = int(store.setting("clock_offset", "0"))
        self._held: int | None = None

    def now(self) -> int:
        return self._held if self._held is not None else int(time.time()) + self._offset

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """What fell due happens at the moment when it was due. Only inside a transaction: the lock keeps others out."""
        self._held = moment
        try:
            yield
        finally:
            self._held = None

    def forward(self, seconds: int) -> None:
        self._offset += seconds
        self._store.set("clock_offset", str(self._offset))
