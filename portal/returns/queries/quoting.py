"""What each outcome of a draft comes to, to the cent, and when it is there: before anything is sent."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.billing.models import Attempt, Invoice
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order, OrderLine
from portal.orders.queries.payment import delivery_of
from portal.payments import Result
from portal.returns import money
from portal.returns.models import Exchange, Fault, Outcome, Way, free_units
from portal.returns.money import Kind, MoneyLine, Paid, Part
from portal.returns.policy.outcomes import SWAPS, offers
from portal.returns.policy.promises import Promise, credited_by, looked_at_by, promise
from portal.returns.queries.drafts import Draft, DraftItem
from portal.returns.queries.instead import Instead, instead_of
from portal.returns.queries.paid import delivery_line, is_known, left_for


@dataclass(frozen=True)
class QuotedOutcome:
    """One that may be chosen for an item."""

    outcome: Outcome
    is_instant: bool
    amount: int
    """What comes back, with the bonus; 0 where something is sent instead, and where only the shop can reckon it."""
    bonus: int
    by: date
    """When it is there."""
    lines: tuple[MoneyLine, ...]


@dataclass(frozen=True)
class QuotedItem:
    item: DraftItem
    paid: int
    """For the units that go back, tax included; where that is not known, all that can still go back of their order."""
    outcomes: tuple[QuotedOutcome, ...]
    instead: tuple[Instead, ...]
    """What may go out, where an exchange is among the outcomes."""
    is_known: bool = True
    """Whether what was paid for it is known; else the shop reckons what comes back."""

    def quoted(self, outcome: Outcome) -> QuotedOutcome | None:
        return next((one for one in self.outcomes if one.outcome is outcome), None)


Chosen = Mapping[int, tuple[Outcome, Instead | None]]
"""By the items' ids: what is given for each, and what goes out for it if something does."""


@dataclass(frozen=True)
class Card:
    brand: str
    last4: str


class Units:
    """The orders of a draft as they are stored, with the units of each line that it would take. A question or two for each order."""

    def __init__(self, draft: Draft) -> None:
        ids = {item.order.id for item in draft.items}
        self.orders = {order.id: order for order in db.session.scalars(select(Order).where(Order.id.in_(ids)))}
        self.lines = {line.id: line for order in self.orders.values() for line in order.lines}
        self.known = {order.id for order in self.orders.values() if is_known(order)}
        self.free = {line: numbers for order in self.orders.values() for line, numbers in free_units(order).items()}

    def line(self, item: DraftItem) -> OrderLine:
        return self.lines[item.line.id]

    def is_known(self, item: DraftItem) -> bool:
        return item.order.id in self.known

    def numbers(self, item: DraftItem) -> list[int]:
        return self.free[item.line.id][: item.quantity]

    def part(self, item: DraftItem, outcome: Outcome) -> Part:
        line, order, terms = self.line(item), self.orders[item.order.id], item.order.terms
        paid = Paid(line.amount - line.discount, line.tax, line.quantity, order.tax_included)
        fee = terms.restocking_bp(item.reason, outcome, may_withdraw=item.line.verdict.may_withdraw)
        return Part(item.id, paid, self.numbers(item), outcome, fee, terms.bonus_bp)

    def are_whole(self, draft: Draft) -> list[Order]:
        """The orders of which nothing is left and nothing went back before."""
        chosen = draft.quantities
        whole = [order for order in self.orders.values() if order.id in self.known]
        return [order for order in whole if all(chosen.get(line.id, 0) == line.quantity for line in order.lines)]


def quoted(draft: Draft, *, at: datetime) -> tuple[QuotedItem, ...]:
    """Each item with all that may be chosen for it, as if it were sent tomorrow."""
    units, told = Units(draft), promise(at + timedelta(days=1), shop())
    return tuple(_quoted(item, draft, units, told, at) for item in draft.items)


def estimated(draft: Draft, outcomes: Chosen, way: Way) -> tuple[MoneyLine, ...]:
    """All of it, with these outcomes by the items' ids, line by line; what only the shop can reckon stands in it with 0."""
    units = Units(draft)
    parts, by_shop = [], []
    for item in draft.items:
        outcome, instead = outcomes[item.id]
        if outcome is Outcome.REPLACEMENT or (outcome is Outcome.EXCHANGE and (instead is None or instead.difference >= 0)):
            continue
        if not units.is_known(item):
            by_shop.append(MoneyLine(Kind.BY_SHOP, 0, item.id, item.quantity))
            continue
        goes_out = instead.credit + instead.difference if instead else 0
        part = units.part(item, Outcome.REFUND if outcome is Outcome.KEEP else outcome)
        parts.append(replace(part, goes_out=goes_out))
    return (*money.reckon(parts, label=way_fee(draft, outcomes, way), delivery=_delivery(draft, outcomes, units)), *by_shop)


