"""What staff decide about a claim: approved with money, the same again or both; denied; done. The claim is locked (`locks.py`)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.actions.claims import free_again
from portal.returns.actions.closing import have_arrived
from portal.returns.actions.dispatching import replace_for_claim
from portal.returns.actions.paying_out import ByShop, pay_out_claim
from portal.returns.actions.refunding import must_be_within
from portal.returns.emails import claims as emails
from portal.returns.models import Claim, Exchange, Payout, Wish
from portal.returns.not_now import NotSettled, ReasonNeeded
from portal.returns.not_paid import NotKnownWhatWasPaid
from portal.tasks.actions import finish_tasks
from portal.timeline import Actor, deed

TASK = "claim"
DENY_REASONS = "not shown", "delivered", "not ours", "too late", "other"
"""In words they stand in templates/returns/_pieces.html and in the mail."""


def approve_claim(
    claim: Claim,
    given: Mapping[int, Wish],
    *,
    amounts: Mapping[int, int] | None = None,
    words: str,
    is_lead: bool,
    by: Actor,
    at: datetime,
) -> None:
    """What is given for which line, by its id; the others are the customer's again. Money goes back at once; the same again is an order.

    `amounts` are what somebody reckoned for lines of an order that does not say what was paid for each; `words` then say why.
    Raises DecidedAlready, NothingGiven, ReasonNeeded, AskALead, and what `pay_out_claim` raises.
    """
    with deed(claim, "approve claim", by=by, at=at, touching=claim.lines, facts=_named(claim)) as doing:
        claim.approve(given, at=at)
        claim.note_to_customer = words
        doing.facts["resolution"] = str(claim.resolution)
    payouts: list[Payout] = []
    if money := {line.id: line.quantity for line in claim.lines if line.given is Wish.REFUND}:
        if amounts and not words:
            raise ReasonNeeded
        by_shop = {line_id: ByShop(amount, words) for line_id, amount in (amounts or {}).items()}
        payouts = pay_out_claim(claim, money, by_shop=by_shop, by=by, at=at)
        if {line.id for line in claim.lines if any(unit.payout_id for unit in line.units)} < set(money):
            raise NotKnownWhatWasPaid
        must_be_within(payouts, is_lead=is_lead)
    order = None
    if Wish.REPLACEMENT in given.values():
        order = replace_for_claim(claim, by=by, at=at)
    finish_tasks(TASK, claim, at=at)
    amount = sum(payout.amount for payout in payouts)
    emails.send_approved(claim, amount=amount, currency=payouts[0].currency if payouts else "", replaced_by=order, at=at)


def deny_claim(claim: Claim, reason: str, *, words: str, by: Actor, at: datetime) -> None:
    """`reason` is one of `DENY_REASONS`; what it was about can be sent back or claimed again. Raises DecidedAlready, ReasonNeeded."""
    with deed(claim, "deny claim", by=by, at=at, facts=_named(claim) | {"reason": reason}):
        claim.deny(reason if reason in DENY_REASONS else "", at=at)
        claim.note_to_customer = words
    free_again(claim)
    finish_tasks(TASK, claim, at=at)
    emails.send_denied(claim, at=at)


def resolve_claim(claim: Claim, *, by: Actor, at: datetime) -> None:
    """All that was given is there, or on its way. Raises DecidedAlready, NotSettled."""
    with deed(claim, "resolve claim", by=by, at=at, facts=_named(claim)):
        claim.resolve(at=at)
        if not is_settled(claim):
            raise NotSettled
    finish_tasks(TASK, claim, at=at)
    emails.send_resolved(claim, at=at)


def is_settled(claim: Claim) -> bool:
    """Whether its money has arrived, and its replacement was ordered."""
    waiting = select(Exchange.id).where(Exchange.claim_id == claim.id, Exchange.order_id.is_(None))
    return have_arrived(Payout.claim_id == claim.id) and db.session.scalar(waiting.limit(1)) is None


def note_on_claim(claim: Claim, words: str, *, by: Actor, at: datetime) -> None:
    """For staff: never shown to the customer."""
    with deed(claim, "note on claim", by=by, at=at, facts=_named(claim)):
        claim.note_of_staff = words


def _named(claim: Claim) -> dict[str, object]:
    return {"reference": claim.reference}
