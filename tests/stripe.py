"""Stripe as a test sees it: the real SDK, and the stand-in's own controls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from time import monotonic, sleep
from typing import Any

import requests
import stripe

from sandbox.app import Sandbox

PATIENCE = 60
"""Seconds: the machine may be busy with other tests."""


class Stripe:
    def __init__(self, url: str, move_portal: Callable[[timedelta], None], played: Sandbox | None = None) -> None:
        self.url, self.move_portal, self.played = url, move_portal, played

    @cached_property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            "sk_test_test", stripe_version="2026-08-26.dahlia", base_addresses={"api": self.url}, max_network_retries=0
        )

    @property
    def v1(self) -> Any:
        """Not typed: a test looks into what may be expanded or not."""
        return self.client.v1

    @cached_property
    def _controls(self) -> requests.Session:
        """One connection for all that is asked of the stand-in beside Stripe's API."""
        return requests.Session()

    def control(self, name: str, sent: Any = None) -> Any:
        address = f"{self.url}/_sandbox/{name}"
        answer = self._controls.get(address, timeout=30) if sent is None else self._controls.post(address, json=sent, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.control("clock")["now"], UTC)

    def later(self, **by: float) -> None:
        """Let time pass on both sides: `later(days=3)`. What falls due at Stripe meanwhile happens, and its webhooks arrive."""
        passed = timedelta(**by)
        self.move_portal(passed)
        self.control("clock", {"advance_seconds": int(passed.total_seconds())})
        self.wait_for_webhooks()

    def send_webhooks_to(self, url: str) -> None:
        self.control("webhooks", {"url": url})

    @contextmanager
    def telling_nobody(self) -> Iterator[None]:
        """What is made meanwhile, such as a catalogue, means nothing to the portal: each webhook about it would take as long as a page."""
        url = self.control("webhooks")["url"]
        self.send_webhooks_to("")
        yield
        self.send_webhooks_to(url)

    def wait_for_webhooks(self) -> None:
        """Until those that are under way have arrived, the carriers' too."""
        deadline = monotonic() + PATIENCE
        while self.control("webhooks")["under_way"]:
            assert monotonic() < deadline, "they did not arrive"
            sleep(0.02)

    def faults(self, *rules: dict[str, Any]) -> None:
        """Until `no_faults`: see sandbox/README.md."""
        self.control("faults", list(rules))

    def wait_for_a_fault(self) -> None:
        """Until a request has met one: from then on it is under way."""
        deadline = monotonic() + PATIENCE
        while not any(request["faults"] for request in self.requests()):
            assert monotonic() < deadline, "nothing was asked that meets one"
            sleep(0.02)

    def no_faults(self) -> None:
        requests.delete(f"{self.url}/_sandbox/faults", timeout=30).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        """All that was asked of the API, oldest first."""
        asked: list[dict[str, Any]] = self.control("requests")["requests"]
        return asked

    def forget_requests(self) -> None:
        requests.delete(f"{self.url}/_sandbox/requests", timeout=30).raise_for_status()
