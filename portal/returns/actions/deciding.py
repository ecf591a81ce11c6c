"""Whether a return may come back: approved or declined; and reopened after it was closed.

A deed of staff carries both names: `by` is the member of staff on the customer's behalf. The return is locked (`locks.py`).
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.kit.shop import shop
from portal.returns.actions import exchanging
from portal.returns.actions.paying_out import pay_out
from portal.returns.actions.sending import prepare_way_back
from portal.returns.emails import returns as emails
from portal.returns.models import Acceptance, Outcome, Reception, Return
from portal.returns.not_paid import NotKnownWhatWasPaid
from portal.returns.policy.terms import Terms
from portal.returns.queries.policies import policy_of
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor, deed

MONEY = Outcome.REFUND, Outcome.STORE_CREDIT, Outcome.KEEP
REVIEW, INSPECT = "return", "return here"
"""What a task for the shop's people is called: somebody has to decide, or to hear an objection; something has come."""


def ask_for_review(return_: Return, *, at: datetime) -> None:
    """A person has to look at it, within the time in which claims are answered."""
    _task(REVIEW, return_, key=f"{REVIEW}:{return_.id}", at=at)


def approve(return_: Return, *, by: Actor, at: datetime, note: str = "") -> None:
    """By a person, or by the rules: what nobody waits for is paid back at once, and goes out at once. Raises NotNow."""
    with deed(return_, "approve return", by=by, at=at, touching=return_.items, facts=_named(return_) | {"review": return_.review}):
        return_.approve(at=at)
        return_.note_to_customer = note or return_.note_to_customer
        for item in return_.items:
            if item.outcome is Outcome.KEEP:
                item.reception, item.acceptance, item.accepted = Reception.KEPT, Acceptance.ACCEPTED, item.quantity
    finish_tasks(REVIEW, return_, at=at)
    prepare_way_back(return_, at=at)
    _give_at_once(return_, by=by, at=at)
    exchanging.go_on(return_, by=by, at=at)
    emails.send_approved(return_, at=at)


def decline(return_: Return, reason: str, *, by: Actor, at: datetime, note: str = "") -> None:
    """`reason` is a key of the shop's list, as of the day of the first order. Raises NotNow, ReasonNeeded."""
    listed = next((one for one in _terms(return_).decline_reasons if one.key == reason), None)
    with deed(return_, "decline return", by=by, at=at, facts=_named(return_) | {"reason": reason}):
        return_.decline(listed.key if listed else "", at=at)
        return_.note_to_customer = note or return_.note_to_customer
    finish_tasks(REVIEW, return_, at=at)
    exchanging.go_on(return_, by=by, at=at)
    if listed:
        emails.send_declined(return_, reason=_in_their_words(return_, listed.words), at=at)


def reopen(return_: Return, why: str, *, by: Actor, at: datetime) -> None:
    """A parcel came late, or the customer is right after all. `why` is kept. Raises NotNow, ReasonNeeded."""
    with deed(return_, "reopen return", by=by, at=at, facts=_named(return_)):
        return_.reopen(why)
        return_.note_of_staff = why
    _task(INSPECT, return_, key=f"{INSPECT}:{return_.id}:reopened {at.isoformat()}", at=at)


def note_for_staff(return_: Return, words: str, *, by: Actor, at: datetime) -> None:
    """Never shown to the customer. The one before stays in the history."""
    with deed(return_, "note on return", by=by, at=at, facts=_named(return_)):
        return_.note_of_staff = words


def note_for_customer(return_: Return, words: str, *, by: Actor, at: datetime) -> None:
    """It stands on the return's page."""
    with deed(return_, "word on return", by=by, at=at, facts=_named(return_)):
        return_.note_to_customer = words


def open_inspection(return_: Return, *, at: datetime) -> None:
    """Something has come, and somebody has to look at it."""
    _task(INSPECT, return_, key=f"{INSPECT}:{return_.id}:{sum(item.received for item in return_.items)}", at=at)


def _give_at_once(return_: Return, *, by: Actor, at: datetime) -> None:
    """What is not known to have been paid here waits for a person, who works it out."""
    at_once = {
        item.id: item.quantity for item in return_.items if item.outcome in MONEY and (item.is_instant or item.outcome is Outcome.KEEP)
    }
    if at_once:
        with suppress(NotKnownWhatWasPaid):
            pay_out(return_, at_once, by=by, at=at)
        if any(item.paid < at_once.get(item.id, 0) for item in return_.items):
            open_inspection(return_, at=at)


def _terms(return_: Return) -> Terms:
    return policy_of(return_.items[0].policy_id if return_.items else None).terms


def _in_their_words(return_: Return, words: Mapping[str, str]) -> str:
    """The shop's own sentence in the customer's language, else in the shop's, else in English."""
    customer = db.session.get(Customer, return_.customer_id) if return_.customer_id else None
    languages = (customer.locale or "")[:2] if customer else "", shop().locale[:2], "en"
    return next((words[language] for language in languages if language in words), next(iter(words.values())))


def _task(kind: str, return_: Return, *, key: str, at: datetime) -> None:
    open_task(kind, return_, key=key, customer_id=return_.customer_id, due_at=shop().answer_by(at), at=at, facts=_named(return_))


def _named(return_: Return) -> dict[str, object]:
    return {"rma": return_.rma}
