"""Pause until a day or without an end, and resume."""

from datetime import date, datetime
from typing import Any

from portal.subscriptions.actions.change import change, first_open, newest
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import Change
from portal.timeline import Actor, Entry


def pause(subscription: Subscription, until: date | None, *, by: Actor, at: datetime) -> Entry:
    """Send nothing until the next delivery arrives on this day, or until it is resumed."""
    facts: dict[str, Any] = {**first_open(subscription, Change.PAUSE, at=at), "newest": newest(subscription)}
    if until:
        facts["to"] = until.isoformat()
    with change(subscription, "paused", by=by, at=at, facts=facts) as doing:
        subscription.plan.pause(until, at=at)
    return doing.done


def resume(subscription: Subscription, arrival: date, *, by: Actor, at: datetime) -> Entry:
    """The next delivery arrives on this day."""
    facts = {"to": arrival.isoformat(), "newest": newest(subscription)}
    with change(subscription, "resumed", by=by, at=at, facts=facts) as doing:
        subscription.plan.resume(arrival, at=at)
    return doing.done
