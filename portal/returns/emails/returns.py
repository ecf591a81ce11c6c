"""What is written to a customer about a return: each step once. Nobody is written to about one whose address nobody has proven."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.returns.models import Outcome, Reception, Return
from portal.returns.policy.outcomes import Review

NEW_THINGS = Outcome.EXCHANGE, Outcome.REPLACEMENT
NAMED = 5
"""Of more things, the number of the others is told."""


def send_submitted(return_: Return, *, at: datetime) -> None:
    """Somebody has to look at it first."""
    _send("submitted", return_, key=f"{return_.id}", at=at)


def send_approved(return_: Return, *, at: datetime) -> None:
    """How it goes back, and until when; once for each approval."""
    send_by = return_.send_by.isoformat() if return_.send_by else None
    decided_at = return_.decided_at or at
    _send("approved", return_, key=f"{return_.id}:{decided_at.isoformat()}", at=at, way=return_.way, send_by=send_by)


def send_reminder(return_: Return, nth: int, *, at: datetime) -> None:
    """That it was not sent yet, and until when it may be."""
    send_by = return_.send_by.isoformat() if return_.send_by else None
    _send("reminder", return_, key=f"{return_.id}:{nth}", at=at, way=return_.way, send_by=send_by, last=nth > 1)


def send_received(return_: Return, *, at: datetime) -> None:
    """Once for each time that something came."""
    came = sum(item.received for item in return_.items)
    announced = sum(item.quantity for item in return_.items)
    lost = [item.line.title for item in return_.items if item.reception is Reception.LOST_IN_TRANSIT]
    wrong = [item.line.title for item in return_.items if item.reception is Reception.WRONG_ITEM]
    goes_out = all(item.outcome in NEW_THINGS for item in return_.items)
    is_here = came > 0 or not (lost or wrong)
    told = {"came": came, "announced": announced, "is_here": is_here, "lost": lost, "wrong": wrong, "goes_out": goes_out}
    _send("received", return_, key=f"{return_.id}:{came}" + (f":{len(lost)}:{len(wrong)}" if lost or wrong else ""), at=at, **told)


def send_decided(return_: Return, *, estimate: int, final: int, by_shop: Sequence[tuple[str, str]], at: datetime) -> None:
    """What was found, where it is not as it was promised. Amounts in minor units of the return's currency; `by_shop` are the titles of
    what somebody reckoned, each with the reason."""
    notes = [[item.line.title, item.finding_note] for item in return_.items if item.finding_note] + [list(one) for one in by_shop]
    key = f"{return_.id}:{final}:{len(notes)}"
    _send("decided", return_, key=key, at=at, estimate=None if by_shop else estimate, final=final, notes=notes)


def send_declined(return_: Return, *, reason: str, at: datetime) -> None:
    """`reason` is a sentence in the customer's language."""
    decided_at = return_.decided_at or at
    _send("declined", return_, key=f"{return_.id}:{decided_at.isoformat()}", at=at, reason=reason, note=return_.note_to_customer)


def send_cancelled(return_: Return, *, at: datetime) -> None:
    _send("cancelled", return_, key=f"{return_.id}", at=at)


def send_expired(return_: Return, *, at: datetime) -> None:
    """It was never sent."""
    _send("expired", return_, key=f"{return_.id}:{at.isoformat()}", at=at)


def _began(return_: Return) -> dict[str, Any]:
    """Who of the shop began it for the customer, and whether against the rules."""
    staff = db.session.get(Staff, return_.staff_id) if return_.staff_id else None
    return {"began_by": staff.name, "is_exception": Review.EXCEPTION in return_.review} if staff else {}


def _send(mail: str, return_: Return, *, key: str, at: datetime, **more: Any) -> None:
    to = db.session.get(Customer, return_.customer_id) if return_.customer_id else None
    if to is None:
        return
    things = [[item.line.title, item.quantity] for item in return_.items]
    told = {"rma": return_.rma, "currency": return_.currency, "things": things[:NAMED], "others": len(things[NAMED:])} | _began(return_)
    send_mail(f"returns/{mail}", to=to, context=told | more, at=at, key=f"return {mail}:{key}")
