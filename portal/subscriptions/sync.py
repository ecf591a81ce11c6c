"""How our subscriptions and the provider's stay one. All the rest only asks for it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import load_only

from portal import outbox, timeline
from portal.catalog.queries import prices_by_ref
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.notifications.actions import send_mail
from portal.payments import Declined, Standing, Terms, on_news, provider
from portal.subscriptions.actions import put_back
from portal.subscriptions.models import DeliveryStatus, Subscription, SubscriptionItem
from portal.subscriptions.policy import BY_STATUS, COMING, Obstacle
from portal.subscriptions.renewals import is_news, known_renewals, take_renewal
from portal.timeline import ChangedSince, Entry

log = getLogger(__name__)
BATCH = 200
"""So many subscriptions are asked for in one transaction."""
HOLD = timedelta(minutes=10)
"""How long a change is held back while a charge is under way; news of its outcome comes sooner."""


@dataclass(frozen=True)
class Wanted:
    """What we want of the provider, read in one transaction and compared after it."""

    ref: str
    terms: Terms
    confirmed_version: int
    known_next_charge_at: datetime | None
    """What the provider showed when we last looked."""
    since: datetime | None
    """Renewals before this are known and done with."""
    renewals: dict[str, DeliveryStatus]
    """What became of those that we know."""


@outbox.syncs(Subscription)
def sync_subscription(subscription_id: int, lease: outbox.Lease) -> None:
    """Send what the provider lacks, learn what it shows. Safe to repeat, at any time, in any order.

    A renewal that is news changes what we want next, so it is learned first, and the rest is left to the sync that follows at once.
    """
    with transaction():
        wanted = _read(db.session.get_one(Subscription, subscription_id))
    stands = provider().look_up(wanted.ref, since=wanted.since)
    their_date, overruled = _their_date(wanted, stands), None
    to_send = _to_send(wanted, stands.terms, their_date)
    refusal: Declined | None = _debt(wanted, stands, to_send)
    if not refusal and _must_send(wanted, stands, to_send):
        try:
            stands = provider().make_so(wanted.ref, wanted=to_send, found=stands.terms)
            if to_send.next_charge_at != their_date:
                overruled, their_date = their_date, None
        except Declined as error:
            refusal = error
    at = now()
    with lease.finish(at=at):
        subscription = db.session.get_one(Subscription, subscription_id, with_for_update=True)
        learn(subscription, stands, their_date, at=at)
        if refusal:
            _put_back_what_was_refused(subscription, wanted.terms.version, stands, refusal, at=at)
        elif overruled:
            _tell_overruled(subscription, overruled, at=at)
        if subscription.is_waiting:
            lease.again(at=at + HOLD if stands.is_charging or isinstance(refusal, Debt) else at)


@on_news
def sync_after_news(ref: str, at: datetime) -> None:
    for subscription in db.session.scalars(select(Subscription).where(Subscription.provider_ref == ref)):
        outbox.want_sync(subscription, at=at)


@outbox.task("look at every subscription")
def look_at_every_subscription(nothing: dict[str, Any], lease: outbox.Lease) -> None:
    """The nightly run: whatever was missed, it shows."""
    at, last = now(), 0
    live = select(Subscription).where(Subscription.ended_at.is_(None)).options(load_only(Subscription.id)).order_by(Subscription.id)
    while True:  # some at a time: whoever clicks meanwhile waits for none of it
        with transaction():
            batch = db.session.scalars(live.where(Subscription.id > last).limit(BATCH)).all()
            for subscription in batch:
                outbox.want_sync(subscription, at=at, bulk=True)
            last = max((subscription.id for subscription in batch), default=last)
        if len(batch) < BATCH:
            break
    with lease.finish(at=at):
        pass


def learn(subscription: Subscription, stands: Standing, their_date: datetime | None, *, at: datetime) -> None:
    """Take over what is the provider's to say, and `their_date`, which somebody chose there; keep on wanting what is ours."""
    known, planned, rhythm = subscription.known_next_charge_at, subscription.terms.next_charge_at, subscription.rhythm
    news = [renewal for renewal in stands.renewals if is_news(renewal, known_renewals(subscription))]
    subscription.learn(stands)
    _take_contents(subscription, stands)
    for renewal in news:
        take_renewal(subscription, renewal, at=at)
    found = stands.terms.next_charge_at
    if found is None:
        return
    if not subscription.scheduled:
        subscription.plan_from(found, stands.anchor_at)
        return
    moved_here = planned != known and not subscription.is_confirmed
    if subscription.rhythm != rhythm:
        _follow(subscription, found, Subscription.begin_again, at=at)
    elif found == subscription.scheduled[0].charge_at or their_date is None:
        _plan_on(subscription, found)
    elif moved_here:
        _tell_overruled(subscription, their_date, at=at)
    else:
        _follow(subscription, found, Subscription.follow, at=at)
    subscription.plan_ahead()


