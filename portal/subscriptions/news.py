"""News climbs by listening: this room imports nobody above it."""

from collections.abc import Callable
from datetime import datetime

from portal.subscriptions.models import Subscription

Listener = Callable[[Subscription, datetime], None]
LISTENERS: list[Listener] = []


def on_confirmed(listener: Listener) -> Listener:
    """Call it, in the transaction that learns it, with a subscription of which the provider has shown a later version than before."""
    LISTENERS.append(listener)
    return listener


def confirmed(subscription: Subscription, *, at: datetime) -> None:
    for listener in LISTENERS:
        listener(subscription, at)
