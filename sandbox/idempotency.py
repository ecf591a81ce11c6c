"""Idempotency keys: the first result of each is kept, errors too, and given again instead of doing it again."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sandbox.errors import Json, Refused
from sandbox.store import Store

KEPT_SECONDS = 24 * 60 * 60
"""As long as Stripe keeps them at least. By the wall's clock: moving ours must not change what a retry finds."""

LONGEST = 255


class Idempotency:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._in_flight: set[str] = set()

    @contextmanager
    def alone(self, key: str | None) -> Iterator[None]:
        """While a request with this key is being worked on, a second one is told so."""
        if key is None:
            yield
            return
        if len(key) > LONGEST:
            raise Refused(f"Idempotency keys can have {LONGEST} characters.")
        with self._lock:
            if key in self._in_flight:
                message = f"There is currently another in-progress request using this Idempotent Key: {key}."
                raise Refused(message, 409, code="idempotency_key_in_use")
            self._in_flight.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.remove(key)

    def first_result(self, key: str, path: str, asked: str) -> tuple[int, Json] | None:
        oldest = time.time() - float(self._store.setting("idempotency_seconds", str(KEPT_SECONDS)))
        rows = self._store.rows("SELECT asked, path, status, body FROM idempotency WHERE key = ? AND at >= ?", key, oldest)
        if not rows:
            return None
        first_asked, first_path, status, body = rows[0]
        if first_path != path:
            problem = (
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{path}' vs '{first_path}')."
            )
        elif first_asked != asked:
            problem = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        else:
            return int(str(status)), json.loads(str(body))
        raise Refused(
            f"{problem} Try using a key other than '{key}' if you meant to execute a different request.", type="idempotency_error"
        )

    def keep(self, key: str, path: str, asked: str, status: int, body: Json) -> None:
        self._store.change(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?)", key, asked, path, time.time(), status, json.dumps(body)
        )

    def forget(self) -> None:
        self._store.change("DELETE FROM idempotency")

    def keep_for(self, seconds: float) -> None:
        self._store.set("idempotency_seconds", str(seconds))
