"""What is new at the provider is taken over soon after its first event, as an operator's import would."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from portal import outbox
from portal.imports.actions import take_news
from portal.kit.clock import now
from portal.kit.db import view
from portal.payments import CustomerThere, Declined, SubscriptionThere, listing_provider, on_news
from portal.subscriptions.actions import is_known

TAKE_IN = "take in a subscription"
SOON = timedelta(seconds=10)
"""What we begin there ourselves, or what an import reads in this moment, is known by then."""
TRIES = 8


@on_news
def want_what_is_unknown(ref: str, at: datetime) -> None:
    """Once an hour at the most for one that stays unknown, because it is nobody's here."""
    if not is_known(ref):
        outbox.want_task(TAKE_IN, {"ref": ref}, at=at + SOON, key=f"{TAKE_IN}:{ref}:{at:%Y-%m-%dT%H}")


@outbox.task(TAKE_IN, tries=TRIES)
def take_in_what_is_new(payload: dict[str, Any], lease: outbox.Lease) -> None:
    found = _look(payload["ref"])
    at = now()
    with lease.finish(at=at):
        if found:
            take_news(*found, at=at)


def _look(ref: str) -> tuple[SubscriptionThere, CustomerThere | None] | None:
    """None if it is known by now, or not there any more."""
    with view():
        if is_known(ref):
            return None
    with suppress(Declined):
        there = listing_provider().subscription(ref)
        return there, listing_provider().customer(there.customer_ref)
    return None
