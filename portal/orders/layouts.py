"""The layouts of order files that we know: which column is what. The plain one, ours, is told in docs/import-orders.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from portal.orders import values
from portal.orders.files import Table, Unusable
from portal.orders.models import OrderedLine

Value = TypeVar("Value")


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
    full_name: str
    total: str
    read_number: Callable[[str], str]
    read_customer: Callable[[str], str]

    @property
    def needed(self) -> tuple[str, ...]:
        return (self.number, self.placed_at, self.customer, self.sku, self.title, self.quantity, self.price)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.needed, self.currency, self.full_name, self.total)

    def missing(self, columns: tuple[str, ...]) -> list[str]:
        return [column for column in self.needed if column not in columns]


PLAIN = Layout(
    name="plain", number="order_number", placed_at="placed_at", customer="email", sku="sku", title="title", quantity="quantity",
    price="unit_price", currency="currency", full_name="name", total="order_total",
    read_number=values.order_number, read_customer=values.email,
)  # fmt: skip
ONLINE_RETAIL = Layout(
    name="online-retail", number="invoiceno", placed_at="invoicedate", customer="customerid", sku="stockcode", title="description",
    quantity="quantity", price="unitprice", currency="", full_name="", total="",
    read_number=values.invoice_number, read_customer=values.demo_email,
)  # fmt: skip
LAYOUTS = {layout.name: layout for layout in (PLAIN, ONLINE_RETAIL)}


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
class Line:
    """One row, understood."""

    number: str
    placed_at: datetime
    email: str
    name: str
    currency: str
    total: int | None
    ordered: OrderedLine


def layout_of(table: Table, wanted: str, known: Known) -> Layout:
    """By its header, unless one is `wanted`. Raises Unusable where the file lacks what we can't do without."""
    candidates = list(LAYOUTS.values()) if wanted == "auto" else [LAYOUTS[wanted]]
    layout = min(candidates, key=lambda layout: len(layout.missing(table.columns)))
    if missing := layout.missing(table.columns):
        columns = f"The column {missing[0]} is" if len(missing) == 1 else f"The columns {', '.join(missing)} are"
        raise Unusable(f"{columns} missing for the layout “{layout.name}”. The file has: {', '.join(table.header)}.")
    if layout.currency not in table.columns and not known.currency:
        raise Unusable("The file does not say in which currency the prices are. Say it with --currency, such as --currency GBP.")
    if layout is ONLINE_RETAIL and not known.demo_addresses:
        raise Unusable(
            "This layout has no e-mail addresses, so nobody could ever see these orders. "
            "Use the plain layout (docs/import-orders.md) or, in a demo, --demo-addresses, which makes some up."
        )
    return layout


def read(row: Mapping[str, str], layout: Layout, known: Known, *, decimal_comma: bool) -> Line:
    """Raises Bad with all that is wrong with this row."""
    problems: list[str] = []

    def take(convert: Callable[..., Value], column: str, *more: Any, **options: Any) -> Value | None:
        try:
            return convert(row.get(column, ""), *more, **options)
        except values.Bad as bad:
            problems.append(str(bad))
            return None

    def given(column: str) -> bool:
        return bool(row.get(column))

    number = take(layout.read_number, layout.number)
    email = take(layout.read_customer, layout.customer)
    placed_at = take(values.moment, layout.placed_at, zone=known.zone, now=known.now)
    currency = take(values.currency, layout.currency) if given(layout.currency) or not known.currency else known.currency
    name = take(values.name, layout.full_name)
    title, sku, quantity = take(values.title, layout.title), take(values.sku, layout.sku), take(values.quantity, layout.quantity)
    price = take(values.amount, layout.price, currency or "EUR", "price", decimal_comma=decimal_comma)
    total = take(values.amount, layout.total, currency or "EUR", "total", decimal_comma=decimal_comma) if given(layout.total) else None
    if problems:
        raise values.Bad("; ".join(problems))
    ordered = _all(OrderedLine, title=title, sku=sku, quantity=quantity, unit_amount=price)
    return _all(Line, number=number, placed_at=placed_at, email=email, name=name, currency=currency, total=total, ordered=ordered)


def _all(kind: Callable[..., Value], **parts: Any) -> Value:
    return kind(**parts)
