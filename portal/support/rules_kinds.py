"""How a value of the rules of returns is written in a field, read from there, and told to who only reads it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_decimal_symbol
from flask_babel import gettext as _

from portal.kit import i18n
from portal.kit.money import exponent, to_decimal, to_minor
from portal.returns import outcome_told
from portal.returns.models import Outcome


class Wrong(ValueError):
    """What stands in a field can't be read. Its text is a sentence for whoever wrote it."""


@dataclass(frozen=True)
class Kind:
    read: Callable[[str], Any]
    """Raises Wrong. None is nothing: then the key is left out."""
    show: Callable[[Any], str]
    """As it is written in a field."""
    tell: Callable[[Any], str] | None = None
    """In the reader's words; None where these are what is written in the field."""
    is_long: bool = False
    """Whether there can be several lines."""
    choices: tuple[tuple[str, str], ...] = ()
    takes_several: bool = False
    """Of the choices: each then is a line of what is written."""
    named: Callable[[str], str] = str
    """What people call a key of it, such as a category."""

    def told(self, value: Any) -> str:
        return self.tell(value) if self.tell else self.show(value).replace("\n", ", ")


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
    return replace(kind, read=lambda typed: kind.read(typed) if typed else None)


def share() -> Kind:
    """In percent, kept in basis points."""

    wrong = Wrong(_("Write percent from 0 to 100, such as %(example)s.", example=_marked(Decimal("7.5"))))

    def read(typed: str) -> int:
        try:
            share = Decimal(typed.replace(",", ".") or "0") * 100
            if not 0 <= share <= 10_000 or share != int(share):
                raise wrong
        except InvalidOperation:
            raise wrong from None
        return int(share)

    return Kind(read, lambda value: _marked(Decimal(value or 0) / 100), lambda value: i18n.percent((value or 0) / 10_000))


def days_by(named: Callable[[str], str] = str) -> Kind:
    def read(typed: str) -> dict[str, int]:
        return {name: _int(value, _("Line %(number)s:", number=number) + " ") for number, name, value in _pairs(typed)}

    return Kind(read, lambda value: _by_line(value, str), lambda value: _by_line(value, named).replace("\n", ", "), True, named=named)


def amounts() -> Kind:
    def read(typed: str) -> dict[str, int]:
        found = {}
        for number, name, value in _pairs(typed):
            try:
                found[name.upper()] = _minor(value.replace(",", "."), name.upper())
            except (InvalidOperation, ValueError, KeyError, LookupError):
                said = _(
                    "Line %(number)s: write a currency and an amount, such as “%(example)s”.", number=number, example=show({"EUR": 290})
                )
                raise Wrong(said) from None
        return found

    def show(value: dict[str, int] | None) -> str:
        return "\n".join(f"{currency} {_marked(to_decimal(amount, currency))}" for currency, amount in (value or {}).items())

    def tell(value: dict[str, int] | None) -> str:
        return " · ".join(i18n.money(amount, currency) for currency, amount in (value or {}).items())

    return Kind(read, show, tell, is_long=True)


def keys(named: Callable[[str], str] = str) -> Kind:
    def read(typed: str) -> list[str]:
        return [line for _number, line in _lines(typed)]

    return Kind(read, lambda value: "\n".join(value or ()), lambda value: ", ".join(map(named, value or ())), True, named=named)


def words() -> Kind:
    return Kind(
        lambda typed: {name: value for _number, name, value in _pairs(typed)} or None,
        lambda value: _by_line(value, str),
        lambda value: " · ".join(f"{i18n.language_name(spoken)}: {said}" for spoken, said in (value or {}).items()),
        is_long=True,
    )


def outcomes() -> Kind:
    def read(typed: str) -> list[str]:
        chosen = [line for _number, line in _lines(typed)]
        if not set(chosen) <= set(Outcome):
            raise Wrong(_("Choose among these."))
        return chosen

    def tell(value: list[str] | None) -> str:
        return " · ".join(outcome_told(Outcome(one)) for one in value or ())

    choices = tuple((str(one), outcome_told(one)) for one in Outcome)
    return Kind(read, lambda value: "\n".join(value or ()), tell, choices=choices, takes_several=True)


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

    def tell(value: list[dict[str, str]] | None) -> str:
        seen = [[i18n.dated(date.fromisoformat(season[name])) for name in names] for season in value or ()]
        return "; ".join(_("bought from %(first)s to %(last)s: until %(until)s", first=a, last=b, until=c) for a, b, c in seen)

    return Kind(read, show, tell, is_long=True)


def choice(*choices: tuple[str, str]) -> Kind:
    def read(typed: str) -> str:
        if typed not in dict(choices):
            raise Wrong(_("Choose one of these."))
        return typed

    def show(value: Any) -> str:
        return str(value or choices[0][0])

    return Kind(read, show, lambda value: dict(choices).get(show(value), show(value)), choices=choices)


def yes_or_no() -> Kind:
    kind = choice(("no", _("no")), ("yes", _("yes")))

    def show(value: Any) -> str:
        return "yes" if value else "no"

    return replace(kind, read=lambda typed: typed == "yes", show=show, tell=lambda value: dict(kind.choices)[show(value)])


def _by_line(value: Mapping[str, Any] | None, named: Callable[[str], str]) -> str:
    return "\n".join(f"{named(name)} {held}" for name, held in (value or {}).items())


def _marked(number: Decimal) -> str:
    """With the decimal mark of the reader's language; either is read."""
    return f"{number:f}".replace(".", get_decimal_symbol(i18n.locale()))


def _minor(typed: str, currency: str) -> int:
    """Raises ValueError where it has more places than the currency: “1.000” would be a thousand in some languages."""
    amount = Decimal(typed)
    if len(typed.partition(".")[2]) > exponent(currency):
        raise ValueError
    return to_minor(amount, currency)
