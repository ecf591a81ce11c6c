"""What a layout of order files tells: which column is what, and how the amounts of an order follow from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from portal.kit import cells
from portal.orders.layouts.places import Place, PlaceColumns, place_of
from portal.orders.layouts.sums import Line, Settled, Sums, as_they_are
from portal.orders.models import OrderedLine

Value = TypeVar("Value")
Row = Mapping[str, str]
"""The values of a row by column."""


@dataclass(frozen=True)
class Layout:
    """For each thing that we want to know, its column; empty where this layout does not have it."""

    name: str
    number: str
    placed_at: str
    customer: str
    sku: str
    title: str
    quantity: str
    price: str
    currency: str
    full_name: tuple[str, ...]
    """Its parts, in the order in which they are spoken."""
    total: str
    read_number: Callable[[str], str]
    read_customer: Callable[[str], str]
    sums: Mapping[str, str] = field(default_factory=dict)
    """Of the whole order, the names of amounts in `Sums`, with their columns."""
    needed_sums: tuple[str, ...] = ()
    """Those that can't be missing."""
    discount: str = ""
    """Of one line, for all of its quantity."""
    tax: str = ""
    """Of one line."""
    taxable: str = ""
    """Whether the line bears tax; where nothing is told, it does."""
    tax_included: str = ""
    dearer: str = ""
    """The price before discounts, where the file has both."""
    place: PlaceColumns | None = None
    settle: Callable[[Sequence[Line], Sums], Settled] = as_they_are
    """Raises Bad where the amounts do not add up."""
    no_order: Callable[[Row], str] = lambda row: ""
    """Why this is an order that never came to be, by its first row."""
    inherits: bool = False
    """Whether what is the same for all rows of an order stands in its first row only."""
    parts: Callable[[Row], list[Row]] | None = None
    """Makes the lines out of a row that holds a whole order."""
    packed: str = ""
    """Lists all lines in one value: `parts` makes columns for each of it."""
    made: tuple[str, ...] = ()
    """The columns that `parts` makes."""
    day_first: bool = False
    """Whether 01/03/2026 is 1 March here."""

    @property
    def needed(self) -> tuple[str, ...]:
        each = (self.number, self.placed_at, self.customer, self.sku, self.title, self.quantity, self.price, self.packed)
        wanted = (*each, *(self.sums[name] for name in self.needed_sums))
        return tuple(column for column in wanted if column and column not in self.made)

    @property
    def columns(self) -> tuple[str, ...]:
        one = (self.currency, self.total, self.discount, self.tax, self.taxable, self.tax_included, self.dearer)
        places = self.place.columns if self.place else ()
        return tuple(dict.fromkeys((*self.needed, *self.full_name, *one, *self.sums.values(), *places)))

    def missing(self, columns: tuple[str, ...]) -> list[str]:
        return [column for column in self.needed if column not in columns]

    def lines_in(self, row: Row) -> list[Row]:
        """Raises Bad where a packed value can't be told apart."""
        return self.parts(row) if self.parts else [row]


@dataclass(frozen=True)
class Known:
    """What is known about a file beyond what stands in it."""

    now: datetime
    zone: ZoneInfo
    """Of times that name none."""
    currency: str | None
    """Of rows that name none."""
    demo_addresses: bool


@dataclass(frozen=True)
class ReadLine:
    """One row, understood."""

    number: str
    placed_at: datetime
    email: str
    name: str
    currency: str
    total: int | None
    line: Line
    sums: Sums
    place: Place | None


def read(row: Row, layout: Layout, known: Known, *, decimal_comma: bool) -> ReadLine:
    """Raises Bad with all that is wrong with this row."""
    problems: list[str] = []

    def take(convert: Callable[..., Value], column: str, *more: Any, **options: Any) -> Value | None:
        try:
            return convert(row.get(column, ""), *more, **options)
        except cells.Bad as bad:
            problems.append(str(bad))
            return None

    def given(column: str) -> bool:
        return bool(row.get(column))

    number = take(layout.read_number, layout.number)
    email = take(layout.read_customer, layout.customer)
    placed_at = take(cells.moment, layout.placed_at, zone=known.zone, now=known.now, day_first=layout.day_first)
    currency = take(cells.currency, layout.currency) if given(layout.currency) or not known.currency else known.currency
    title, sku, quantity = take(cells.title, layout.title), take(cells.sku, layout.sku), take(cells.quantity, layout.quantity)

    def amount(column: str, what: str) -> int | None:
        return take(cells.amount, column, currency or "EUR", what, decimal_comma=decimal_comma)

    price = amount(layout.dearer if given(layout.dearer) else layout.price, "price")
    total = amount(layout.total, "total") if given(layout.total) else None
    discount, tax = (amount(column, what) if given(column) else 0 for column, what in ((layout.discount, "discount"), (layout.tax, "tax")))
    sums = {name: amount(column, name) for name, column in layout.sums.items() if given(column)}
    included = take(cells.yes_or_no, layout.tax_included) if given(layout.tax_included) else None
    is_taxable = take(cells.yes_or_no, layout.taxable) if given(layout.taxable) else True
    name = " ".join(filter(None, (take(cells.name, column) for column in layout.full_name)))
    place = place_of(row, layout.place, name) if layout.place else None
    if problems:
        raise cells.Bad("; ".join(problems))
    ordered = _all(OrderedLine, title=title, sku=sku, quantity=quantity, unit_amount=price, discount=discount, tax=tax)
    if ordered.discount > ordered.amount:
        raise cells.Bad("a discount of more than the line costs")
    line = Line(ordered, bool(is_taxable))
    told = _all(Sums, **sums, currency=currency, total=total, tax_included=included)
    return _all(
        ReadLine,
        number=number,
        placed_at=placed_at,
        email=email,
        name=name,
        currency=currency,
        total=total,
        line=line,
        sums=told,
        place=place,
    )


def _all(kind: Callable[..., Value], **parts: Any) -> Value:
    return kind(**parts)
