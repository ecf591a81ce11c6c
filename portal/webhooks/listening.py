"""Hears what was done in the rooms below, in the transaction in which it was, and has it told."""

from collections.abc import Callable, Iterable
from datetime import datetime

from portal import subscriptions, timeline
from portal.kit.db import db
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from portal.webhooks.actions import Told, as_text, tell

Hearer = Callable[[Entry, int], Iterable[Told]]
"""What an entry about the row of this number amounts to."""


@timeline.on_entry
def hear(entry: Entry) -> None:
    table, _, number = entry.subject.partition(":")
    if hearer := HEARERS.get(table):
        for told in hearer(entry, int(number)):
            tell(told)


@subscriptions.on_confirmed
def hear_confirmed(subscription: Subscription, at: datetime) -> None:
    data = {"subscription": subscription.id, "customer": subscription.customer_id, "version": subscription.confirmed_version}
    tell(Told("subscription.confirmed", timeline.key(subscription), at, data))


def _of_a_subscription(entry: Entry, number: int) -> Iterable[Told]:
    subscription = db.session.get_one(Subscription, number)
    whose = {"subscription": number, "customer": subscription.customer_id}
    changed = {
        "entry": entry.id,
        "deed": entry.deed,
        "undoes": entry.facts.get("entry"),
        "by": _who(entry),
        "version": entry.version,
        "confirmed": entry.version is None and entry.system == timeline.PROVIDER.system,
        "touched": sorted({*entry.after, *(entry.personal or {}).get("after", {})}),
    }
    yield Told("subscription.changed", entry.subject, entry.at, whose | changed)
    if entry.deed in ("cancelled", "cancelled for the end"):
        ends_at = subscription.ends_at
        cancelled = {"reference": entry.facts["reference"], "at_once": entry.deed == "cancelled", "ends_at": ends_at and as_text(ends_at)}
        yield Told("subscription.cancelled", entry.subject, entry.at, whose | cancelled)


HEARERS: dict[str, Hearer] = {Subscription.__tablename__: _of_a_subscription}
"""By table."""


def _who(entry: Entry) -> str:
    if entry.staff_id:
        return "staff"
    if entry.customer_id:
        return "customer"
    return "provider" if entry.system == timeline.PROVIDER.system else "system"
