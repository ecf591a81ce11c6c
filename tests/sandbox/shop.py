"""An account at the stand-in, with what Stripe has no API for: its clock, its faults and its webhooks."""

from typing import Any

import requests

from tests.sandbox.account import DAY, Account


class Shop(Account):
    def control(self, name: str, sent: Any = None) -> Any:
        address = f"{self.url}/_sandbox/{name}"
        answer = requests.get(address, timeout=30) if sent is None else requests.post(address, json=sent, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def clear(self, name: str) -> None:
        requests.delete(f"{self.url}/_sandbox/{name}", timeout=30).raise_for_status()

    def now(self) -> int:
        return int(self.control("clock")["now"])

    def later(self, *, days: float = 0, seconds: int = 0) -> None:
        self.control("clock", {"advance_seconds": int(days * DAY) + seconds})

    def advance_to(self, moment: int) -> None:
        self.control("clock", {"to": moment})

    def charge_at(self, moment: int) -> None:
        """Let time pass until what renews at that moment was charged, or declined: its invoice is a draft for an hour."""
        self.advance_to(moment + 3600)
