"""What kind of thing each line of an order is, kept with it as it is when the order is written down: rules of returns name it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from portal.catalog.queries import categories
from portal.orders.models import OrderedLine


def with_categories(lines: Sequence[OrderedLine]) -> list[OrderedLine]:
    return sorted_by(categories_of(lines), lines)


def categories_of(lines: Iterable[OrderedLine]) -> dict[str, str]:
    """By SKU, of those that were not told."""
    unsorted = {line.sku for line in lines if line.sku and not line.category}
    return categories(unsorted) if unsorted else {}


def sorted_by(known: Mapping[str, str], lines: Iterable[OrderedLine]) -> list[OrderedLine]:
    return [line if line.category else replace(line, category=known.get(line.sku, "")) for line in lines]
