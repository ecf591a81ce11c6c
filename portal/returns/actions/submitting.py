"""A draft becomes a return: every rule again, under the lock of its orders, and what was promised is written down."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.kit.db import db
from portal.photos import actions as photos
from portal.returns import money
from portal.returns.actions import deciding
from portal.returns.actions.exchanging import must_still_be_so
from portal.returns.emails import returns as emails
from portal.returns.models import Return, ReturnStatus, Way, free_units, take_units
from portal.returns.models.return_ import GIVEN_UP
from portal.returns.policy.outcomes import Asked, approves_at_once, lacks, review_reasons
from portal.returns.queries.drafts import Draft, draft
from portal.returns.queries.quoting import Chosen, QuotedItem, chosen_instead, estimated, is_withdrawal, quoted
from portal.returns.refusals import InAnotherReturn, MayNotGoBack, NothingChosen, OutcomeNotOffered, PhotoOrReason, ReasonMissing
from portal.timeline import Actor, note

RULES = Actor(system="rules")
"""Who says yes where nobody has to look at it."""


def submit(return_: Return, way: Way, *, by: Actor, at: datetime) -> Return:
    """The return is the customer's; its orders and itself are locked. What was submitted already stays as it is. Raises a Refusal."""
    if return_.status is not ReturnStatus.DRAFT:
        return return_
    assert return_.customer_id is not None  # noqa: S101 (found through its owner)
    told = draft(return_.customer_id, return_.rma, at=at)
    if told is None or not told.items:
        raise NothingChosen
    quotes = quoted(told, at=at)
    _check(told, quotes)
    must_still_be_so(return_)
    chosen = _chosen(quotes)
    return_.way, return_.is_withdrawal = way, is_withdrawal(told, chosen)
    return_.estimate = money.as_json(estimated(told, chosen, way))
    _take(return_, told, quotes)
    how_many = photos.attach(return_.draft, return_, customer_id=return_.customer_id)
    lacks_photo = _lacks_photo(told, how_many)
    if lacks_photo and not return_.words:
        raise PhotoOrReason
    _decide(return_, told, quotes, lacks_photo=lacks_photo, by=by, at=at)
    return return_


def _check(told: Draft, quotes: tuple[QuotedItem, ...]) -> None:
    for quote in quotes:
        item = quote.item
        if not item.line.verdict.may_return:
            raise MayNotGoBack(item.line.title) if not item.line.taken_by else InAnotherReturn(item.line.title)
        if not item.is_there:
            raise InAnotherReturn(item.line.title)
        if not told.is_withdrawal and item.why is None:
            raise ReasonMissing
        if quote.quoted(item.outcome) is None:
            raise OutcomeNotOffered(item.line.title)


def _take(return_: Return, told: Draft, quotes: tuple[QuotedItem, ...]) -> None:
    free: dict[int, list[int]] = {}
    for order in {item.line.order for item in return_.items}:
        free |= free_units(order)
    by_id = {quote.item.id: quote for quote in quotes}
    for item in return_.items:
        quote = by_id[item.id]
        found = quote.quoted(item.outcome)
        item.units = take_units(item.line.id, item.quantity, free[item.line.id])
        item.policy_id, item.is_instant = quote.item.order.policy_id, bool(found and found.is_instant)


def _chosen(quotes: tuple[QuotedItem, ...]) -> Chosen:
    going_out = chosen_instead([quote.item.id for quote in quotes])
    return {
        quote.item.id: (quote.item.outcome, next((one for one in quote.instead if one.sku == going_out.get(quote.item.id)), None))
        for quote in quotes
    }


def _lacks_photo(told: Draft, photos_there: int) -> bool:
    reasons = [(item, item.why) for item in told.items]
    return any(why and "photo" in lacks(why, detail=item.detail, answer=item.answer, photos=photos_there) for item, why in reasons)


def _decide(return_: Return, told: Draft, quotes: tuple[QuotedItem, ...], *, lacks_photo: bool, by: Actor, at: datetime) -> None:
    terms = [item.order.terms for item in told.items]
    asked = Asked(
        worth=sum(quote.paid for quote in quotes), currency=return_.currency, flag=told.items[0].order.flag,
        returns_lately=_lately(return_, max(one.review.within_days for one in terms), at),
        reasons=tuple(item.reason for item in told.items), lacks_photo=lacks_photo, is_exception=told.is_exception,
        is_withdrawal=return_.is_withdrawal,
    )  # fmt: skip
    return_.review = [str(why) for why in review_reasons(asked, terms)]
    facts = {"rma": return_.rma, "units": sum(item.quantity for item in return_.items), "review": return_.review}
    return_.submit(ReturnStatus.NEEDS_REVIEW if return_.review else ReturnStatus.REQUESTED, at=at)
    note(return_, "submit return", by=by, at=at, facts=facts)
    if return_.review or not approves_at_once(terms):
        deciding.ask_for_review(return_, at=at)
        emails.send_submitted(return_, at=at)
    else:
        deciding.approve(return_, by=RULES, at=at)


def _lately(return_: Return, days: int, at: datetime) -> int:
    theirs = select(func.count()).select_from(Return).where(Return.customer_id == return_.customer_id, Return.id != return_.id)
    lately = theirs.where(Return.submitted_at > at - timedelta(days=days), Return.status.not_in(GIVEN_UP))
    return db.session.scalar(lately) or 0