def _follow(subscription: Subscription, found: datetime, move: Callable[[Subscription, datetime], None], *, at: datetime) -> None:
    """The next charge is another one there, and so it is one here; the later ones come along."""
    first, touching = subscription.scheduled[0], subscription.scheduled
    facts = {"delivery": first.id, "day": first.arrives_on.isoformat()}
    with timeline.deed(subscription, "moved at the provider", by=timeline.PROVIDER, at=at, touching=touching, facts=facts) as doing:
        move(subscription, found)
        doing.facts["to"] = first.arrives_on.isoformat()


def _read(subscription: Subscription) -> Wanted:
    invoiced = [delivery for delivery in subscription.deliveries if delivery.invoice_ref]
    is_open = (DeliveryStatus.DUE, DeliveryStatus.UNPAID)
    open_since = min((delivery.charge_at for delivery in invoiced if delivery.status in is_open), default=None)
    last = max((delivery.charge_at for delivery in invoiced), default=None)
    return Wanted(
        ref=subscription.provider_ref,
        terms=subscription.terms,
        confirmed_version=subscription.confirmed_version,
        known_next_charge_at=subscription.known_next_charge_at,
        since=open_since or last,
        renewals=known_renewals(subscription),
    )


def _has_news(wanted: Wanted, stands: Standing) -> bool:
    return any(is_news(renewal, wanted.renewals) for renewal in stands.renewals)


def _must_send(wanted: Wanted, stands: Standing, to_send: Terms) -> bool:
    """Whether the provider is behind. One that is ahead is judged where it is learned, against the row as it is then."""
    is_held_back = stands.is_charging and to_send.next_charge_at != stands.terms.next_charge_at
    return _is_behind(wanted, stands) and not is_held_back and not _has_news(wanted, stands)


def _is_behind(wanted: Wanted, stands: Standing) -> bool:
    return stands.terms.version < wanted.terms.version and stands.ended_at is None


class Debt(Declined):
    """We don't ask the provider at all: a charge is owed."""


def _debt(wanted: Wanted, stands: Standing, to_send: Terms) -> Debt | None:
    """A date is not moved while a charge is owed: the provider would take it, and nobody would ask for the debt any more."""
    moves = _is_behind(wanted, stands) and to_send.next_charge_at != stands.terms.next_charge_at
    if moves and not _has_news(wanted, stands) and BY_STATUS.get(stands.status) is Obstacle.UNPAID:
        return Debt(_("A payment of this subscription is open."))
    return None


def _to_send(wanted: Wanted, found: Terms, their_date: datetime | None) -> Terms:
    """Three-way: a date that only they changed is theirs, also while a change of ours waits."""
    moved_here = wanted.terms.next_charge_at != wanted.known_next_charge_at
    is_theirs = found.next_charge_at is None or (their_date is not None and not moved_here)
    return Terms(version=wanted.terms.version, next_charge_at=found.next_charge_at if is_theirs else wanted.terms.next_charge_at)


