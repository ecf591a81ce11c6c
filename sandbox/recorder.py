"""Every request that was made to the API, for tests and for people to look at."""

from threading import Lock

from sandbox.errors import Json


class Recorder:
    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: list[Json] = []

    def add(self, method: str, path: str, params: Json, idempotency_key: str | None, at: int, faults: list[str]) -> None:
        entry = {"method": method, "path": path, "params": params, "idempotency_key": idempotency_key, "at": at, "faults": faults}
        with self._lock:
            self._requests.append(entry)

    def put_back(self, requests: list[Json]) -> None:
        """As if these, and no others, had been made."""
        with self._lock:
            self._requests = list(requests)

    def requests(self) -> list[Json]:
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()
