"""What differs between us and the provider, and whose it is: docs/decisions/what-the-sync-believes.md."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.kit.db import db
from portal.payments import Standing, Terms, Why
from portal.prepared.queries import who_prepared
from portal.subscriptions.models import Cancellation, DeliveryStatus, Subscription
from portal.subscriptions.policy import CHANGE_OF, Change, as_of
from portal.subscriptions.renewals import is_news, known_renewals
from portal.timeline import Actor, Entry, key

FIELDS = ("next_charge_at", "every", "contents", "pause", "is_ending", "code", "ship_to")
PARTS = {
    "ending": ("is_ending",),
    "dates": ("next_charge_at", "pause"),
    "contents": ("every", "contents"),
    "code": ("code",),
    "address": ("ship_to",),
}
"""What is sent together; where the provider refuses the whole, each is tried alone, so that a refused swap never costs a skip."""
PART_OF = {
    Change.END_LATER: "ending",
    Change.END_NOW: "ending",
    Change.KEEP: "ending",
    Change.CONTENTS: "contents",
    Change.FREQUENCY: "contents",
    Change.DISCOUNT: "code",
    Change.ADDRESS: "address",
    Change.BEGIN_AGAIN: "beginning",
}


@dataclass(frozen=True)
class Wanted:
    """What we want of the provider, read in one transaction and compared after it."""

    ref: str
    account_ref: str
    terms: Terms
    confirmed_version: int
    known: Terms | None
    """As the provider had it when we last looked."""
    since: datetime | None
    """Renewals before this are known and done with."""
    renewals: dict[str, DeliveryStatus]
    """What became of those that we know."""
    locked_until: datetime | None
    """The charge of a delivery that has locked, and has no invoice yet."""
    owes_for_nothing: bool
    """An invoice is open for which nothing was to come: it is given up, and then it is no obstacle."""
    ends_now_at: datetime | None
    beginning_key: str | None
    why: Why | None
    """Why it was cancelled, if the provider has not heard it yet."""


def read(subscription: Subscription, *, at: datetime) -> Wanted:
    invoiced = [delivery for delivery in subscription.deliveries if delivery.invoice_ref]
    is_open = (DeliveryStatus.DUE, DeliveryStatus.UNPAID)
    still_open = [delivery.charge_at for delivery in invoiced if delivery.status in is_open]
    still_open += [overcharge.invoiced_at for overcharge in subscription.overcharges if overcharge.is_open]
    open_since = min(still_open, default=None)
    last = max((delivery.charge_at for delivery in invoiced), default=None)
    locked = subscription.locked(at=at)
    return Wanted(
        ref=subscription.provider_ref,
        account_ref=subscription.account_ref,
        terms=replace(subscription.terms, changed_by=_changed_by(subscription)),
        confirmed_version=subscription.confirmed_version,
        known=subscription.known,
        since=open_since or last,
        renewals=known_renewals(subscription),
        locked_until=locked.charge_at if locked else None,
        owes_for_nothing=any(one.is_to_be_given_up for one in subscription.overcharges),
        ends_now_at=subscription.ends_now_at,
        beginning_key=subscription.beginning_key,
        why=next((asked.why for asked in untold(subscription)), None),
    )


def _changed_by(subscription: Subscription) -> str:
    """By numbers: names of people are none of the provider's business."""
    newest = select(Entry).where(Entry.subject == key(subscription), Entry.version == subscription.version)
    by = db.session.scalars(newest.order_by(Entry.id.desc()).limit(1)).one_or_none() if subscription.is_waiting else None
    return Actor(staff_id=by.staff_id, prepared_by=who_prepared(by)).told(by.customer_id) if by else ""


def untold(subscription: Subscription) -> list[Cancellation]:
    """The newest cancellation, if it counts and the provider has yet to hear why."""
    newest = db.session.scalars(Cancellation.standing(subscription).limit(1))
    return [asked for asked in newest if asked.why and asked.told_at is None]


def has_news(wanted: Wanted, stands: Standing) -> bool:
    return any(is_news(renewal, wanted.renewals) for renewal in stands.renewals)


def changed_there(wanted: Wanted, stands: Standing, *, at: datetime) -> dict[str, Any]:
    """The fields that somebody else changed there, as they are now: another value than was written with the version beside them.

    What a version between or before the two that we know wrote, nobody knows: it is our own, from a worker that was late, or that
    never heard the answer. After a renewal the date is another one by itself; only a trial begun since shows that somebody moved it.
    """
    found = as_of(stands.terms, at)
    if found.version == wanted.confirmed_version:
        kept = wanted.known
    elif found.version == wanted.terms.version:
        kept = wanted.terms
    else:
        return {}
    if kept is None:
        return {}
    written = as_of(kept, at)
    theirs = {name: getattr(found, name) for name in FIELDS if getattr(found, name) != getattr(written, name)}
    renewed = has_news(wanted, stands) and stands.status != "trialing"
    began_again = written.next_charge_at is None  # nothing was to be charged: a debt was paid
    if renewed or began_again:
        theirs.pop("next_charge_at", None)
    return theirs


def changed_here(ours: Terms, known: Terms | None, name: str, *, at: datetime) -> bool:
    """Whether we want another value than the provider had when we last looked."""
    return known is not None and getattr(as_of(ours, at), name) != getattr(as_of(known, at), name)


def to_send(wanted: Wanted, stands: Standing, theirs: dict[str, Any], *, at: datetime) -> Terms:
    """Three-way: what only they changed is theirs, also while a change of ours waits.

    A code is used up by itself, so only one that we changed is ours to send; and where nothing can be charged, no date is.
    """
    found, ours = stands.terms, as_of(wanted.terms, at)
    is_theirs = {name for name in theirs if not changed_here(ours, wanted.known, name, at=at)}
    if not changed_here(ours, wanted.known, "code", at=at):
        is_theirs.add("code")
    if found.next_charge_at is None:
        is_theirs.add("next_charge_at")
    return replace(ours, **{name: getattr(found, name) for name in is_theirs})


def differing(to_send: Terms, found: Terms, *, at: datetime) -> list[str]:
    """The parts of which the provider has something else."""
    there = as_of(found, at)
    return [part for part, names in PARTS.items() if any(getattr(to_send, name) != getattr(there, name) for name in names)]


def only(part: str, to_send: Terms, found: Terms) -> Terms:
    """This part of what is to be sent, and all else as it is there, version included: nothing is confirmed by it."""
    return replace(found, **{name: getattr(to_send, name) for name in PARTS[part]})


def without(parts: set[str], to_send: Terms, found: Terms) -> Terms:
    """All but these parts."""
    return replace(to_send, **{name: getattr(found, name) for part in parts for name in PARTS[part]})


def part_of(deed: str) -> str:
    return PART_OF.get(CHANGE_OF[deed], "dates")
