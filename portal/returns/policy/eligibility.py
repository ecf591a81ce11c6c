"""What of an order can go back, until when, by which right, and if not, why: every reason is kept. docs/decisions/returns-policy.md"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from portal.kit.shop import Shop
from portal.returns.models import FlagKind
from portal.returns.policy.facts import LineFacts
from portal.returns.policy.terms import Terms, Which
from portal.returns.policy.windows import Window, arrived_by, day_of, end_of, is_due, is_there, reckoned, withdraw_before
from portal.returns.policy.windows import window as window_of


class Right(StrEnum):
    WITHDRAWAL = "withdrawal"
    """The law's: for any reason or none, without a restocking fee, whatever the shop's policy says."""
    POLICY = "policy"
    """The shop's own."""


class Code(StrEnum):
    FINAL_SALE = "FINAL_SALE"
    RETURN_WINDOW_EXPIRED = "RETURN_WINDOW_EXPIRED"
    RETURNED = "RETURNED"
    UNFULFILLED = "UNFULFILLED"
    OTHER = "OTHER"


class Still(StrEnum):
    """What is possible where it can't go back, or not yet."""

    WAIT = "wait"
    """Until it is there."""
    SEE = "see"
    """The return or the claim that it is in."""
    CLAIM = "claim"
    """If something is wrong with it."""
    WRITE = "write"
    """To the shop."""


@dataclass(frozen=True)
class Against:
    """Why it can't go back by one of the rights."""

    code: Code
    rule: str
    """The key of what says so, such as `windows.categories.food` of the policy, or `withdrawal`."""
    over_at: datetime | None = None
    """When the time for it ended."""
    days: int | None = None
    """How many there were."""


@dataclass(frozen=True)
class Verdict:
    units: int
    """So many are there and free."""
    rights: tuple[Right, ...]
    """By which they can go back now, the law's first; none where nothing can."""
    against: tuple[Against, ...]
    """All reasons against any of the rights, in the order of the rules."""
    withdraw_before: datetime | None = None
    """The moment at which the law's time is over. None where it does not count, or has not begun to run."""
    policy_before: datetime | None = None
    """The same of the shop's own."""
    window: str = ""
    """The key of the window that counts, such as `windows.default`."""
    days: int | None = None
    """How long that is."""
    exchange_only: str | None = None
    """The key of the rule by which only something else is given for it, unless the law says more."""
    still: tuple[Still, ...] = ()

    @property
    def may_return(self) -> bool:
        return bool(self.rights)

    @property
    def may_withdraw(self) -> bool:
        return Right.WITHDRAWAL in self.rights

    @property
    def by_policy(self) -> bool:
        return Right.POLICY in self.rights

    @property
    def before(self) -> datetime | None:
        """The moment from which on nothing can go back any more; None if no end is known yet, or nothing can."""
        if self.may_withdraw and self.withdraw_before is None:
            return None
        ends = [self.withdraw_before if right is Right.WITHDRAWAL else self.policy_before for right in self.rights]
        return max(filter(None, ends), default=None)

    @property
    def swap_only(self) -> bool:
        """Whether the money can't come back, only something else."""
        return self.exchange_only is not None and not self.may_withdraw

    def against_the_rules(self) -> "Verdict":
        """As if the shop's own rules let it go back, for the money too: staff decided so. What has not come, or is taken, still can't."""
        return replace(self, rights=self.rights or (Right.POLICY,), exchange_only=None, still=()) if self.units else self


def judge(line: LineFacts, terms: Terms, *, at: datetime, shop: Shop) -> Verdict:
    """The rules in their order. The first say what there is to send; then each right is looked at by itself, the law's first."""
    units, nothing = _units(line, at=at, shop=shop)
    withdraw_before, lawful = _withdrawal(line, terms, at=at, shop=shop)
    window = window_of(line, terms, at=at, shop=shop)
    own = _policy(line, terms, window, at=at)
    rights = [right for right, against in ((Right.WITHDRAWAL, lawful), (Right.POLICY, own)) if not against and not nothing]
    return Verdict(
        units=units,
        rights=tuple(rights),
        against=(*nothing, *lawful, *own),
        withdraw_before=withdraw_before,
        policy_before=window.before,
        window=window.rule,
        days=window.days,
        exchange_only=_named("exchange_only", terms.exchange_only, line),
        still=() if rights else _still(line, terms, nothing, at=at, shop=shop),
    )


