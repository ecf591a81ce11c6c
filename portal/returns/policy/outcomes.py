"""What a customer may get for what they send back, what of it at once, and what a person has to look at first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.returns.models import FlagKind, Outcome
from portal.returns.policy.eligibility import Verdict
from portal.returns.policy.terms import Photo, Reason, Terms
from portal.returns.policy.values import Amounts

SWAPS = Outcome.EXCHANGE, Outcome.REPLACEMENT
"""Something goes out for it instead of money."""


class Review(StrEnum):
    """Why a person has to look at it: `Return.review`."""

    BLOCKED = "blocked"
    VALUE = "value"
    """It is worth more than the rules decide alone."""
    OFTEN = "often"
    """Many returns in a short time."""
    REASON = "reason"
    """Each return for this reason is looked at."""
    NO_PHOTO = "no photo"
    """One is needed, and there is none, but a word why."""
    EXCEPTION = "exception"
    """Staff began it against the rules."""


@dataclass(frozen=True)
class Offer:
    outcome: Outcome
    is_instant: bool = False
    """Whether the customer gets it before the goods came."""


@dataclass(frozen=True)
class Asked:
    """What is looked at of a return that is about to be submitted."""

    worth: int
    """Of all of it, in minor units of its currency."""
    currency: str
    flag: FlagKind | None
    returns_lately: int
    """Of this customer within `Terms.review.within_days`, without this one and those that were given up."""
    reasons: tuple[str, ...]
    """The keys of its items' reasons."""
    lacks_photo: bool = False
    is_exception: bool = False
    is_withdrawal: bool = False


def offers(
    verdict: Verdict,
    terms: Terms,
    reason: Reason | None,
    *,
    worth: int,
    currency: str,
    flag: FlagKind | None,
    is_exception: bool = False,
) -> tuple[Offer, ...]:
    """Of units that are `worth` so much, for this reason; without one the customer withdraws from the contract. Nothing else is allowed.

    Who may withdraw always gets the money back if they want it. Who is blocked gets no goodwill: nothing instant, nothing to keep.
    An exception that staff make is offered all of it.
    """
    if not verdict.may_return:
        return ()
    if reason is None:
        return (Offer(Outcome.REFUND),) if verdict.may_withdraw else ()
    found = [outcome for outcome in reason.outcomes if not verdict.swap_only or outcome in SWAPS]
    if verdict.may_withdraw and Outcome.REFUND not in found:
        found.insert(0, Outcome.REFUND)
    if is_exception:
        found += [outcome for outcome in Outcome if outcome not in found]
    may_keep = is_exception or (flag is not FlagKind.BLOCKED and is_within(terms.keep_it, worth, currency))
    return tuple(
        Offer(outcome, is_instant(terms, outcome, worth=worth, currency=currency, flag=flag))
        for outcome in found
        if outcome is not Outcome.KEEP or may_keep
    )


def is_instant(terms: Terms, outcome: Outcome, *, worth: int, currency: str, flag: FlagKind | None) -> bool:
    """Whether the customer gets it before the goods came. What they may keep, they need not send."""
    if outcome is Outcome.KEEP:
        return True
    if flag is FlagKind.BLOCKED or (terms.instant.who == "trusted" and flag is not FlagKind.TRUSTED):
        return False
    limits = terms.instant.exchange if outcome in SWAPS else terms.instant.refund
    return is_within(limits, worth, currency)


def is_within(limits: Amounts, worth: int, currency: str) -> bool:
    """A currency that the policy does not name has no limit up to which something is so: it never is."""
    return worth <= limits[currency] if currency in limits else False


def review_reasons(asked: Asked, versions: Collection[Terms]) -> tuple[Review, ...]:
    """Why a person has to look at it, by any of the versions that its items are judged by. Empty where the rule may say yes.

    A withdrawal needs nobody's consent: only what is uncertain about it is looked at.
    """
    if asked.is_withdrawal:
        return (Review.EXCEPTION,) if asked.is_exception else ()
    found = {
        Review.BLOCKED: asked.flag is FlagKind.BLOCKED,
        Review.VALUE: any(_is_above(terms, asked) for terms in versions),
        Review.OFTEN: any(terms.review.returns is not None and asked.returns_lately + 1 >= terms.review.returns for terms in versions),
        Review.REASON: any(reason.is_reviewed for terms in versions for key in asked.reasons if (reason := terms.reason(key))),
        Review.NO_PHOTO: asked.lacks_photo,
        Review.EXCEPTION: asked.is_exception,
    }
    return tuple(review for review, counts in found.items() if counts)


def approves_at_once(versions: Collection[Terms]) -> bool:
    """Whether a return that nobody has to look at is approved by the rule; else staff say yes to it all the same."""
    return all(terms.approve == "at once" for terms in versions)


def lacks(reason: Reason, *, detail: str, answer: str, photos: int) -> Sequence[str]:
    """What a reason asks for and did not get: `detail`, `answer`, `photo`."""
    missing = [("detail", reason.details and reason.detail(detail) is None), ("answer", reason.question and not answer.strip())]
    return [name for name, is_missing in [*missing, ("photo", reason.photo is Photo.NEEDED and not photos)] if is_missing]


def _is_above(terms: Terms, asked: Asked) -> bool:
    above = terms.review.above
    return asked.currency in above and asked.worth > above[asked.currency] and asked.flag is not FlagKind.TRUSTED
