"""Which orders are looked for. What can't be understood is left out: whoever changes an address by hand sees more, not less."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from portal.orders.words import typed_words

UNDER_WAY, DELIVERED, PROBLEM = "under-way", "delivered", "problem"
SHOW = (UNDER_WAY, DELIVERED, PROBLEM)
LONGEST_TYPED = 200
YEARS = 1900, 2999
LONGEST_NUMBER = 6
"""Digits."""


def whole_number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER else None


@dataclass(frozen=True)
class Wanted:
    typed: str = ""
    show: str = ""
    """One of SHOW; empty for all of them."""
    year: int | None = None

    @classmethod
    def asked(cls, sent: Mapping[str, str]) -> "Wanted":
        show, year = sent.get("show", ""), sent.get("year", "")
        is_year = len(year) == 4 and year.isascii() and year.isdecimal() and year[0] != "0"
        return cls(
            sent.get("q", "").strip()[:LONGEST_TYPED], show if show in SHOW else "", int(year) if is_year and year != "9999" else None
        )

    def __bool__(self) -> bool:
        return bool(self.typed or self.show or self.year)

    @property
    def words(self) -> list[str]:
        return typed_words(self.typed)

    def within(self, zone: tzinfo) -> tuple[datetime, datetime] | None:
        """The moments at which the year begins and ends there."""
        if self.year is None:
            return None
        return datetime(self.year, 1, 1, tzinfo=zone).astimezone(UTC), datetime(self.year + 1, 1, 1, tzinfo=zone).astimezone(UTC)

    def address(self, **changed: str | int | None) -> dict[str, str | int | None]:
        """What goes into the address of a page that shows the same, but for what is changed."""
        asked: dict[str, str | int | None] = {"q": self.typed or None, "show": self.show or None, "year": self.year}
        return asked | changed
