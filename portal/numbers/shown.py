"""What stands on the page, and in its files: tiles, charts, and the table of each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from flask_babel import gettext as _

from portal.kit import i18n
from portal.kit.money import to_decimal
from portal.numbers.charts import BarChart, ColumnChart, LineChart
from portal.numbers.periods import By, Span


@dataclass(frozen=True)
class Share:
    """So many of so many; None of none."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Money:
    amount: int
    """In minor units."""
    currency: str


@dataclass(frozen=True)
class When:
    """A week or a month, or what of it lies in the period."""

    span: Span
    by: By


Value = int | float | str | Share | Money | When | None


@dataclass(frozen=True)
class Table:
    columns: list[tuple[str, bool]]
    """What each is called, and whether it holds numbers."""
    rows: list[list[Value]]
    shown: int | None = None
    """So many rows stand on the page; None: all. The file has all of them."""

    @property
    def on_the_page(self) -> list[list[Value]]:
        return self.rows[: self.shown] if self.shown else self.rows


@dataclass(frozen=True)
class Tile:
    label: str
    figure: str
    note: str
    change: str = ""
    """Against the time before, in words; empty where that can't be told."""
    is_more: bool = True
    is_good: bool | None = None
    """None: neither."""


@dataclass(frozen=True)
class Section:
    name: str
    """Of its file, in small letters with hyphens."""
    title: str
    means: str
    """What is counted, in a sentence or two."""
    chart: LineChart | ColumnChart | BarChart | None
    table: Table
    is_empty: bool = False


def number(value: float, digits: int = 0) -> str:
    """1,284 or 4.1"""
    return str(format_decimal(round(value, digits), "#,##0" + (f".{'0' * digits}" if digits else ""), locale=i18n.locale()))


def compact(value: float) -> str:
    """1.3K, where there is little room"""
    if value < 1000:
        return number(value, 0 if float(value).is_integer() else 1)
    return str(format_compact_decimal(value, fraction_digits=1, locale=i18n.locale()))


def percent(value: float | None) -> str:
    return "–" if value is None else str(format_percent(value, locale=i18n.locale()))


def part_of(part: int, whole: int) -> str:
    """3 of 12"""
    return str(_("%(part)s of %(all)s", part=number(part), all=number(whole)))


def short(when: When) -> str:
    """Under a chart: Dec, or 23 Nov for a week"""
    skeleton = "MMMd" if when.by is By.WEEK else "MMM"
    return i18n.capital(str(format_skeleton(skeleton, when.span.first, locale=i18n.locale())))


def dated(day: date) -> str:
    """23 Nov 2026"""
    return str(format_skeleton("yMMMd", day, locale=i18n.locale()))


def label(when: When) -> str:
    """In a table: November 2026, or the first and the last day of a week"""
    if when.by is By.MONTH:
        return i18n.month(when.span.first)
    if when.span.first == when.span.last:
        return dated(when.span.first)
    return f"{format_skeleton('MMMd', when.span.first, locale=i18n.locale())} – {dated(when.span.last)}"


def written(value: Value) -> str:
    """For people."""
    if value is None:
        return "–"
    if isinstance(value, Share):
        return percent(value.value)
    if isinstance(value, Money):
        return i18n.money(value.amount, value.currency)
    if isinstance(value, When):
        return label(value)
    if isinstance(value, float):
        return number(value, 1)
    return number(value) if isinstance(value, int) else value


def plain(value: Value) -> str | int | float | Decimal:
    """For a file: no signs, days as 2026-11-23."""
    if value is None or (isinstance(value, Share) and value.value is None):
        return ""
    if isinstance(value, Share):
        return round(value.part / value.whole, 4)
    if isinstance(value, Money):
        return to_decimal(value.amount, value.currency)
    if isinstance(value, When):
        return value.span.first.isoformat()
    return round(value, 4) if isinstance(value, float) else value
