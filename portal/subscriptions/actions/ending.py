"""Cancel, take it back, and begin again."""

from datetime import datetime
from secrets import SystemRandom
from uuid import uuid4

from portal import outbox, timeline
from portal.kit.db import db
from portal.subscriptions import emails
from portal.subscriptions.actions.change import SETTLE, change
from portal.subscriptions.models import Cancellation, Subscription
from portal.subscriptions.policy import REASONS
from portal.timeline import Actor, Entry

choices = SystemRandom().choices
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that look alike."""


def cancel(subscription: Subscription, *, at_once: bool, by: Actor, at: datetime) -> tuple[Entry | None, Cancellation]:
    """Nothing is charged any more from here on. At once, it is carried out after ten minutes, unless a delivery has locked.

    Who asks for the same twice gets the same receipt.
    """
    standing = next(iter(_standing(subscription)), None)
    if standing and subscription.is_ending and (standing.is_at_once or not at_once):
        return None, standing
    deed = "cancelled" if at_once else "cancelled for the end"
    reference = f"C-{_letters()}-{_letters()}"
    with change(subscription, deed, by=by, at=at, facts={"reference": reference}) as doing:
        subscription.end(at_once=at_once, at=at)
    asked = Cancellation(subscription=subscription, reference=reference, asked_at=at, is_at_once=at_once)
    db.session.add(asked)
    db.session.flush()
    emails.send_receipt(asked, doing.done.id, at=at)
    return doing.done, asked


def give_reasons(asked: Cancellation, reasons: list[str], comment: str, *, by: Actor, at: datetime) -> None:
    """Told afterwards, by those who want to. The last answer counts, and the provider is told."""
    asked.tell([reason for reason in REASONS if reason in reasons], comment)
    timeline.note(asked.subscription, "reasons given", by=by, at=at, facts={"reference": asked.reference})
    outbox.want_sync(asked.subscription, at=at + SETTLE)


def keep(subscription: Subscription, *, by: Actor, at: datetime) -> Entry:
    """Take the end back: it goes on as it was."""
    with change(subscription, "kept", by=by, at=at, facts={}) as doing:
        subscription.keep(at=at)
    for standing in _standing(subscription):
        standing.taken_back_at = at
        emails.send_taken_back(standing, at=at)
    return doing.done


def begin_again(subscription: Subscription, *, by: Actor, at: datetime) -> Entry:
    """As it was, within a year: the same contents, rhythm and card. Only a discount is not part of it any more."""
    subscription.must_be_able_to_begin_again(at=at)
    ended_at = subscription.ended_at or at
    lived = {"started": subscription.started_at.isoformat(), "ended": ended_at.isoformat()}  # the row will say when the new one did
    with change(subscription, "began again", by=by, at=at, facts=lived) as doing:
        subscription.begin_again(key=f"begin-{uuid4()}", at=at)
        doing.facts["day"] = subscription.scheduled[0].arrives_on.isoformat()
    return doing.done


def _standing(subscription: Subscription) -> list[Cancellation]:
    return list(db.session.scalars(Cancellation.standing(subscription)))


def _letters() -> str:
    return "".join(choices(LETTERS, k=4))
