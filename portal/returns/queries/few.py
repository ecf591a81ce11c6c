"""Of orders with more lines than a page should hold: what was chosen, what is looked for, and the first of the others."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from portal.kit.folding import folded
from portal.returns.queries.returnable import ReturnableLine, ReturnableOrder

MOST = 50
"""Of an order: so many lines that can go back, and so many that can't."""
LONGEST = 100
"""Characters of what is looked for."""


@dataclass(frozen=True)
class FewLines:
    order: ReturnableOrder
    open: tuple[ReturnableLine, ...]
    """Those that can go back."""
    never: tuple[ReturnableLine, ...]
    hidden: int
    """So many more there are."""


def few(orders: Iterable[ReturnableOrder], *, find: str = "", chosen: Collection[int] = ()) -> list[FewLines]:
    """`chosen` are the ids of lines that stand there in any case."""
    return [_few(order, folded(find[:LONGEST]).split(), chosen) for order in orders]


def _few(order: ReturnableOrder, words: list[str], chosen: Collection[int]) -> FewLines:
    found = [line for line in order.lines if line.id in chosen or all(word in folded(f"{line.title} {line.sku}") for word in words)]
    open_ones = sorted((line for line in found if line.units), key=lambda line: line.id not in chosen)[:MOST]
    never = [line for line in found if not line.units][:MOST]
    hidden = len(order.lines) - len(open_ones) - len(never)
    return FewLines(order, tuple(sorted(open_ones, key=lambda line: line.position)), tuple(never), hidden)
