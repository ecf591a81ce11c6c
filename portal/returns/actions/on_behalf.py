"""Staff send something back for a customer: by the same rules and deeds as the customer, and against a rule only with a lead's reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import Customer
from portal.orders.models import Order
from portal.returns.actions import drafting, starting, submitting
from portal.returns.models import Outcome, Return, ReturnStatus, Way
from portal.returns.not_now import AgainstTheRules, AskALead
from portal.returns.policy.outcomes import Review, lacks
from portal.returns.queries.drafts import Draft, draft
from portal.returns.queries.on_behalf import put_down_as
from portal.returns.queries.quoting import QuotedItem, quoted
from portal.returns.refusals import (
    AmountIsAnother,
    AnswerMissing,
    InsteadMissing,
    MayNotGoBack,
    OutcomeNotOffered,
    ReasonMissing,
    WayNotOffered,
)
from portal.timeline import Actor


@dataclass(frozen=True)
class Line:
    """What is said of one line of an order."""

    quantity: int
    reason: str | None
    """Its key in the policy's tree; None for a withdrawal, which needs none."""
    detail: str
    answer: str
    outcome: Outcome
    instead: str
    """The SKU of what goes out, where something else does."""


@dataclass(frozen=True)
class Wanted:
    lines: Mapping[int, Line]
    draft: str
    """The key of the form: sent twice, it makes one return."""
    words: str
    against: str
    """Why it goes back against the rules."""


def put_down(customer: Customer, orders: Sequence[Order], wanted: Wanted, *, is_lead: bool, by: Actor, at: datetime) -> Return:
    """Keep it as a draft, so that it can be looked at with its amounts; what was sent in already stays as it is.

    `orders` are the customer's, locked, and hold all lines. Raises a Refusal; AgainstTheRules, AskALead.
    """
    quantities = {line_id: line.quantity for line_id, line in wanted.lines.items()}
    return_ = starting.start(customer, orders, quantities, draft=wanted.draft, by=by, at=at)
    if return_.status is ReturnStatus.DRAFT:
        return_.review, return_.note_of_staff = [], ""
        _tell_why(return_, wanted, at=at)
        quotes = _ruled(return_, wanted, is_lead=is_lead, at=at)
        chosen = {}
        for quote in quotes:
            line = wanted.lines[quote.item.line.id]
            instead = next((one for one in quote.instead if one.sku == line.instead), None)
            chosen[quote.item.id] = (line.outcome, instead if line.outcome is Outcome.EXCHANGE else None)
        drafting.tell_what(return_, chosen, at=at)
    return return_


def send_in(return_: Return, way: Way | None, told: str, *, by: Actor, at: datetime) -> Return:
    """The draft becomes a return. `told` is the amount that was shown for this way. Raises a Refusal."""
    if return_.status is not ReturnStatus.DRAFT:
        return return_
    shown = put_down_as(_draft(return_, at=at), at=at)
    if shown.lacks_instead:
        raise InsteadMissing
    if way is None or way not in shown.amounts:
        raise WayNotOffered
    if told != str(shown.totals[way]):
        raise AmountIsAnother
    return submitting.submit(return_, way, by=by, at=at)


def _tell_why(return_: Return, wanted: Wanted, *, at: datetime) -> None:
    told = _draft(return_, at=at)
    reasons = {}
    for item in told.items:
        line = wanted.lines[item.line.id]
        if line.reason is None:
            continue
        reason = next((one for one in item.order.terms.reasons_for(item.line.category) if one.key == line.reason), None)
        if reason is None:
            raise ReasonMissing
        lacking = lacks(reason, detail=line.detail, answer=line.answer, photos=0)
        if "detail" in lacking:
            raise ReasonMissing
        if "answer" in lacking:
            raise AnswerMissing
        reasons[item.id] = drafting.Told(line.reason, line.detail, line.answer, reason.fault)
    if reasons.keys() != {item.id for item in told.items} and (reasons or not told.may_withdraw):
        raise ReasonMissing
    drafting.tell_why(return_, reasons, wanted.words)


def _ruled(return_: Return, wanted: Wanted, *, is_lead: bool, at: datetime) -> tuple[QuotedItem, ...]:
    """What may be given for each item; against a rule, where a lead says why."""
    quotes = quoted(_draft(return_, at=at), at=at)
    against = next((quote for quote in quotes if _is_against(quote, wanted)), None)
    if against is None:
        return quotes
    return_.review = [str(Review.EXCEPTION)]
    quotes = quoted(_draft(return_, at=at), at=at)
    for quote in quotes:
        if not quote.item.is_there:
            raise MayNotGoBack(quote.item.line.title)
        if _is_against(quote, wanted):
            raise OutcomeNotOffered(quote.item.line.title)
    if not wanted.against:
        raise AgainstTheRules(against.item.line.title)
    if not is_lead:
        raise AskALead
    return_.note_of_staff = wanted.against
    return quotes


def _is_against(quote: QuotedItem, wanted: Wanted) -> bool:
    item = quote.item
    return not item.line.verdict.may_return or quote.quoted(wanted.lines[item.line.id].outcome) is None


def _draft(return_: Return, *, at: datetime) -> Draft:
    assert return_.customer_id is not None  # noqa: S101 (found through its owner)
    found = draft(return_.customer_id, return_.rma, at=at)
    assert found is not None  # noqa: S101 (it is locked)
    return found
