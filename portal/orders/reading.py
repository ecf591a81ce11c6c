"""Puts the rows of a file together into orders. An order lands whole or not at all: without one of its lines it would be a wrong one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portal.kit.cells import Bad
from portal.kit.db import sqlite_module
from portal.kit.tables import Row, Table
from portal.orders.layouts import Known, Layout, ReadLine, read
from portal.orders.layouts.places import Place
from portal.orders.layouts.sums import Settled
from portal.orders.models import MOST_LINES


@dataclass(frozen=True)
class ReadOrder:
    """An order of which every row is good."""

    number: str
    placed_at: datetime
    email: str
    name: str
    currency: str
    settled: Settled
    place: Place | None
    rows: tuple[int, ...]
    """The lines of the file on which its rows begin."""
    invoice: str | None = None
    """The provider's name of the invoice by which it was paid, if that was told."""


@dataclass(frozen=True)
class LeftOut:
    """An order that never came to be, such as a cancelled one."""

    why: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """Rows that do not land."""

    number: str
    """Of their order; empty where they don't say."""
    bad: list[tuple[int, str]] = field(default_factory=list)
    """Line of the file, and what is wrong there."""
    good: list[int] = field(default_factory=list)
    """Held back with the bad ones."""
    why: str = ""
    """What is wrong with the order as a whole, if anything is."""


class _Group:
    """The rows of one order, as they come."""

    def __init__(self, number: str, unclear: int | None, layout: Layout, known: Known, *, decimal_comma: bool) -> None:
        self.number, self.unclear = number, unclear
        self.layout, self.known, self.decimal_comma = layout, known, decimal_comma
        self.head: Mapping[str, str] = {}
        self.rows: list[int] = []
        self.lines: list[tuple[int, ReadLine]] = []
        self.bad: list[tuple[int, str]] = []
        self.is_too_long = False

    def add(self, at: int, values: Mapping[str, str]) -> None:
        if len(self.lines) >= MOST_LINES:
            self.is_too_long = True
            return
        self.rows.append(at)
        self.head = self.head or values
        if self.layout.inherits and values is not self.head:
            values = {column: value or self.head[column] for column, value in values.items()} | self._own(values)
        try:
            for each in self.layout.lines_in(values):
                line = read(each, self.layout, self.known, decimal_comma=self.decimal_comma)
                self._belongs(line)
                self.lines.append((at, line))
        except Bad as bad:
            self.bad.append((at, str(bad)))

    def _own(self, values: Mapping[str, str]) -> dict[str, str]:
        """What a row says of its own line alone: empty, it is empty."""
        of_line = self.layout.sku, self.layout.title, self.layout.quantity, self.layout.price, self.layout.discount, self.layout.taxable
        return {column: values[column] for column in of_line if column in values}

    def _belongs(self, line: ReadLine) -> None:
        if self.lines:
            at, first = self.lines[0]
            total = next((line.total for _, line in self.lines if line.total is not None), None)
            differing = [
                what
                for what, same in [
                    ("e-mail", line.email == first.email),
                    ("currency", line.currency == first.currency),
                    ("order total", line.total is None or total is None or line.total == total),
                ]
                if not same
            ]
            if differing:
                raise Bad(f"another {' and '.join(differing)} than on line {at}, in one order")

    def finish(self, comes_apart: bool) -> ReadOrder | Held | LeftOut:
        bad = {at for at, _ in self.bad}
        good = [at for at in self.rows if at not in bad]
        if not comes_apart and not self.unclear and (why := self.layout.no_order(self.head)):
            return LeftOut(why, tuple(self.rows))
        why = ""
        if comes_apart:
            why = "its rows are not one below the other in this file: sort it by order number"
        elif self.is_too_long:
            why = f"it has more than {MOST_LINES:,} rows"
        elif self.unclear:
            why = f"line {self.unclear} does not say to which order it belongs, and may be one of its rows"
        if why or self.bad:
            return Held(self.number, self.bad, good, why)
        lines = [line for _, line in self.lines]
        first = lines[0]
        sums = replace(first.sums, total=next((line.total for line in lines if line.total is not None), None))
        try:
            settled = self.layout.settle([line.line for line in lines], sums)
        except Bad as bad:
            return Held(self.number, [], good, str(bad))
        return ReadOrder(first.number, first.placed_at, first.email, first.name, first.currency, settled, first.place, tuple(self.rows))


def orders(table: Table, layout: Layout, known: Known, seen: Callable[[int], Any]) -> Iterator[ReadOrder | Held | LeftOut]:
    """One after the other, so that a file of any size takes the same memory. `seen` is told how many lines of it are behind us."""
    with closing(_Numbers(table, layout)) as numbers:
        group: _Group | None = None
        unclear: int | None = None
        for row in table.rows():
            seen(row.last)
            number = _number(row, layout)
            if not number:
                unclear = row.first
                if group:
                    group.unclear = group.unclear or unclear
                yield Held("", [(row.first, row.broken or "no order number")])
                continue
            if group is None or group.number != number:
                if group:
                    yield group.finish(group.number in numbers)
                group = _Group(number, unclear, layout, known, decimal_comma=table.separator == ";")
            unclear = None
            group.add(row.first, row.values)
        if group:
            yield group.finish(group.number in numbers)


class _Numbers:
    """The numbers of the orders whose rows come apart, found out beforehand: the first part of one must not land alone.

    Kept in a file that goes away by itself, because there may be millions.
    """

    def __init__(self, table: Table, layout: Layout) -> None:
        self.seen = sqlite_module().connect("")
        self.seen.execute("CREATE TABLE seen (number TEXT PRIMARY KEY, parts INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID")
        before = ""
        for row in table.rows():
            number = _number(row, layout)
            if number and number != before:
                self.seen.execute("INSERT INTO seen (number) VALUES (?) ON CONFLICT DO UPDATE SET parts = parts + 1", [number])
                before = number

    def __contains__(self, number: str) -> bool:
        """Whether its rows come apart."""
        return self.seen.execute("SELECT 1 FROM seen WHERE number = ? AND parts > 1", [number]).fetchone() is not None

    def close(self) -> None:
        self.seen.close()


def _number(row: Row, layout: Layout) -> str:
    """Which order the row says it belongs to; empty where it says nothing that can be trusted."""
    return "" if row.broken else row.values[layout.number]
