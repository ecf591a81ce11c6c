"""Whether a return may come back: approved or declined; and reopened after it was closed.

A deed of staff carries both names: `by` is the member of staff on the customer's behalf. The return is locked (`locks.py`).
"""

from datetime import datetime

from portal.kit.shop import shop
from portal.returns.actions.sending import prepare_way_back
from portal.returns.emails import returns as emails
from portal.returns.models import Acceptance, Outcome, Reception, Return
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor, deed

REVIEW, INSPECT = "return", "return here"
"""What a task for the shop's people is called: somebody has to decide, or to hear an objection; something has come."""


def ask_for_review(return_: Return, *, at: datetime) -> None:
    """A person has to look at it, within the time in which claims are answered."""
    _task(REVIEW, return_, key=f"{REVIEW}:{return_.id}", at=at)


def approve(return_: Return, *, by: Actor, at: datetime, note: str = "") -> None:
    """By a person, or by the rules. Raises NotNow."""
    with deed(return_, "approve return", by=by, at=at, touching=return_.items, facts=_named(return_) | {"review": return_.review}):
        return_.approve(at=at)
        return_.note_to_customer = note or return_.note_to_customer
        for item in return_.items:
            if item.outcome is Outcome.KEEP:
                item.reception, item.acceptance, item.accepted = Reception.KEPT, Acceptance.ACCEPTED, item.quantity
    prepare_way_back(return_, at=at)
    finish_tasks(REVIEW, return_, at=at)
    emails.send_approved(return_, at=at)


def decline(return_: Return, reason: str, sentence: str, *, by: Actor, at: datetime, note: str = "") -> None:
    """`reason` is a key of the shop's list, `sentence` what it says in the customer's language. Raises NotNow, ReasonNeeded."""
    with deed(return_, "decline return", by=by, at=at, facts=_named(return_) | {"reason": reason}):
        return_.decline(reason, at=at)
        return_.note_to_customer = note or return_.note_to_customer
    finish_tasks(REVIEW, return_, at=at)
    emails.send_declined(return_, reason=sentence, at=at)


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


def _task(kind: str, return_: Return, *, key: str, at: datetime) -> None:
    open_task(kind, return_, key=key, customer_id=return_.customer_id, due_at=shop().answer_by(at), at=at, facts=_named(return_))


def _named(return_: Return) -> dict[str, object]:
    return {"rma": return_.rma}
