"""What goes back for a return or a claim, to the cent. Nothing here looks anything up: docs/decisions/returns-money.md

All amounts are in minor units of one currency. No price and no tax rate of today is used: what was paid is what counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from portal.kit.shares import part, spread
from portal.returns.models import Outcome

WHOLE = 10_000
"""So many basis points are all of it."""


class Kind(StrEnum):
    """What a line of a refund is for. Those that are kept back are below zero."""

    GOODS = "goods"
    DELIVERY = "delivery"
    """What it had cost to send."""
    EXCHANGE = "exchange"
    """What goes out instead: kept back."""
    DEDUCTION = "deduction"
    """Kept back because of how it came."""
    RESTOCKING = "restocking"
    LABEL = "label"
    """The way back: kept back once for each return."""
    ALREADY = "already"
    """Given back before, by whomever: kept back."""
    BONUS = "bonus"
    """A present for taking credit."""
    AGAIN = "again"
    """What did not arrive the first time."""
    BY_SHOP = "by shop"
    """What a person at the shop reckoned, of an order whose lines do not come to its total. In an estimate it is 0: not known yet."""


@dataclass(frozen=True)
class MoneyLine:
    kind: Kind
    amount: int
    item: int | None = None
    """The id of the item of the return, or of the claim's line; None for what belongs to all of it."""
    units: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What a sentence about it needs: of goods how much of it is `tax`, of a deduction its `finding`, of delivery the `order` and whether
    it is only the `standard`, of what the shop reckoned `why`."""


@dataclass(frozen=True)
class Paid:
    """A line of an order as it was paid for: goods after their discount, and their tax."""

    goods: int
    tax: int
    quantity: int
    tax_included: bool = False
    """Whether `tax` is a part of `goods`; else it came on top."""


@dataclass(frozen=True)
class Worth:
    goods: int
    """Without tax, unless prices include it."""
    tax: int
    amount: int
    """What goes back."""


@dataclass(frozen=True)
class Part:
    """One item of a return, and what became of it before."""

    item: int
    paid: Paid
    numbers: Sequence[int]
    """Of its units, those for which money goes back now."""
    outcome: Outcome = Outcome.REFUND
    restocking_bp: int = 0
    """0 where nobody is charged for it: at the shop's or the carrier's fault, and under withdrawal."""
    bonus_bp: int = 0
    deduction: int = 0
    """Kept back from all of its units together, those of before included."""
    finding: str = ""
    goes_out: int = 0
    """What is sent instead costs so much."""
    before: Sequence[int] = ()
    """The units for which money went back before."""
    deducted: int = 0
    restocked: int = 0
    presented: int = 0
    """Of its deduction, its fee and its bonus: what came with those before."""

    @property
    def bears_fees(self) -> bool:
        return self.outcome in (Outcome.REFUND, Outcome.STORE_CREDIT)


def worth(line: Paid, numbers: Iterable[int]) -> Worth:
    """Of these units of it, counted from 0. Whichever come first, all of them together are worth what was paid."""
    units = list(numbers)
    goods = sum(part(line.goods, line.quantity, number, 1) for number in units)
    tax = sum(part(line.tax, line.quantity, number, 1) for number in units)
    return Worth(goods, tax, goods if line.tax_included else goods + tax)


def reckon(parts: Iterable[Part], *, label: int = 0, delivery: Iterable[MoneyLine] = ()) -> tuple[MoneyLine, ...]:
    """What goes back for them, line by line; the sum is never below zero.

    `label` is what the way back costs as far as it was not charged yet, 0 where it is not charged. `delivery` is that of the orders that
    are undone as a whole, and counts for no fee.
    """
    lines: list[MoneyLine] = []
    room = 0
    for one in parts:
        of_it, left = _of(one)
        lines += of_it
        room += left if one.bears_fees else 0
    lines += delivery
    if charged := min(label, room):
        lines.append(MoneyLine(Kind.LABEL, -charged))
    return tuple(lines)


def by_shop(one: Part, amount: int, why: str) -> tuple[MoneyLine, ...]:
    """What somebody at the shop says that it comes to, all in all; the present for credit follows from it."""
    line = MoneyLine(Kind.BY_SHOP, amount, one.item, len(one.numbers), {"why": why})
    more = _share(amount, one.bonus_bp) if one.outcome is Outcome.STORE_CREDIT else 0
    return (line, MoneyLine(Kind.BONUS, more, one.item, facts={"bp": one.bonus_bp})) if more else (line,)


def is_open(estimate: Iterable[MoneyLine]) -> bool:
    """Whether something of it is still to be reckoned by the shop: then its sum is no promise."""
    return any(line.kind is Kind.BY_SHOP for line in estimate)


def total(lines: Iterable[MoneyLine]) -> int:
    return sum(line.amount for line in lines)


def bonus(lines: Iterable[MoneyLine]) -> int:
    return sum(line.amount for line in lines if line.kind is Kind.BONUS)


def limited(lines: Sequence[MoneyLine], left: int) -> tuple[MoneyLine, ...]:
    """The same, with no more than is left of what was paid. A bonus was never paid, and is lost where there is nothing to give it for."""
    principal = total(lines) - bonus(lines)
    if principal <= left:
        return tuple(lines)
    kept = [line for line in lines if left > 0 or line.kind is not Kind.BONUS]
    return (*kept, MoneyLine(Kind.ALREADY, max(left, 0) - principal))


def split(amount: int, left: Sequence[int], *, in_proportion: bool) -> list[int]:
    """How much goes to each means of payment, of which so much is left, and never more: to the first as far as it goes, or to all by it."""
    amount = min(amount, sum(left))
    if in_proportion:
        return spread(amount, left) if left else []
    shares = []
    for most in left:
        shares.append(min(most, amount))
        amount -= shares[-1]
    return shares


def as_json(lines: Iterable[MoneyLine]) -> list[dict[str, Any]]:
    return [{**asdict(line), "kind": str(line.kind), "facts": dict(line.facts)} for line in lines]


def from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[MoneyLine, ...]:
    return tuple(MoneyLine(**{**row, "kind": Kind(row["kind"])}) for row in rows)


def _of(one: Part) -> tuple[list[MoneyLine], int]:
    """Its lines, and what is left of it for the label."""
    now, before = worth(one.paid, one.numbers), worth(one.paid, one.before)
    lines = [MoneyLine(Kind.GOODS, now.amount, one.item, len(one.numbers), {"goods": now.goods, "tax": now.tax})]
    left = now.amount
    if off := min(max(one.deduction - one.deducted, 0), left):
        lines.append(MoneyLine(Kind.DEDUCTION, -off, one.item, facts={"finding": one.finding}))
        left -= off
    if one.outcome is Outcome.EXCHANGE:
        out = min(one.goes_out, left)
        return [*lines, MoneyLine(Kind.EXCHANGE, -out, one.item)], left - out
    fee = min(max(_share(before.amount + now.amount, one.restocking_bp) - one.restocked, 0), left) if one.bears_fees else 0
    if fee:
        lines.append(MoneyLine(Kind.RESTOCKING, -fee, one.item, facts={"bp": one.restocking_bp}))
        left -= fee
    if one.outcome is Outcome.STORE_CREDIT:
        principal = before.amount - one.deducted - one.restocked + left
        if more := max(_share(principal, one.bonus_bp) - one.presented, 0):
            lines.append(MoneyLine(Kind.BONUS, more, one.item, facts={"bp": one.bonus_bp}))
    return lines, left


def _share(amount: int, basis_points: int) -> int:
    """Half a cent is a cent."""
    return (2 * amount * basis_points + WHOLE) // (2 * WHOLE)


class Because(StrEnum):
    """Why a line is not as it was estimated."""

    FEWER = "fewer"
    """Not all that was announced came, or was accepted."""
    MORE = "more"
    FOUND = "found"
    """How it came: the shop says more."""
    FOLLOWS = "follows"
    """It is reckoned from the others."""
    WAY_BACK = "way back"
    DELIVERY = "delivery"
    """Whether all of the order goes back."""
    ALREADY = "already"
    OTHER_OUTCOME = "other outcome"
    BY_SHOP = "by shop"
    """Nothing was promised: a person has reckoned it since."""


@dataclass(frozen=True)
class Difference:
    """One line that differs. All of them together are what the final differs by."""

    kind: Kind
    item: int | None
    estimated: int
    final: int
    because: Because
    facts: Mapping[str, Any] = field(default_factory=dict)
    """`units` that were estimated and those that count; a `finding`; `why`, in a person's words."""

    @property
    def amount(self) -> int:
        return self.final - self.estimated


