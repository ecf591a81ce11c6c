"""How our subscriptions and the provider's stay one. All the rest only asks for it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from sqlalchemy import select

from portal import outbox, timeline
from portal.catalog.queries import prices_by_ref
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.notifications.actions import send_mail
from portal.orders.actions import record_order
from portal.orders.models import OrderedLine
from portal.payments import Declined, Payment, Renewal, Standing, Terms, on_news, provider
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription, SubscriptionItem
from portal.timeline import ChangedSince, Entry

log = getLogger(__name__)
HOLD = timedelta(minutes=10)
"""How long a change is held back while a charge is under way; news of its outcome comes sooner."""
BECAME = {
    Payment.PENDING: DeliveryStatus.DUE,
    Payment.OWED: DeliveryStatus.UNPAID,
    Payment.PAID: DeliveryStatus.CHARGED,
    Payment.VOID: DeliveryStatus.SKIPPED,
}
TOLD = {Payment.OWED: "payment failed", Payment.PAID: "charged", Payment.VOID: "not charged"}
"""What of it stands in the history."""


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
    refusal: Declined | None = None
    if _must_send(wanted, stands):
        to_send = _to_send(wanted, stands.terms, their_date)
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
            lease.again(at=at + HOLD if stands.is_collecting else at)


@on_news
def sync_after_news(ref: str, at: datetime) -> None:
    for subscription in db.session.scalars(select(Subscription).where(Subscription.provider_ref == ref)):
        outbox.want_sync(subscription, at=at)


@outbox.task("look at every subscription")
def look_at_every_subscription(_: dict[str, Any], lease: outbox.Lease) -> None:
    """The nightly run: whatever was missed, it shows."""
    at = now()
    with lease.finish(at=at):
        for subscription in db.session.scalars(select(Subscription).where(Subscription.ended_at.is_(None))).all():
            outbox.want_sync(subscription, at=at, bulk=True)


def learn(subscription: Subscription, stands: Standing, their_date: datetime | None, *, at: datetime) -> None:
    """Take over what is the provider's to say, and `their_date`, which somebody chose there; keep on wanting what is ours."""
    known, planned = subscription.known_next_charge_at, subscription.terms.next_charge_at
    news = [renewal for renewal in stands.renewals if _is_news(renewal, _renewals(subscription))]
    subscription.learn(stands)
    _take_contents(subscription, stands)
    for renewal in news:
        _take_renewal(subscription, renewal, at=at)
    found = stands.terms.next_charge_at
    if found is None:
        return
    if not subscription.scheduled:
        subscription.plan_from(found)
        return
    moved_here = planned != known and not subscription.is_confirmed
    if found == subscription.scheduled[0].charge_at or their_date is None:
        _plan_on(subscription, found)
    elif moved_here:
        _tell_overruled(subscription, their_date, at=at)
    else:
        with timeline.deed(
            subscription,
            "moved at the provider",
            by=timeline.PROVIDER,
            at=at,
            touching=subscription.scheduled,
            facts={"delivery": subscription.scheduled[0].id, "day": subscription.scheduled[0].arrives_on.isoformat()},
        ) as doing:
            subscription.follow(found)
            doing.facts["to"] = subscription.scheduled[0].arrives_on.isoformat()
    subscription.plan_ahead()


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
        renewals=_renewals(subscription),
    )


def _renewals(subscription: Subscription) -> dict[str, DeliveryStatus]:
    return {delivery.invoice_ref: delivery.status for delivery in subscription.deliveries if delivery.invoice_ref}


def _is_news(renewal: Renewal, known: dict[str, DeliveryStatus]) -> bool:
    return known.get(renewal.ref) is not BECAME[renewal.payment]


def _has_news(wanted: Wanted, stands: Standing) -> bool:
    return any(_is_news(renewal, wanted.renewals) for renewal in stands.renewals)


def _must_send(wanted: Wanted, stands: Standing) -> bool:
    """Whether the provider is behind. One that is ahead is judged where it is learned, against the row as it is then."""
    is_behind = stands.terms.version < wanted.terms.version and stands.ended_at is None
    return is_behind and not stands.is_collecting and not _has_news(wanted, stands)


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
    return None if renewed or found.next_charge_at == written else found.next_charge_at


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


