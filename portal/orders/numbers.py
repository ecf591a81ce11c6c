"""How the shop numbers its orders, for whoever was told a number with another beginning, or with none."""

import re
from collections.abc import Iterable

from portal.kit.shop import shop

BEGINNING = re.compile(r"[^\W\d_]+(?:[^\w\s]|_|(?=\d+$))")
"""Letters, and the sign behind them; without one where only digits follow."""
SIGNS = re.compile(r"[\W_]+")


def initials() -> str:
    """Such as HA for a shop called Halfjar: its own numbers begin so."""
    return re.sub("[^A-Z]", "", shop().name.upper())[:2]


def beginnings(numbers: Iterable[str]) -> list[str]:
    """Each once: the shop's own, and those of these numbers."""
    own = [f"{initials()}-"] if initials() else []
    found = (BEGINNING.match(number) for number in numbers)
    return list(dict.fromkeys([*own, *(begins[0] for begins in found if begins)]))


def meant(typed: str, begin: Iterable[str]) -> set[str]:
    """The numbers that somebody may mean by one in capitals: as it is, without its own beginning, and with each that there is, also where
    only the sign within it was left out."""
    alone = BEGINNING.sub("", typed, count=1)
    found = {typed, alone}
    for one in begin:
        letters = SIGNS.sub("", one)
        found |= {one + typed, one + alone, one + SIGNS.sub("", typed.removeprefix(letters.upper()))}
    return found