def at_the_most(draft: Draft, lines: Sequence[MoneyLine]) -> int:
    """No more than so much comes back: what is known of it, and all that is left of the orders that the shop has to reckon."""
    by_shop = {line.item for line in lines if line.kind is Kind.BY_SHOP}
    order_ids = {item.order.id for item in draft.items if item.id in by_shop}
    return money.total(lines) + sum(left_for(db.session.get_one(Order, order_id)) for order_id in order_ids)


def way_fee(draft: Draft, outcomes: Chosen, way: Way) -> int:
    """What this way costs the customer, once: the least by any of the versions that its items are judged by."""
    asked = [(item.reason, outcomes[item.id][0]) for item in draft.items]
    return min(item.order.terms.way_fee(way, draft.currency, asked) for item in draft.items)


def is_withdrawal(draft: Draft, outcomes: Chosen) -> bool:
    """Who says why within the time for a withdrawal has no less than who does not: docs/decisions/reason-or-none.md"""
    own = all(item.order.terms.fault(item.reason) is Fault.CUSTOMER for item in draft.items)
    return draft.is_withdrawal or (draft.may_withdraw and own and all(outcome is Outcome.REFUND for outcome, _ in outcomes.values()))


def _delivery(draft: Draft, outcomes: Chosen, units: Units) -> list[MoneyLine]:
    """What it had cost to send an order that goes back as a whole, where the law or the fault says so."""
    faulty = all(item.order.terms.fault(item.reason) is not Fault.CUSTOMER for item in draft.items)
    whole = units.are_whole(draft) if faulty or is_withdrawal(draft, outcomes) else []
    return [delivery_line(order, is_faulty=faulty) for order in whole if delivery_of(order)]


def cards_paid_with(order_ids: Sequence[int]) -> list[Card]:
    """With which these orders were paid, as far as that is known here."""
    paid = select(Attempt.brand, Attempt.last4, Order.id).join(Invoice, Invoice.id == Attempt.invoice_id)
    paid = paid.join(Order, Order.source_ref == Invoice.provider_ref).where(Order.id.in_(order_ids), Attempt.result == Result.PAID)
    found = defaultdict[Card, set[int]](set)
    for brand, last4, order_id in db.session.execute(paid.order_by(Attempt.id)):
        if last4:
            found[Card(brand, last4)].add(order_id)
    return list(found)


def chosen_instead(item_ids: Sequence[int]) -> dict[int, str]:
    """The SKU of what was chosen to go out for each item."""
    rows = select(Exchange.return_item_id, Exchange.sku).where(Exchange.return_item_id.in_(item_ids))
    return {item_id: sku for item_id, sku in db.session.execute(rows) if item_id is not None}


def _quoted(item: DraftItem, draft: Draft, units: Units, told: Promise, at: datetime) -> QuotedItem:
    line, numbers = units.line(item), units.numbers(item)
    known = units.is_known(item)
    paid = money.worth(units.part(item, Outcome.REFUND).paid, numbers).amount if known else left_for(units.orders[item.order.id])
    terms, verdict, flag = item.order.terms, item.line.verdict, item.order.flag
    offered = offers(verdict, terms, item.why, worth=paid, currency=draft.currency, flag=flag, is_exception=draft.is_exception)
    found = []
    for offer in offered:
        lines: tuple[MoneyLine, ...] = ()
        if known and offer.outcome not in SWAPS:
            lines = money.reckon([units.part(item, Outcome.REFUND if offer.outcome is Outcome.KEEP else offer.outcome)])
        is_instant = offer.is_instant and (known or offer.outcome in (*SWAPS, Outcome.KEEP))
        by = _there_by(offer.outcome, told, is_instant=is_instant, at=at)
        found.append(QuotedOutcome(offer.outcome, is_instant, money.total(lines), money.bonus(lines), by, lines))
    instead: Sequence[Instead] = ()
    if any(one.outcome is Outcome.EXCHANGE for one in found):
        instead = [one for one in instead_of(line, numbers) if known or one.is_same_product]
        if not instead:
            found = [one for one in found if one.outcome is not Outcome.EXCHANGE]
    return QuotedItem(item, paid, tuple(found), tuple(instead), known)


def _there_by(outcome: Outcome, told: Promise, *, is_instant: bool, at: datetime) -> date:
    issued_on = looked_at_by(at, shop()) if is_instant else told.issued_on
    if outcome in (Outcome.EXCHANGE, Outcome.REPLACEMENT):
        return shop().arrival_after(datetime.combine(issued_on, shop().opens, shop().zone))
    return issued_on if outcome is Outcome.STORE_CREDIT else credited_by(issued_on)