def _take_renewal(subscription: Subscription, renewal: Renewal, *, at: datetime) -> None:
    """An invoice for a delivery: about to be charged, charged, owed, or given up. What is paid becomes an order, once."""
    known = next((delivery for delivery in subscription.deliveries if delivery.invoice_ref == renewal.ref), None)
    delivery = known or _delivery_for(subscription, renewal.invoiced_at)
    if renewal.payment is Payment.PENDING:
        _note(delivery, renewal)
        return
    db.session.flush()
    facts = {"delivery": delivery.id, "amount": renewal.amount, "currency": renewal.currency}
    happened_at = at if delivery.status is DeliveryStatus.UNPAID else renewal.invoiced_at
    with timeline.deed(subscription, TOLD[renewal.payment], by=timeline.PROVIDER, at=happened_at, touching=[delivery], facts=facts):
        _note(delivery, renewal)
        if renewal.payment is Payment.PAID:
            delivery.order = record_order(
                subscription.customer,
                number=None,
                placed_at=renewal.invoiced_at,
                currency=renewal.currency,
                lines=_ordered(renewal),
                total=renewal.amount,
                source="subscription",
                source_ref=renewal.ref,
            )


def _delivery_for(subscription: Subscription, invoiced_at: datetime) -> Delivery:
    """The delivery that an invoice of this moment pays for.

    That is one planned for this very time (a skipped one as well: then the provider had not heard of it yet), else the next one,
    whose date was changed there. One of a time before us becomes known by this.
    """
    free = [delivery for delivery in subscription.planned if delivery.invoice_ref is None]
    near = [delivery for delivery in free if abs(delivery.charge_at - invoiced_at) <= timedelta(days=1)]
    nearest = min(near, key=lambda delivery: abs(delivery.charge_at - invoiced_at), default=None)
    return nearest or next(iter(subscription.scheduled), None) or subscription.plan(invoiced_at)


def _note(delivery: Delivery, renewal: Renewal) -> None:
    delivery.status, delivery.invoice_ref, delivery.charge_at = BECAME[renewal.payment], renewal.ref, renewal.invoiced_at


def _ordered(renewal: Renewal) -> list[OrderedLine]:
    prices = prices_by_ref([line.price_ref for line in renewal.lines if line.price_ref])
    lines = []
    for line in renewal.lines:
        price = prices.get(line.price_ref or "")
        lines.append(
            OrderedLine(
                title=f"{price.variant.product.name}, {price.variant.name}" if price else line.words,
                sku=price.variant.sku if price else "",
                quantity=line.quantity,
                unit_amount=line.amount // line.quantity,
                picture=price.variant.product.picture if price else "",
            )
        )
    return lines


def _put_back_what_was_refused(subscription: Subscription, sent: int, stands: Standing, refusal: Declined, *, at: datetime) -> None:
    """Undo here what the provider will not do, newest first, and tell the customer, also one who is not looking.

    What was changed after version `sent` was read has yet to be asked for, and stays. What can't be put back, because the provider
    changed it as well, becomes what the provider has.
    """
    waiting = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > subscription.confirmed_version)
    unconfirmed = waiting.where(Entry.version <= sent, Entry.refused_at.is_(None)).order_by(Entry.id.desc())
    refused = db.session.scalars(unconfirmed).all()
    if not refused:
        raise refusal
    rows = {timeline.key(row): row for row in (subscription, *subscription.deliveries)}
    for entry in refused:
        with suppress(ChangedSince):
            timeline.put_back(entry, rows)
        entry.refused_at = at
        entry.personal = {**(entry.personal or {}), "reason": str(refusal)}
        if undone := entry.facts.get("entry"):
            db.session.get_one(Entry, undone).undone_at = None
    is_all = subscription.version == sent
    subscription.version += 1
    if is_all and stands.terms.next_charge_at and subscription.terms.next_charge_at != stands.terms.next_charge_at:
        subscription.follow(stands.terms.next_charge_at)
    subscription.plan_ahead()
    next_day = next((delivery.arrives_on.isoformat() for delivery in subscription.upcoming), None)
    context = {"subscription": subscription.id, "name": subscription.name, "reason": str(refusal), "next_day": next_day}
    send_mail("subscriptions/refused", to=subscription.customer, context=context, at=at, key=f"refused:{refused[0].id}")


def _tell_overruled(subscription: Subscription, found: datetime, *, at: datetime) -> None:
    """Both sides moved the next charge: ours counts, and the history says what theirs was."""
    facts = {"charge": found.isoformat()}
    timeline.note(subscription, "overruled", by=timeline.PROVIDER, at=at, facts=facts)
