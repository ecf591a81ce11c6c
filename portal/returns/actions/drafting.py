"""A draft is filled in, step by step. Nothing of it counts before it is submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.returns.actions.exchanging import choose, choose_the_same, give_up_choice
from portal.returns.models import Fault, Outcome, Return, ReturnStatus
from portal.returns.queries.instead import Instead
from portal.returns.refusals import NotADraft


@dataclass(frozen=True)
class Told:
    """Why an item goes back, as it was told."""

    reason: str
    detail: str
    answer: str
    fault: Fault


def tell_why(return_: Return, told: Mapping[int, Told], words: str) -> None:
    """`told` is by the items' ids; empty for a withdrawal, which needs no reason. The return is locked. Raises NotADraft."""
    _must_be_draft(return_)
    return_.is_withdrawal, return_.words = not told, words
    for item in return_.items:
        why = told.get(item.id, Told("", "", "", Fault.CUSTOMER))
        item.reason, item.detail, item.answer, item.fault = why.reason, why.detail, why.answer, why.fault


def tell_what(return_: Return, chosen: Mapping[int, tuple[Outcome, Instead | None]], *, at: datetime) -> None:
    """What is given for each item, by their ids. The return is locked. Raises NotADraft."""
    _must_be_draft(return_)
    for item in return_.items:
        outcome, instead = chosen.get(item.id, (item.outcome, None))
        if outcome is Outcome.EXCHANGE and instead:
            choose(item, instead, at=at)
        elif outcome is Outcome.REPLACEMENT:
            choose_the_same(item, at=at)
        else:
            give_up_choice(item)
            item.outcome = outcome


def _must_be_draft(return_: Return) -> None:
    if return_.status is not ReturnStatus.DRAFT:
        raise NotADraft