REASONS = {
    Kind.DEDUCTION: Because.FOUND,
    Kind.RESTOCKING: Because.FOLLOWS,
    Kind.BONUS: Because.FOLLOWS,
    Kind.LABEL: Because.WAY_BACK,
    Kind.DELIVERY: Because.DELIVERY,
    Kind.ALREADY: Because.ALREADY,
    Kind.EXCHANGE: Because.OTHER_OUTCOME,
    Kind.BY_SHOP: Because.BY_SHOP,
}


def explain(estimate: Iterable[MoneyLine], final: Iterable[MoneyLine]) -> tuple[Difference, ...]:
    """Line by line where they differ, and why; nothing where they don't."""
    before, after = _by_line(estimate), _by_line(final)
    found = []
    for key in dict.fromkeys([*before, *after]):
        kind, item = key
        was, now = before.get(key, []), after.get(key, [])
        if total(was) == total(now) and not (kind is Kind.BY_SHOP and now):
            continue
        units = sum(line.units for line in was), sum(line.units for line in now)
        facts = {name: value for line in now for name, value in line.facts.items() if name in ("finding", "order")}
        if kind is Kind.GOODS:
            facts["units"] = list(units)
        if kind is Kind.BY_SHOP:
            facts["why"] = "; ".join(dict.fromkeys(str(line.facts["why"]) for line in now))
        because = REASONS.get(kind) or (Because.FEWER if units[1] < units[0] else Because.MORE)
        found.append(Difference(kind, item, total(was), total(now), because, facts))
    return tuple(found)


def _by_line(lines: Iterable[MoneyLine]) -> dict[tuple[Kind, int | None], list[MoneyLine]]:
    found: dict[tuple[Kind, int | None], list[MoneyLine]] = {}
    for line in lines:
        found.setdefault((line.kind, line.item), []).append(line)
    return found
