"""A webhook endpoint that remembers what arrived, and can be out of order itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import stripe
from flask import request


@dataclass
class Endpoint:
    secret: str = "whsec_sandbox"
    url: str = ""
    statuses: list[int] = field(default_factory=list)
    """What it answers next; 204 when there is no more."""
    received: list[tuple[bytes, str]] = field(default_factory=list)

    def receive(self) -> tuple[str, int]:
        self.received.append((request.get_data(), request.headers["Stripe-Signature"]))
        return "", self.statuses.pop(0) if self.statuses else 204

    def events(self) -> list[Any]:
        """Those whose signature is right; the SDK checks it against the wall's clock."""
        return [stripe.Webhook.construct_event(body, signature, self.secret) for body, signature in self.received]

    def wait_for(self, count: int) -> list[Any]:
        wait_until(lambda: len(self.received) >= count)
        return self.events()


def wait_until(true: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