def _their_date(wanted: Wanted, stands: Standing) -> datetime | None:
    """The next charge, if somebody else chose it there: it is another one than was written with the version that stands beside it.

    What a version between or before the two that we know wrote, nobody knows: it is our own, from a worker that was late, or that
    never heard the answer. After a renewal the date is another one by itself; only a trial begun since shows that somebody moved it.
    """
    found = stands.terms
    if found.version == wanted.confirmed_version:
        written = wanted.known_next_charge_at
    elif found.version == wanted.terms.version:
        written = wanted.terms.next_charge_at
    else:
        return None
    renewed = _has_news(wanted, stands) and stands.status != "trialing"
    began_again = written is None  # nothing was to be charged: an end that was taken back, a debt that was paid
    return None if renewed or began_again or found.next_charge_at == written else found.next_charge_at


def _plan_on(subscription: Subscription, found: datetime) -> None:
    """The provider goes on by its own rhythm. Where our plan has another day for the next charge, that is a change to be sent."""
    if subscription.is_confirmed and subscription.scheduled[0].charge_at != found:
        subscription.version += 1


def _take_contents(subscription: Subscription, stands: Standing) -> None:
    """What is in the box, as the provider has it. A price that the catalogue lacks can't be shown: an operator has to add it."""
    prices = prices_by_ref([item.price_ref for item in stands.items])
    if missing := {item.price_ref for item in stands.items} - prices.keys():
        log.error("The catalogue lacks %s, so the contents of %s are shown as they were.", missing, subscription.provider_ref)
        return
    known = {item.provider_ref: item for item in subscription.items}
    subscription.items = [
        known.get(item.ref) or SubscriptionItem(price=prices[item.price_ref], quantity=0, provider_ref=item.ref) for item in stands.items
    ]
    for item, told in zip(subscription.items, stands.items, strict=True):
        item.price, item.quantity = prices[told.price_ref], told.quantity
    subscription.every_count, subscription.every_unit = subscription.items[0].price.every_count, subscription.items[0].price.every_unit


def _put_back_what_was_refused(subscription: Subscription, sent: int, stands: Standing, refusal: Declined, *, at: datetime) -> None:
    """Undo here what the provider will not do, newest first, and tell the customer, also one who is not looking.

    What was changed after version `sent` was read has yet to be asked for, and stays. What can't be put back, because the provider
    changed it as well, becomes what the provider has.
    """
    waiting = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > subscription.confirmed_version)
    unconfirmed = waiting.where(Entry.version <= sent, Entry.refused_at.is_(None)).order_by(Entry.id.desc())
    refused = db.session.scalars(unconfirmed).all()
    found = stands.terms.next_charge_at
    if not refused and isinstance(refusal, Debt):
        return  # nobody asked for it: our plan only goes on, and waits until the debt is paid
    if not refused:  # our plan had gone on by itself, to a day that can't be: the provider's is the one that will come
        if found is None or found == subscription.terms.next_charge_at:
            raise refusal
        subscription.version += 1
        _follow(subscription, found, Subscription.follow, at=at)
        return
    for entry in refused:
        with suppress(ChangedSince):
            put_back(entry, subscription)
        entry.refused_at = at
        entry.personal = {**(entry.personal or {}), "reason": str(refusal)}
        if undone := entry.facts.get("entry"):
            db.session.get_one(Entry, undone).undone_at = None
    is_all = subscription.version == sent
    subscription.version += 1
    if is_all and found and found != subscription.terms.next_charge_at:
        subscription.follow(found)
    subscription.plan_ahead()
    next_day = subscription.scheduled[0].arrives_on.isoformat() if subscription.obstacle in COMING else None
    context = {"subscription": subscription.id, "name": subscription.name, "reason": str(refusal), "next_day": next_day}
    send_mail("subscriptions/refused", to=subscription.customer, context=context, at=at, key=f"refused:{refused[0].id}")


def _tell_overruled(subscription: Subscription, found: datetime, *, at: datetime) -> None:
    """Both sides moved the next charge: ours counts, and the history says what theirs was."""
    facts = {"charge": found.isoformat()}
    timeline.note(subscription, "overruled", by=timeline.PROVIDER, at=at, facts=facts)
