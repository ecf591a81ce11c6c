"""News climbs by listening: this room imports nobody above it."""

from collections.abc import Callable
from datetime import datetime
from logging import getLogger

from portal import outbox
from portal.kit.alarms import raise_alarm
from portal.kit.db import db
from portal.payments.actions import withdraw_differences
from portal.payments.models import ReceivedEvent
from portal.payments.port import Event

log = getLogger(__name__)
Listener = Callable[[str, datetime], None]
LISTENERS: list[Listener] = []
ACCOUNT_LISTENERS: list[Listener] = []
ONCE_LISTENERS: list[Listener] = []
APPLY = "apply an event"
FOREIGN_EVENTS = "foreign events"
"""The alarm about events that are not for us."""


def on_news(listener: Listener) -> Listener:
    """Call it, in the transaction that keeps the event, with the provider's name for the subscription that changed, and the time."""
    LISTENERS.append(listener)
    return listener


def on_account_news(listener: Listener) -> Listener:
    """The same with the provider's name for the customer whose things changed there."""
    ACCOUNT_LISTENERS.append(listener)
    return listener


def on_once_news(listener: Listener) -> Listener:
    """The same with the key of something that was asked for once only, and has changed there."""
    ONCE_LISTENERS.append(listener)
    return listener


def take(event: Event, *, at: datetime) -> None:
    """Keep an event once, and tell those who listen. One of another mode or account is kept, and believed by nobody.

    If a listener fails, the event is kept all the same, and applied again later: what it brings down holds up no other.
    """
    kept = ReceivedEvent.keep(event, at=at)
    if kept is None:
        return
    if not kept.is_ours:
        sentence = f"Event {event.id} ({event.kind}) is of another mode or account than our key: check the webhook endpoint at Stripe."
        raise_alarm(FOREIGN_EVENTS, sentence, facts={"event": event.id}, at=at)
        return
    withdraw_differences(kept, at=at)
    try:
        with db.session.begin_nested():
            apply(kept, at=at)
    except Exception:
        log.exception("Event %s (%s) could not be applied, and will be tried again.", event.id, event.kind)
        outbox.want_task(APPLY, {"event": event.id}, at=at, key=f"{APPLY}:{event.id}")


def apply(event: ReceivedEvent, *, at: datetime) -> None:
    """Ask for all that follows from it: looking it up once too often does no harm."""
    if event.customer_ref:
        for listener in ACCOUNT_LISTENERS:
            listener(event.customer_ref, at)
    if event.key:
        for listener in ONCE_LISTENERS:
            listener(event.key, at)
    if event.ref:  # after the account, as everywhere: two that ask in another order would wait for each other
        tell(event.ref, at)
    event.applied_at = at


def tell(ref: str, at: datetime) -> None:
    """Something may have changed with this subscription there."""
    for listener in LISTENERS:
        listener(ref, at)
