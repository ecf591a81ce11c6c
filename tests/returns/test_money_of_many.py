"""20,000 orders, and whatever comes back of them in whichever order: all sums are exact, and never more than what was paid."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from portal.kit.shares import spread
from portal.returns.models import Outcome
from portal.returns.money import Kind, MoneyLine, Paid, Part, bonus, explain, limited, reckon, split, total, worth

ORDERS = 20_000
CURRENCIES = (("EUR", 2, False), ("JPY", 0, True), ("KWD", 3, False), ("TRY", 2, True), ("RON", 2, True))
OUTCOMES = (Outcome.REFUND, Outcome.REFUND, Outcome.STORE_CREDIT, Outcome.EXCHANGE)


@dataclass
class Line:
    paid: Paid
    free: list[int]
    cancelled: int
    back: int = 0
    """Of what was paid for it, in whatever form."""

    @property
    def whole(self) -> int:
        return self.paid.goods + (0 if self.paid.tax_included else self.paid.tax)


@dataclass
class Order:
    lines: list[Line]
    delivery: int
    tenders: list[int]
    """What was paid by each of the means, credit first, and is left of it."""
    principal: int = 0
    """Given as credit instead of money: it is not there for the tenders any more."""
    sent_back: bool = False
    """Whether the delivery went back."""
    given: list[int] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(self.tenders) - self.principal


def an_order(chance: Random) -> Order:
    _, places, included = chance.choice(CURRENCIES)
    scale, rate = 10**places, chance.choice([0, 5, 19, 20])
    amounts = [
        (chance.randint(0, 90 * scale) * quantity, quantity) for quantity in (chance.randint(1, 7) for _ in range(chance.randint(1, 4)))
    ]
    discounts = spread(sum(amount for amount, _ in amounts) * chance.choice([0, 10, 33]) // 100, [amount for amount, _ in amounts])
    lines = []
    for (amount, quantity), off in zip(amounts, discounts, strict=True):
        goods = amount - off
        tax = goods * rate // (100 + rate) if included else goods * rate // 100
        cancelled = chance.randint(0, quantity - 1) if chance.random() < 0.2 else 0
        line = Line(Paid(goods, tax, quantity, included), list(range(cancelled, quantity)), cancelled)
        line.back = worth(line.paid, range(cancelled)).amount
        lines.append(line)
    delivery = chance.choice([0, 0, 5 * scale])
    paid = sum(line.whole - line.back for line in lines) + delivery
    return Order(lines, delivery, spread(paid, [chance.randint(1, 9) for _ in range(chance.randint(1, 3))]))


def a_return(order: Order, chance: Random) -> None:
    """Some of each line, accepted bit by bit, with fees, damages and a present, and paid out bit by bit."""
    outcome, restocking, label = chance.choice(OUTCOMES), chance.choice([0, 1500, 10_000]), chance.choice([0, 590])
    chosen = {number: chance.randint(0, len(line.free)) for number, line in enumerate(order.lines)}
    parts = []
    for number, units in chosen.items():
        numbers = [order.lines[number].free.pop(0) for _ in range(units)]
        if numbers:
            value = worth(order.lines[number].paid, numbers).amount
            damage = chance.randint(0, value) if chance.random() < 0.3 else 0
            more: dict[str, Any] = {
                "restocking_bp": restocking,
                "bonus_bp": 1000,
                "deduction": damage,
                "goes_out": chance.randint(0, value),
            }
            parts.append(Part(number, order.lines[number].paid, numbers, outcome, **more))
    estimate = reckon([replace(part, deduction=0) for part in parts], label=label)
    done: list[MoneyLine] = []
    steps = [replace(part, numbers=[], before=[]) for part in parts]
    while any(len(step.before) < len(part.numbers) for step, part in zip(steps, parts, strict=True)):
        now = []
        for step, part in zip(steps, parts, strict=True):
            rest = part.numbers[len(step.before) :]
            now.append(replace(step, numbers=rest[: chance.randint(0, len(rest))] if outcome is not Outcome.EXCHANGE else rest))
        now = [one for one in now if one.numbers]
        lines = reckon(now, label=label - taken(done, Kind.LABEL), delivery=undone(order, now, chance))
        done += pay(order, lines, now, in_proportion=chance.random() < 0.5, as_credit=outcome is Outcome.STORE_CREDIT)
        steps = [
            replace(
                step, before=[*step.before, *next((one.numbers for one in now if one.item == step.item), [])],
                deducted=taken(done, Kind.DEDUCTION, step.item), restocked=taken(done, Kind.RESTOCKING, step.item),
                presented=-taken(done, Kind.BONUS, step.item),
            )
            for step in steps
        ]  # fmt: skip
    whole = reckon(parts, label=label)
    assert total(line for line in done if line.kind is not Kind.DELIVERY) == total(whole), (whole, done)
    assert sum(one.amount for one in explain(estimate, done)) == total(done) - total(estimate)


def taken(lines: list[MoneyLine], kind: Kind, item: int | None = None) -> int:
    return -sum(line.amount for line in lines if line.kind is kind and line.item == item)


def undone(order: Order, now: list[Part], chance: Random) -> list[MoneyLine]:
    """All of it is back with this."""
    going = sum(len(part.numbers) for part in now)
    out = sum(line.paid.quantity - line.cancelled for line in order.lines) - sum(order.given)
    if going < out or order.sent_back or not order.delivery:
        return []
    order.sent_back = True
    return [MoneyLine(Kind.DELIVERY, order.delivery)]


def pay(order: Order, lines: tuple[MoneyLine, ...], now: list[Part], *, in_proportion: bool, as_credit: bool) -> list[MoneyLine]:
    final = limited(lines, order.left)
    assert final == lines, "what the units are worth is never more than what is left"
    amount = total(final)
    assert amount >= 0
    for part in now:
        order.given.append(len(part.numbers))
        line = order.lines[part.item]
        line.back += worth(line.paid, part.numbers).amount
        assert line.back <= line.whole
    principal = amount - bonus(final)
    if as_credit:
        order.principal += principal
        assert order.left >= 0
        return list(final)
    for place, share in enumerate(split(principal, order.tenders, in_proportion=in_proportion)):
        assert 0 <= share <= order.tenders[place]
        order.tenders[place] -= share
        principal -= share
    assert principal == 0
    return list(final)


def test_of_twenty_thousand_orders_each_cent_is_accounted_for() -> None:
    chance = Random(6)
    for _ in range(ORDERS):
        order = an_order(chance)
        paid = sum(order.tenders)
        while any(line.free for line in order.lines):
            a_return(order, chance)
        assert all(line.back == line.whole for line in order.lines), "all units together are worth what was paid"
        assert 0 <= order.left <= paid
