"""How what an order cost falls on its lines, its delivery and its tax: to the cent, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.kit import money
from portal.kit.cells import Bad
from portal.kit.shares import spread
from portal.orders.models import OrderedLine


@dataclass(frozen=True)
class Line:
    ordered: OrderedLine
    """With the discount and the tax that its own row tells."""
    is_taxable: bool


@dataclass(frozen=True)
class Sums:
    """What a file tells of a whole order, in minor units; None where it does not say."""

    currency: str
    total: int | None
    subtotal: int | None = None
    discount: int | None = None
    shipping: int | None = None
    shipping_tax: int | None = None
    tax: int | None = None
    net_subtotal: int | None = None
    net_shipping: int | None = None
    handling: int | None = None
    net_handling: int | None = None
    net_total: int | None = None
    tax_included: bool | None = None

    def written(self, *amounts: int) -> str:
        """Such as `20.00, 5.00 and 1.90`."""
        *first, last = (str(money.to_decimal(amount, self.currency)) for amount in amounts)
        return f"{', '.join(first)} and {last}" if first else last


@dataclass(frozen=True)
class Settled:
    """An order of which every part is known: `total` is the lines without their discount, with delivery and, where it is added, tax."""

    lines: tuple[OrderedLine, ...]
    total: int
    shipping: int = 0
    shipping_tax: int = 0
    tax_included: bool = False


def as_they_are(lines: Sequence[Line], sums: Sums) -> Settled:
    """Each line tells its own discount and tax. Without any word on delivery and tax, the total may hold them: that is all we know then."""
    ordered = tuple(line.ordered for line in lines)
    shipping, shipping_tax, included = sums.shipping or 0, sums.shipping_tax or 0, bool(sums.tax_included)
    made = sum(line.amount - line.discount for line in ordered) + shipping
    made += 0 if included else shipping_tax + sum(line.tax for line in ordered)
    is_told = included or sums.shipping is not None or any(line.discount or line.tax for line in ordered)
    if is_told and sums.total is not None and sums.total != made:
        raise Bad(f"its lines, delivery and tax make {sums.written(made)}, but its total is {sums.written(sums.total)}")
    return Settled(ordered, made if sums.total is None else sums.total, shipping, shipping_tax, included)


def shared(lines: Sequence[Line], *, discount: int, tax: int) -> tuple[OrderedLine, ...]:
    """With the discount of all shared by price, beside what a line tells of its own; and the tax by what was left to pay, where due."""
    amounts = [line.ordered.amount for line in lines]
    own = [line.ordered.discount for line in lines]
    if sum(own) > discount:
        own = [0] * len(lines)
    more = spread(discount - sum(own), [amount - known for amount, known in zip(amounts, own, strict=True)])
    discounts = [known + share for known, share in zip(own, more, strict=True)]
    paid = [amount - off for amount, off in zip(amounts, discounts, strict=True)]
    due = [left if line.is_taxable else 0 for left, line in zip(paid, lines, strict=True)]
    taxes = spread(tax, due if any(due) else paid)
    return tuple(replace(line.ordered, discount=off, tax=share) for line, off, share in zip(lines, discounts, taxes, strict=True))
