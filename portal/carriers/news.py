"""What is known of a parcel climbs by listening: this room imports nobody above it."""

from collections.abc import Callable
from datetime import datetime

from portal.carriers.port import Tracking

Listener = Callable[[Tracking, datetime], None]
LISTENERS: list[Listener] = []


def on_tracking(listener: Listener) -> Listener:
    """Call it, in the worker's transaction, with all that is known of a parcel, whenever it was looked up, and the time.

    It has the carrier's name and number as `follow` was given them. Most of it is known already, all of it may come again.
    """
    LISTENERS.append(listener)
    return listener


def tell(tracking: Tracking, *, at: datetime) -> None:
    for listener in LISTENERS:
        listener(tracking, at)
