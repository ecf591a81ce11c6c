"""News climbs by listening: this room imports nobody above it."""

from collections.abc import Callable
from datetime import datetime
from logging import getLogger

from portal.payments.models import ReceivedEvent
from portal.payments.port import Event

log = getLogger(__name__)
Listener = Callable[[str, datetime], None]
LISTENERS: list[Listener] = []


def on_news(listener: Listener) -> Listener:
    """Call it, in the transaction that keeps the event, with the provider's name for what has changed there, and the time."""
    LISTENERS.append(listener)
    return listener


def take(event: Event, *, at: datetime) -> None:
    """Keep an event once, and tell those who listen. One of another mode, test or live, is kept and believed by nobody."""
    if not ReceivedEvent.keep(event, at=at):
        return
    if not event.is_ours:
        log.error("Event %s (%s) is of the other mode than our key, test or live: check the webhook endpoint.", event.id, event.kind)
    elif event.ref:
        for listener in LISTENERS:
            listener(event.ref, at)
