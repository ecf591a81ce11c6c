"""How a value of the rules of returns is written in a field, and read from there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from portal.kit.money import to_decimal, to_minor
from portal.returns.models import Outcome


class Wrong(ValueError):
    """What stands in a field can't be read. Its text is a sentence for whoever wrote it."""


@dataclass(frozen=True)
class Kind:
    read: Callable[[str], Any]
    """Raises Wrong. None is nothing: then the key is left out."""
    show: Callable[[Any], str]
    is_long: bool = False
    """Whether there can be several lines."""
    choices: tuple[tuple[str, str], ...] = ()


def _lines(typed: str) -> Iterator[tuple[int, str]]:
    yield from ((number, line.strip()) for number, line in enumerate(typed.split("\n"), 1) if line.strip())


def _pairs(typed: str) -> Iterator[tuple[int, str, str]]:
    for number, line in _lines(typed):
        name, _blank, value = line.partition(" ")
        if not value.strip():
            raise Wrong(_("Line %(number)s: write a name, a blank, and what counts for it.", number=number))
        yield number, name, value.strip()


def _int(typed: str, where: str = "") -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 7):
        raise Wrong(where + _("Write a whole number."))
    return int(typed)


def whole() -> Kind:
    return Kind(_int, lambda value: "" if value is None else str(value))


def maybe(kind: Kind) -> Kind:
    return Kind(lambda typed: kind.read(typed) if typed else None, kind.show)


def share() -> Kind:
    """In percent, kept in basis points."""

    def read(typed: str) -> int:
        try:
            share = Decimal(typed.replace(",", ".") or "0") * 100
            if not 0 <= share <= 10_000 or share != int(share):
                raise Wrong(_("Write percent from 0 to 100, such as 7.5."))
        except InvalidOperation:
            raise Wrong(_("Write percent from 0 to 100, such as 7.5.")) from None
        return int(share)

    return Kind(read, lambda value: f"{Decimal(value or 0) / 100:f}")


def days_by() -> Kind:
    def read(typed: str) -> dict[str, int]:
        return {name: _int(value, _("Line %(number)s:", number=number) + " ") for number, name, value in _pairs(typed)}

    return Kind(read, lambda value: "\n".join(f"{name} {days}" for name, days in (value or {}).items()), is_long=True)


def amounts() -> Kind:
    def read(typed: str) -> dict[str, int]:
        found = {}
        for number, name, value in _pairs(typed):
            try:
                found[name.upper()] = to_minor(Decimal(value.replace(",", ".")), name.upper())
            except (InvalidOperation, ValueError, KeyError, LookupError):
                raise Wrong(_("Line %(number)s: write a currency and an amount, such as “EUR 2.90”.", number=number)) from None
        return found

    def show(value: dict[str, int] | None) -> str:
        return "\n".join(f"{currency} {to_decimal(amount, currency)}" for currency, amount in (value or {}).items())

    return Kind(read, show, is_long=True)


def keys() -> Kind:
    return Kind(lambda typed: [line for _number, line in _lines(typed)], lambda value: "\n".join(value or ()), is_long=True)


def words() -> Kind:
    return Kind(
        lambda typed: {name: value for _number, name, value in _pairs(typed)} or None,
        lambda value: "\n".join(f"{name} {text}" for name, text in (value or {}).items()),
        is_long=True,
    )


def outcomes() -> Kind:
    def read(typed: str) -> list[str]:
        for number, line in _lines(typed):
            if line not in list(Outcome):
                known = ", ".join(Outcome)
                raise Wrong(_("Line %(number)s: only these are known: %(known)s.", number=number, known=known))
        return [line for _number, line in _lines(typed)]

    return Kind(read, lambda value: "\n".join(value or ()), is_long=True)


def seasons() -> Kind:
    names = "bought_from", "bought_until", "until"

    def read(typed: str) -> list[dict[str, str]]:
        found = []
        for number, line in _lines(typed):
            try:
                days = [date.fromisoformat(day).isoformat() for day in line.split()]
                found.append(dict(zip(names, days, strict=True)))
            except ValueError:
                raise Wrong(_("Line %(number)s: write three days, such as 2026-11-15 2026-12-24 2027-01-15.", number=number)) from None
        return found

    def show(value: list[dict[str, str]] | None) -> str:
        return "\n".join(" ".join(str(season.get(name, "")) for name in names) for season in value or ())

    return Kind(read, show, is_long=True)


def choice(*choices: tuple[str, str]) -> Kind:
    def read(typed: str) -> str:
        if typed not in dict(choices):
            raise Wrong(_("Choose one of these."))
        return typed

    return Kind(read, lambda value: str(value or choices[0][0]), choices=choices)
