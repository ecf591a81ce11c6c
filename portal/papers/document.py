"""A document, written: who, what, how much, each word of it as it is printed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Row:
    title: str
    note: str
    """Below it, small."""
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True)
class Sum:
    label: str
    value: str
    is_main: bool = False
    is_soft: bool = False
    """Said beside the sum, not part of it."""


@dataclass(frozen=True)
class Document:
    title: str
    subtitle: str
    language: str
    dated: datetime
    """Of the thing, not of the printing: the same order gives the same bytes."""
    shop: str
    accent: str
    """`#rrggbb`"""
    columns: tuple[str, str, str, str]
    to_label: str
    to: tuple[str, ...]
    from_label: str
    seller: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    sums: tuple[Sum, ...]
    payments: tuple[tuple[str, str], ...]
    """What was paid and what went back, with the amounts."""
    link: str
    link_words: str
    help_words: str
    foot: str
    page_words: str
    """With `{page}` and `{pages}` in it."""
    code: str = ""
    """What stands in the code for a machine to read, if it is not the link."""
