"""Stripe's limits on requests, on request: so many in a second, in all and for each endpoint."""

import time
from collections import defaultdict, deque
from threading import Lock

from sandbox.errors import Json, Refused

GLOBAL, ENDPOINT = "global-rate", "endpoint-rate"
REASONS = (GLOBAL, ENDPOINT, "global-concurrency", "endpoint-concurrency", "resource-specific")
"""What stands in `Stripe-Rate-Limited-Reason`. Source: docs.stripe.com/rate-limits."""


def too_many(reason: str) -> Refused:
    return Refused("Request rate limit exceeded.", 429, code="rate_limit", headers={"Stripe-Rate-Limited-Reason": reason})


class Limits:
    """Without any until they are settled: a test in a hurry is no burst."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._most: dict[str, int | None] = {GLOBAL: None, ENDPOINT: None}
        self._seen: dict[str, deque[float]] = defaultdict(deque)
        self._seconds = 1.0
        self.refused = 0

    def settle(self, per_second: int | None, per_endpoint: int | None, seconds: float = 1) -> None:
        """`seconds` is how long a second is: a slow machine takes more than one for a few requests."""
        for most in (per_second, per_endpoint):
            if most is not None and most < 1:
                raise ValueError("A limit lets one request a second through at the least.")
        with self._lock:
            self._most = {GLOBAL: per_second, ENDPOINT: per_endpoint}
            self._seconds = seconds
            self._seen.clear()
            self.refused = 0

    def settled(self) -> Json:
        with self._lock:
            return {"per_second": self._most[GLOBAL], "per_endpoint": self._most[ENDPOINT], "refused": self.refused}

    def check(self, endpoint: str) -> None:
        """Raises a refusal with status 429. What is refused is not counted."""
        at = time.monotonic()
        with self._lock:
            counted = [(GLOBAL, self._seen[""]), (ENDPOINT, self._seen[endpoint])]
            for reason, seen in counted:
                while seen and seen[0] <= at - self._seconds:
                    seen.popleft()
                if (most := self._most[reason]) is not None and len(seen) >= most:
                    self.refused += 1
                    raise too_many(reason)
            for _, seen in counted:
                seen.append(at)
