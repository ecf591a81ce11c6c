"""News climbs by listening: this room imports nobody above it."""

from collections.abc import Callable

from portal.accounts.models import Customer

Listener = Callable[[Customer], None]
LISTENERS: list[Listener] = []


def on_verified(listener: Listener) -> Listener:
    """Call it, in the transaction of a sign-in, with the customer whose address that has just verified, for the first time or again."""
    LISTENERS.append(listener)
    return listener


def verified(customer: Customer) -> None:
    for listener in LISTENERS:
        listener(customer)
