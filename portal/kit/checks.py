"""What a setting or a value of the shop's file may be: each function gives it back as we use it, or raises what says that it is wrong."""

import re
from collections.abc import Callable
from datetime import date, time
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.numbers import is_currency

from portal.kit import postal
from portal.kit.shop import WEEKDAYS

WAYS = ("code", "label", "pick_up")
"""How a return can come back at the shop's cost, the easiest first."""


def yes_or_no(given: bool) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def text(given: str) -> str:
    if not given.isprintable():
        raise ValueError
    return given


def maybe(convert: Callable[[Any], str]) -> Callable[[Any], str]:
    """A hyphen is nothing."""
    return lambda given: "" if given == "-" else convert(given)


def lines(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > 6 or not all(isinstance(line, str) and line.strip() for line in given):
        raise ValueError
    return tuple(text(line.strip()) for line in given)


def address(given: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", given):
        raise ValueError
    return given


def sender(given: str) -> str:
    """An address, with or without a name before it. It goes into a header of each mail."""
    address(parseaddr(text(given))[1])
    return given


def table(given: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TypeError
    return given


def amounts(given: dict[str, Any]) -> dict[str, int]:
    """Of minor units, by currency."""
    if not all(type(amount) is int and 0 <= amount <= 10**12 for amount in table(given).values()):
        raise ValueError
    return {currency(code): amount for code, amount in given.items()}


def colour(given: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", given):
        raise ValueError
    return given


def locale(given: str) -> str:
    Locale.parse(given.replace("-", "_"))
    return given


def zone(given: str) -> str:
    return str(ZoneInfo(given))


def currency(given: str) -> str:
    if not is_currency(given):
        raise ValueError
    return given


def home(zone: str | None) -> list[str] | None:
    """The country whose time it is: a shop ships there, if nowhere else. A wrong zone is named already: what goes with it is not."""
    country: str | None = get_global("zone_territories").get(zone) if zone else "DE"
    return [country] if country and postal.is_country(country) else None


def within(least: int, most: int) -> Callable[[int | str], int]:
    def whole(given: int | str) -> int:
        if isinstance(given, float | bool) or not least <= int(given) <= most:
            raise ValueError
        return int(given)

    return whole


def weekdays(given: list[str]) -> frozenset[int]:
    days = frozenset(WEEKDAYS.index(name) for name in given)
    if not days:
        raise ValueError
    return days


def time_of_day(given: str) -> time:
    """In hours and minutes."""
    if not re.fullmatch("[0-9]{2}:[0-9]{2}", given):
        raise ValueError
    return time.fromisoformat(given)


def later_than(other: time | None) -> Callable[[str], time]:
    def later(given: str) -> time:
        found = time_of_day(given)
        if other and found <= other:
            raise ValueError
        return found

    return later


def days(given: list[date]) -> frozenset[date]:
    if not all(type(day) is date for day in given):
        raise ValueError
    return frozenset(given)


def country(given: str) -> str:
    if not postal.is_country(given):
        raise ValueError
    return given


def ways(given: list[str]) -> tuple[str, ...]:
    if type(given) is not list or len(set(given)) < len(given) or not all(one in WAYS for one in given):
        raise ValueError
    return tuple(one for one in WAYS if one in given)


def countries(given: list[str]) -> tuple[str, ...]:
    if type(given) is not list or not given or len(set(given)) < len(given) or not all(map(postal.is_country, given)):
        raise ValueError
    return tuple(given)


def folder(given: str) -> str:
    """It is made when the first photo comes."""
    path = Path(given).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError
    return str(path)


def file(given: str) -> str:
    """It is made when the first line comes."""
    path = Path(given).expanduser().absolute()
    if path.is_dir() or (path.parent.exists() and not path.parent.is_dir()):
        raise ValueError
    return str(path)
