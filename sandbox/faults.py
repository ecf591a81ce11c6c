"""What goes wrong on request: answers lost, late, broken off or refused, by rules that can be made to repeat."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from sandbox.errors import Json, Refused
from sandbox.limits import GLOBAL, REASONS, too_many

KINDS = ("lost_after", "lost_before", "429", "lock_timeout", "500", "409", "truncated", "slow", "refuse")


@dataclass
class Rule:
    kind: str
    method: str | None = None
    path_prefix: str = ""
    rate: float = 1.0
    times: int | None = None
    """How often it still strikes; None is for ever."""
    seconds: float = 1.0
    retry_after: float | None = None
    reason: str = GLOBAL
    """Of a 429: which limit it was."""
    message: str = "Refused by a fault that was asked for."

    def fits(self, method: str, path: str) -> bool:
        return self.times != 0 and self.method in (None, method) and path.startswith(self.path_prefix)

    def error(self) -> Refused:
        if self.kind == "429":
            return too_many(self.reason)
        if self.kind == "lock_timeout":
            return Refused("This object cannot be accessed right now because another request is using it.", 429, code="lock_timeout")
        if self.kind == "409":
            return Refused("The request conflicts with another one.", 409, code="idempotency_key_in_use")
        if self.kind == "500":
            return Refused("An unknown error occurred.", 500, type="api_error")
        return Refused(self.message)


class Faults:
    def __init__(self) -> None:
        self._lock = Lock()
        self._random = random.Random()
        self._rules: list[Rule] = []

    def settle(self, rules: list[Json], seed: int | None) -> None:
        read = [_rule(entry) for entry in rules]
        with self._lock:
            self._rules = read
            if seed is not None:
                self._random = random.Random(seed)

    def clear(self) -> None:
        with self._lock:
            self._rules = []

    def strike(self, method: str, path: str) -> list[Rule]:
        """The rules that strike this request: any number of slow ones, and then the first of the others."""
        struck: list[Rule] = []
        with self._lock:
            for rule in self._rules:
                if not rule.fits(method, path) or self._random.random() >= rule.rate:
                    continue
                rule.times = None if rule.times is None else rule.times - 1
                struck.append(rule)
                if rule.kind != "slow":
                    break
        return struck

    def rules(self) -> list[Json]:
        with self._lock:
            return [dict(vars(rule)) for rule in self._rules]


def broken_off(sent: bytes) -> Iterator[bytes]:
    """The server closes the connection without a word when an answer cannot be written any more."""
    if sent:
        yield sent
    raise ConnectionAbortedError("a fault that was asked for")


def _rule(entry: Json) -> Rule:
    when = entry.get("when", {})
    rule = Rule(**{key: value for key, value in {**entry, **when}.items() if key != "when"})
    if rule.kind not in KINDS:
        raise ValueError(f"{rule.kind} is none of {', '.join(KINDS)}")
    if rule.reason not in REASONS:
        raise ValueError(f"{rule.reason} is none of {', '.join(REASONS)}")
    return rule
