"""News climbs by listening: this room imports nobody above it."""

from collections.abc import Callable

from portal.orders.models import Order

Listener = Callable[[Order], None]
LISTENERS: list[Listener] = []


def on_ordered(listener: Listener) -> Listener:
    """Call it, in the transaction that writes it down, with an order that is new. Those that are brought in from a file are history."""
    LISTENERS.append(listener)
    return listener


def ordered(order: Order) -> None:
    for listener in LISTENERS:
        listener(order)
