"""What other rules would have made of the returns of last month: each is judged again as of the moment when it was sent in."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import OrderLine
from portal.returns.models import FlagKind, Return, ReturnItem, ReturnStatus, Way
from portal.returns.models.return_ import GIVEN_UP
from portal.returns.policy.eligibility import Verdict, judge
from portal.returns.policy.outcomes import Asked, Review, offers, review_reasons
from portal.returns.policy.standard import STANDARD
from portal.returns.policy.terms import Terms
from portal.returns.queries.policies import policies
from portal.returns.queries.returnable import ReturnableLine, ReturnableOrder, judged

SPAN = timedelta(days=30)
MOST = 1000
"""Returns, the newest ones: a shop with more of them sees the same in these."""


class Effect(StrEnum):
    """What would be otherwise, the gravest first."""

    REFUSED = "refused"
    """It could not have gone back."""
    ALLOWED = "allowed"
    """It could have, where it was an exception."""
    OTHER_OUTCOME = "other outcome"
    """What was chosen for it would not have been offered."""
    FEES = "fees"
    LOOKED_AT = "looked at"
    """A person would have had to look at it first."""
    NOT_LOOKED_AT = "not looked at"
    LATER = "later"
    """What the customer got at once would have waited for the parcel."""
    AT_ONCE = "at once"


@dataclass(frozen=True)
class Foreseen:
    rma: str
    effects: tuple[Effect, ...]
    rules: tuple[str, ...]
    """By which it would be refused, as keys of the policy."""
    fees_before: int
    """In minor units of its currency."""
    fees_after: int
    currency: str


@dataclass(frozen=True)
class Foresight:
    looked_at: int
    has_more: bool
    """Than were looked at."""
    changed: tuple[Foreseen, ...]
    """The newest first."""

    @property
    def counts(self) -> list[tuple[Effect, int]]:
        numbers = [(effect, sum(effect in one.effects for one in self.changed)) for effect in Effect]
        return [(effect, number) for effect, number in numbers if number]


@dataclass(frozen=True)
class _Item:
    row: Any
    order: ReturnableOrder
    line: ReturnableLine

    @property
    def worth(self) -> int:
        return self.line.paid * int(self.row.quantity) // max(1, self.line.quantity)

    def verdict(self, terms: Terms, *, at: datetime) -> Verdict:
        """As of then: what it holds itself is free, and the returns that came after it are not there yet."""
        facts = replace(self.line.facts, returned=0, missed=0, returns_of_order=max(0, self.line.facts.returns_of_order - 1))
        return judge(facts, terms, at=at, shop=shop())


@dataclass(frozen=True)
class _Result:
    """Of one return, by some rules."""

    against: tuple[str, ...]
    is_offered: bool
    is_instant: bool
    fees: int
    review: tuple[Review, ...]


def foresee(draft: Terms, *, at: datetime) -> Foresight:
    """In as many questions for a thousand returns as for one."""
    columns = Return.id, Return.rma, Return.currency, Return.customer_id, Return.submitted_at, Return.way, Return.is_withdrawal
    lately = select(*columns).where(Return.submitted_at > at - SPAN, Return.submitted_at <= at, Return.status != ReturnStatus.DRAFT)
    rows = db.session.execute(lately.order_by(Return.submitted_at.desc(), Return.id.desc()).limit(MOST + 1)).all()
    returns = rows[:MOST]
    items, earlier = _items([one.id for one in returns], at), _earlier({one.customer_id for one in returns})
    known: dict[int | None, Terms] = {None: STANDARD, **{policy.id: policy.terms for policy in policies().versions}}
    changed = []
    for one in returns:
        before = _result(one, items[one.id], [known[item.row.policy_id] for item in items[one.id]], earlier)
        after = _result(one, items[one.id], [draft for _ in items[one.id]], earlier)
        if effects := _effects(before, after):
            changed.append(Foreseen(one.rma, effects, after.against, before.fees, after.fees, one.currency))
    return Foresight(len(returns), len(rows) > MOST, tuple(changed))


def _items(return_ids: Sequence[int], at: datetime) -> dict[int, list[_Item]]:
    columns = ReturnItem.return_id, ReturnItem.quantity, ReturnItem.reason, ReturnItem.outcome, ReturnItem.policy_id
    rows = select(*columns, OrderLine.id.label("line_id"), OrderLine.order_id).join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
    found = db.session.execute(rows.where(ReturnItem.return_id.in_(return_ids)).order_by(ReturnItem.id)).all()
    orders = judged(sorted({row.order_id for row in found}), at=at)
    items = defaultdict[int, list[_Item]](list)
    for row in found:
        order = orders[row.order_id]
        items[row.return_id].append(_Item(row, order, next(line for line in order.lines if line.id == row.line_id)))
    return items


def _earlier(customer_ids: set[int | None]) -> Mapping[int, Sequence[datetime]]:
    """When these customers sent in returns that were not given up: for rules that look at who returns often."""
    theirs = select(Return.customer_id, Return.submitted_at).where(
        Return.customer_id.in_(customer_ids - {None}), Return.submitted_at.is_not(None), Return.status.not_in(GIVEN_UP)
    )
    found = defaultdict[int, list[datetime]](list)
    for customer_id, submitted_at in db.session.execute(theirs):
        if customer_id is not None and submitted_at is not None:
            found[customer_id].append(submitted_at)
    return found


def _result(one: Any, items: Sequence[_Item], terms: Sequence[Terms], earlier: Mapping[int, Sequence[datetime]]) -> _Result:
    at, pairs = one.submitted_at, list(zip(items, terms, strict=True))
    verdicts = [item.verdict(rules, at=at) for item, rules in pairs]
    against = [rule.rule for verdict in verdicts if not verdict.may_return for rule in verdict.against]
    flag = items[0].order.flag if items else None
    offered = [_offer(one, item, rules, verdict, flag) for (item, rules), verdict in zip(pairs, verdicts, strict=True)]
    asked = Asked(
        worth=sum(item.worth for item in items), currency=one.currency, flag=flag, returns_lately=_lately(one, terms, earlier),
        reasons=tuple(item.row.reason for item in items), is_withdrawal=one.is_withdrawal,
    )  # fmt: skip
    return _Result(
        against=tuple(dict.fromkeys(against)),
        is_offered=all(offer is not None for offer in offered),
        is_instant=all(offered),
        fees=_fees(one, pairs, verdicts),
        review=review_reasons(asked, terms),
    )


def _offer(one: Any, item: _Item, rules: Terms, verdict: Verdict, flag: FlagKind | None) -> bool | None:
    """Whether what was chosen came at once; None where it would not be offered."""
    reason = None if one.is_withdrawal and not item.row.reason else rules.reason(item.row.reason)
    found = offers(verdict, rules, reason, worth=item.worth, currency=one.currency, flag=flag)
    return next((offer.is_instant for offer in found if offer.outcome is item.row.outcome), None)


def _fees(one: Any, pairs: Sequence[tuple[_Item, Terms]], verdicts: Sequence[Verdict]) -> int:
    kept = [
        item.worth * rules.restocking_bp(item.row.reason, item.row.outcome, may_withdraw=verdict.may_withdraw) // 10_000
        for (item, rules), verdict in zip(pairs, verdicts, strict=True)
    ]
    asked = [(item.row.reason, item.row.outcome) for item, _ in pairs]
    return sum(kept) + min((rules.way_fee(one.way or Way.NONE, one.currency, asked) for _, rules in pairs), default=0)


def _lately(one: Any, terms: Sequence[Terms], earlier: Mapping[int, Sequence[datetime]]) -> int:
    since = one.submitted_at - timedelta(days=max((rules.review.within_days for rules in terms), default=0))
    return sum(since < moment < one.submitted_at for moment in earlier.get(one.customer_id, ()))


def _effects(before: _Result, after: _Result) -> tuple[Effect, ...]:
    if after.against or before.against:
        both = {Effect.REFUSED: after.against and not before.against, Effect.ALLOWED: before.against and not after.against}
        return tuple(effect for effect, counts in both.items() if counts)
    found = {
        Effect.OTHER_OUTCOME: before.is_offered and not after.is_offered,
        Effect.FEES: before.fees != after.fees,
        Effect.LOOKED_AT: bool(after.review) and not before.review,
        Effect.NOT_LOOKED_AT: bool(before.review) and not after.review,
        Effect.LATER: after.is_offered and before.is_instant and not after.is_instant,
        Effect.AT_ONCE: before.is_offered and after.is_instant and not before.is_instant,
    }
    return tuple(effect for effect, counts in found.items() if counts)
