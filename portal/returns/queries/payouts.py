"""What became of the money of a return or a claim: each way it went, how far it is, and by when it is there."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from portal.billing.models import Attempt, Refund, StoreCredit, Why
from portal.kit.db import db
from portal.kit.shop import shop
from portal.returns.models import Acceptance, Claim, Payout, PayoutKind, Reception, Return
from portal.returns.money import Because, Difference, MoneyLine, explain, from_json, is_open, total
from portal.returns.policy.promises import credited_by
from portal.returns.queries.failures import can_credit
from portal.returns.queries.passport import ShownReturn

BY_HAND = timedelta(days=2)
DECIDED = Acceptance.ACCEPTED, Acceptance.REJECTED
WAITED_FOR = Reception.AWAITING, Reception.PARTIALLY_RECEIVED


@dataclass(frozen=True)
class ShownPart:
    """What went one way."""

    to: str
    """card, credit, bonus or hand."""
    amount: int
    state: str
    """asked, issued or failed."""
    issued_at: datetime | None = None
    by: date | None = None
    """By when it is there; None of what is there at once, or failed."""
    brand: str = ""
    last4: str = ""
    status: str = ""
    """Of a card, the provider's word."""
    reference: str | None = None
    """The bank's number, by which it can trace the money."""


@dataclass(frozen=True)
class ShownPayout:
    id: int
    kind: PayoutKind
    amount: int
    bonus: int
    currency: str
    decided_at: datetime
    lines: tuple[MoneyLine, ...]
    instead_of_id: int | None
    parts: tuple[ShownPart, ...]
    missing: int = 0
    """What of it failed, and did not go another way yet."""


@dataclass(frozen=True)
class ShownMoney:
    """All of it, as it was promised and as it is."""

    currency: str
    estimate: tuple[MoneyLine, ...] | None
    """None where what was paid is not known, or nothing was promised."""
    final: tuple[MoneyLine, ...]
    payouts: tuple[ShownPayout, ...]
    differences: tuple[Difference, ...]
    is_whole: bool
    """Whether nothing more is decided: until then less than was estimated is no difference."""

    def titles(self, return_: ShownReturn) -> dict[int, str]:
        return {item.id: item.title for item in return_.items}

    @property
    def estimated(self) -> int:
        return total(self.estimate or ())

    @property
    def is_open(self) -> bool:
        """Whether somebody at the shop has to reckon what comes back for something of it, or has."""
        return is_open(self.estimate or ()) or is_open(self.final)

    @property
    def by_shop(self) -> tuple[Difference, ...]:
        """What somebody has reckoned so far, and why."""
        return tuple(one for one in explain((), self.final) if one.because is Because.BY_SHOP)

    @property
    def given(self) -> int:
        return total(self.final)


def money_of(return_: ShownReturn) -> ShownMoney:
    payouts = payouts_of(return_id=return_.id)
    final = tuple(line for payout in payouts if payout.instead_of_id is None for line in payout.lines)
    estimate = from_json(return_.estimate) if return_.estimate is not None else None
    is_whole = bool(payouts) and return_.closed_at is not None
    is_whole = is_whole or all(item.acceptance in DECIDED and item.reception not in WAITED_FOR for item in return_.items)
    differences = explain(estimate, final) if estimate is not None and is_whole and payouts else ()
    return ShownMoney(return_.currency, estimate, final, payouts, differences, is_whole)


def payouts_of(*, return_id: int | None = None, claim_id: int | None = None) -> tuple[ShownPayout, ...]:
    """The oldest first. Three questions for any number of them."""
    which = Payout.return_id == return_id if return_id is not None else Payout.claim_id == claim_id
    found = db.session.scalars(select(Payout).where(which).order_by(Payout.id)).all()
    if not found:
        return ()
    parts = _parts(list(found))
    shown = {payout.id: _shown(payout, parts[payout.id]) for payout in found}
    for again in found:
        if again.instead_of_id in shown:
            before = shown[again.instead_of_id]
            shown[before.id] = replace(before, missing=before.missing - again.amount)
    return tuple(shown.values())


def _shown(payout: Payout, parts: list[ShownPart]) -> ShownPayout:
    if payout.by_hand:
        done_at, by = payout.by_hand_done_at, (payout.decided_at + BY_HAND).astimezone(shop().zone).date()
        parts = [*parts, ShownPart("hand", payout.by_hand, "issued" if done_at else "asked", done_at, None if done_at else by)]
    return ShownPayout(
        payout.id, payout.kind, payout.amount, payout.bonus, payout.currency, payout.decided_at, from_json(payout.lines),
        payout.instead_of_id, tuple(parts), sum(part.amount for part in parts if part.state == "failed"),
    )  # fmt: skip


def _parts(payouts: list[Payout]) -> dict[int, list[ShownPart]]:
    found: dict[int, list[ShownPart]] = defaultdict(list)
    rows = select(Refund, Attempt.brand, Attempt.last4).join(Attempt, Attempt.id == Refund.attempt_id)
    for refund, brand, last4 in db.session.execute(rows.where(_of(Refund, payouts)).order_by(Refund.id)):
        issued_at = refund.done_at if refund.counts else None
        on = credited_by(issued_at.astimezone(shop().zone).date()) if issued_at else None
        state = "failed" if not refund.counts else "issued" if issued_at else "asked"
        part = ShownPart("card", refund.amount, state, issued_at, on, brand, last4, refund.status, refund.reference)
        found[_number(refund.because)].append(part)
    for credit in db.session.scalars(select(StoreCredit).where(_of(StoreCredit, payouts)).order_by(StoreCredit.id)):
        state = "failed" if not credit.counts else "issued" if credit.done_at else "asked"
        to = "bonus" if credit.why is Why.BONUS else "credit"
        found[_number(credit.because)].append(ShownPart(to, credit.amount, state, credit.done_at if credit.counts else None))
    return found


def _of(rows: type[Refund] | type[StoreCredit], payouts: list[Payout]) -> ColumnElement[bool]:
    return or_(*[rows.because.startswith(f"{payout.because},") for payout in payouts])


def _number(because: str) -> int:
    return int(because.partition(",")[0].partition(":")[2])


@dataclass(frozen=True)
class Failed:
    """What of a payout did not arrive."""

    amount: int
    currency: str
    path: str
    """Of the page of what it was for."""
    can_credit: bool


def failed(payout_id: int, customer_id: int) -> Failed | None:
    """None if the customer has no such payout."""
    payout = db.session.get(Payout, payout_id)
    if payout is None:
        return None
    subject = db.session.get_one(Return, payout.return_id) if payout.return_id else db.session.get_one(Claim, payout.claim_id)
    if subject.customer_id != customer_id:
        return None
    shown = payouts_of(return_id=payout.return_id, claim_id=payout.claim_id)
    amount = next(one.missing for one in shown if one.id == payout_id)
    path = f"/returns/{subject.rma}" if isinstance(subject, Return) else f"/claims/{subject.reference}"
    return Failed(amount, payout.currency, path, can_credit(customer_id, payout.currency))


def payout(payout_id: int) -> Payout:
    return db.session.get_one(Payout, payout_id)
