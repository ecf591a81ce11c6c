"""A change that is only tried: all of it is done, so that every rule has its say, and none of it stays."""

from collections.abc import Callable
from typing import Any

from flask import g, has_app_context


class Trial:
    """For the rest of this request, what a transaction did is taken back at its end. `told` is what those told that ended well."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.so_far: list[Any] = []

    def hear(self, told: Any) -> None:
        """In the transaction whose end decides whether it counts."""
        self.so_far.append(told)

    def close(self, *, well: bool) -> None:
        self.told += self.so_far if well else []
        self.so_far = []


def begin() -> None:
    g.trial = Trial()


def going_on() -> Trial | None:
    trial: Trial | None = g.get("trial") if has_app_context() else None
    return trial


def end() -> Trial | None:
    """What is done after this stays."""
    trial: Trial | None = g.pop("trial", None)
    return trial


def at_end(look: Callable[[], None]) -> None:
    """Call it at the end of each transaction of this request that goes well, while all of it can still be taken back."""
    g.looks_at_end = [*g.get("looks_at_end", []), look]


def look_at_end() -> None:
    for look in g.get("looks_at_end", []):
        look()
