"""What other rooms say of a change of theirs that is only prepared: in words, and as a picture of what would come of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Words = Callable[[str, dict[str, Any]], str]
Picture = Callable[[int], list[dict[str, Any]] | None]
WORDS: dict[str, Words] = {}
PICTURES: dict[str, Picture] = {}


def tells(table: str) -> Callable[[Words], Words]:
    """Mark the function that tells a deed on a row of this table, by its name and its facts, in the reader's language."""

    def register(words: Words) -> Words:
        WORDS[table] = words
        return words

    return register


def pictures(table: str) -> Callable[[Picture], Picture]:
    """Mark the function that shows how such a row looks now: the next that is charged, each with its `day`, `charge_at`, `pieces`, `total`,
    `currency` and `is_exact`."""

    def register(picture: Picture) -> Picture:
        PICTURES[table] = picture
        return picture

    return register


def words(told: dict[str, Any]) -> str:
    return WORDS[told["subject"].partition(":")[0]](told["deed"], told["facts"])


def picture(subject: str) -> list[dict[str, Any]] | None:
    """None of what has none, or is not there any more."""
    table, _, number = subject.partition(":")
    return PICTURES[table](int(number)) if table in PICTURES else None


def is_still_so(shown: list[dict[str, Any]], now: list[dict[str, Any]], *, at: datetime) -> bool:
    """Whether what would come of it is still what was shown. What was charged meanwhile counts for nothing."""
    to_come = [one for one in shown if datetime.fromisoformat(one["charge_at"]) > at]
    return all(one == other for one, other in zip(to_come, now, strict=False)) and bool(to_come) == bool(now)