def _units(line: LineFacts, *, at: datetime, shop: Shop) -> tuple[int, tuple[Against, ...]]:
    if line.cancelled >= line.quantity:
        return 0, (Against(Code.UNFULFILLED, "cancelled"),)
    units = max(0, min(line.free, _there(line, at=at, shop=shop) - line.returned))
    if units:
        return units, ()
    against = []
    if line.free > 0:
        coming = [parcel for parcel in line.parcels if parcel.units and not parcel.never_comes]
        against.append(Against(Code.UNFULFILLED, "arrival" if coming or not line.parcels else "lost"))
    if line.returned + line.missed > 0:
        against.append(Against(Code.RETURNED, "returned"))
    return 0, tuple(against)


def _there(line: LineFacts, *, at: datetime, shop: Shop) -> int:
    """How many units have come."""
    if not line.parcels:
        return line.quantity - line.cancelled if is_due(line.placed_at, at=at, shop=shop) else 0
    return sum(parcel.units for parcel in line.parcels if is_there(parcel, at=at, shop=shop))


def _withdrawal(line: LineFacts, terms: Terms, *, at: datetime, shop: Shop) -> tuple[datetime | None, tuple[Against, ...]]:
    """Until when, and what speaks against it."""
    law = terms.withdrawal
    if not law.counts_in(line.country):
        return None, (Against(Code.OTHER, "withdrawal.countries"),)
    if excluded := _named("withdrawal.excluded", law.excluded, line):
        return None, (Against(Code.OTHER, excluded),)
    before = withdraw_before(line, terms, shop=shop)
    return before, (Against(Code.RETURN_WINDOW_EXPIRED, "withdrawal.days", before, law.days),) if before and at >= before else ()


def _policy(line: LineFacts, terms: Terms, window: Window, *, at: datetime) -> tuple[Against, ...]:
    against = []
    if rule := _named("final_sale", terms.final_sale, line):
        against.append(Against(Code.FINAL_SALE, rule))
    if window.before and at >= window.before:
        against.append(Against(Code.RETURN_WINDOW_EXPIRED, window.rule, window.before, window.days))
    if terms.returns_per_order is not None and line.returns_of_order >= terms.returns_per_order:
        against.append(Against(Code.OTHER, "returns_per_order"))
    if line.flag is FlagKind.BLOCKED:
        against.append(Against(Code.OTHER, "blocked"))
    return tuple(against)


def _named(rule: str, which: Which, line: LineFacts) -> str | None:
    found = which.rule_for(line.sku, line.category)
    return f"{rule}.{found}" if found else None


def _still(line: LineFacts, terms: Terms, nothing: tuple[Against, ...], *, at: datetime, shop: Shop) -> tuple[Still, ...]:
    rules = {against.rule for against in nothing}
    if "cancelled" in rules:
        return ()
    found = [still for rule, still in (("arrival", Still.WAIT), ("lost", Still.CLAIM), ("returned", Still.SEE)) if rule in rules]
    if not nothing and at < claim_before(line, terms, shop):
        found.append(Still.CLAIM)
    return (*found, Still.WRITE)


def claim_before(line: LineFacts, terms: Terms, shop: Shop) -> datetime:
    """The moment from which on nothing can be claimed about it any more."""
    came = [arrived_by(parcel, terms, shop) for parcel in line.parcels if parcel.units]
    since = max(filter(None, came), default=reckoned(line.placed_at, terms, shop))
    return end_of(day_of(since, shop) + timedelta(days=terms.claim_days), shop)
