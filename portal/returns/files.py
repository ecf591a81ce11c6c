"""What a row of a file of returns says: in our layout, or as a credit note of the data set “Online Retail”. docs/import-returns.md"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from portal.kit import cells
from portal.kit.cells import Bad
from portal.kit.tables import Table, Unusable

Value = TypeVar("Value")
CREDIT_NOTE = re.compile(r"C[0-9]{1,20}")
PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class ReadItem:
    """So many of one product came back."""

    line: int
    """Of the file."""
    number: str
    """What the shop's own system calls the return."""
    returned_at: datetime
    sku: str
    quantity: int
    amount: Decimal | None
    """What went back for all of them; None where the file does not say."""
    order: str = ""
    """The number of its order …"""
    email: str = ""
    """… or, where that is not told, whose it was."""


@dataclass(frozen=True)
class Known:
    """What is known about a file beyond what stands in it."""

    now: datetime
    zone: ZoneInfo
    """Of times that name none."""
    demo_addresses: bool


@dataclass(frozen=True)
class Columns:
    """A layout: its name, its columns, and how a row of it is read."""

    name: str
    needed: tuple[str, ...]
    read: Callable[[int, Mapping[str, str], Known], ReadItem]


def columns_of(table: Table, known: Known) -> Columns:
    """By its header. Raises Unusable where the file lacks what we can't do without."""
    best = min(LAYOUTS, key=lambda layout: len(set(layout.needed) - set(table.columns)))
    if missing := [column for column in best.needed if column not in table.columns]:
        raise Unusable(f"The columns {', '.join(missing)} are missing. The file has: {', '.join(table.header)}.")
    if best is ONLINE_RETAIL and not known.demo_addresses:
        raise Unusable("This layout has no e-mail addresses. Use ours (docs/import-returns.md) or, in a demo, --demo-addresses.")
    return best


def _plain(line: int, row: Mapping[str, str], known: Known) -> ReadItem:
    read = _Reading(row)
    number, order = read("return_number", cells.order_number), read("order_number", cells.order_number)
    at = read("returned_at", lambda value: cells.moment(value, zone=known.zone, now=known.now))
    sku, quantity = read("sku", _sku), read("quantity", cells.quantity)
    amount = read("amount", _price) if row.get("amount") else None
    if read.problems or number is None or order is None or at is None or sku is None or quantity is None:
        raise Bad("; ".join(read.problems))
    return ReadItem(line, number, at, sku, quantity, amount, order=order)


def _credit_note(line: int, row: Mapping[str, str], known: Known) -> ReadItem:
    read = _Reading(row)
    number = read("invoiceno", _credit_note_number)
    at = read("invoicedate", lambda value: cells.moment(value, zone=known.zone, now=known.now))
    sku, quantity = read("stockcode", _sku), read("quantity", lambda value: cells.quantity(value.removeprefix("-")))
    email, price = read("customerid", cells.demo_email), read("unitprice", _price)
    if read.problems or number is None or at is None or sku is None or quantity is None or email is None or price is None:
        raise Bad("; ".join(read.problems))
    return ReadItem(line, number, at, sku, quantity, price * quantity, email=email)


PLAIN = Columns("plain", ("return_number", "order_number", "returned_at", "sku", "quantity"), _plain)
ONLINE_RETAIL = Columns("online-retail", ("invoiceno", "stockcode", "quantity", "invoicedate", "unitprice", "customerid"), _credit_note)
LAYOUTS = PLAIN, ONLINE_RETAIL


class _Reading:
    """Reads one column after the other, and keeps what is wrong with each."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self.row, self.problems = row, list[str]()

    def __call__(self, column: str, convert: Callable[[str], Value]) -> Value | None:
        try:
            return convert(self.row.get(column, ""))
        except Bad as bad:
            self.problems.append(str(bad))
            return None


def _credit_note_number(value: str) -> str:
    if not CREDIT_NOTE.fullmatch(value):
        raise Bad(f"{value!r} is not the number of a credit note, such as C536826")
    return value


def _sku(value: str) -> str:
    if not value:
        raise Bad("no SKU")
    return cells.sku(value)


def _price(value: str) -> Decimal:
    if not PRICE.fullmatch(value):
        raise Bad(f"{value!r} is no amount: write it like 1234.50")
    return Decimal(value)
