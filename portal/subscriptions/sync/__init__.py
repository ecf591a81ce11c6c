"""How our subscriptions and the provider's stay one. All the rest only asks for it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import load_only

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.payments import (
    CHECKED_SINCE,
    Charge,
    Declined,
    Standing,
    Terms,
    TryAgain,
    Unsayable,
    next_invoice_at,
    on_news,
    provider,
)
from portal.subscriptions import emails, news
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import BY_STATUS, Obstacle, as_of, differ_in_what_is_bound, discount_from
from portal.subscriptions.refusals import OWED
from portal.subscriptions.sync import checking, given, learning, outside, refusing, special
from portal.subscriptions.sync import one_time as one_time
from portal.subscriptions.sync import overcharged as overcharged
from portal.subscriptions.sync.differences import (
    Wanted,
    changed_here,
    changed_there,
    differing,
    has_news,
    only,
    read,
    to_send,
    untold,
    without,
)  # fmt: skip
from portal.subscriptions.sync.naming import name_new_prices

log = getLogger(__name__)
BATCH = 20
"""So many subscriptions are asked for in one transaction."""
HOLD = timedelta(minutes=10)
"""How long a change is held back while a charge is under way; news of its outcome comes sooner."""
GRACE = timedelta(seconds=30)
"""So much later than the customer was told a subscription is ended, so that a last-moment change of mind is not overtaken."""


@dataclass
class Sent:
    """How it stands after sending, and what of it the provider refused."""

    stands: Standing
    refused: dict[str, Declined] = field(default_factory=dict)
    """By part of the terms."""
    is_held_back: bool = False
    """Something has to wait for a charge."""
    held_until: datetime | None = None
    """All of it has to wait until then: the provider writes no more invoices for this subscription now."""
    overruled: dict[str, Any] = field(default_factory=dict)
    """What they had changed too, and ours now counts."""


class Debt(Declined):
    """We don't ask the provider at all: a charge is owed."""


@outbox.syncs(Subscription)
def sync_subscription(subscription_id: int, lease: outbox.Lease) -> None:
    """What our terms can't say is left alone until they can."""
    try:
        _bring_together(subscription_id, lease)
    except Unsayable as found:
        special.leave_alone(subscription_id, found, lease)


def _bring_together(subscription_id: int, lease: outbox.Lease) -> None:
    """Send what the provider lacks, learn what it shows. Safe to repeat, at any time, in any order.

    A renewal that is news changes what we want next, so it is learned first, and the rest is left to the sync that follows at once.
    """
    began_at = at = now()
    wanted = _read(subscription_id, at=at)
    if lease.is_check:
        wanted = replace(wanted, since=at - CHECKED_SINCE if wanted.since else None)
    if wanted.beginning_key:
        found, theirs, sent = None, {}, _begin_again(wanted, wanted.beginning_key)
    else:
        found = provider().look_up(wanted.ref, since=wanted.since)
        theirs = changed_there(wanted, found, at=at)
        sent = _send(wanted, found, theirs, at=at)
        sent.stands = _end_if_due(wanted, sent.stands, theirs, at=at)
        _tell_why(wanted)
    next_charge = _next_charge(sent.stands)
    at = now()
    with checking.also_if_ahead(lease, wanted, found, at=began_at), lease.finish(at=at):
        subscription = db.session.get_one(Subscription, subscription_id, with_for_update=True)
        checking.note(lease, subscription, wanted, found, at=began_at)
        theirs = {name: value for name, value in theirs.items() if name not in sent.overruled}
        ended_before, confirmed_before = subscription.has_ended, subscription.confirmed_version
        discount_before = discount_from(subscription.discount)
        special.take_back(subscription, at=at)
        learning.learn(subscription, wanted, sent.stands, theirs, next_charge, at=at)
        given.note_what_was_given(subscription, wanted, discount_before, at=at)
        if sent.refused and ("beginning" in sent.refused or not subscription.has_ended):  # what has ended by now takes nothing back
            refusing.put_back_what_was_refused(subscription, wanted, sent.stands, sent.refused, at=at)
        if subscription.has_ended and not ended_before:
            refusing.tell_what_came_too_late(subscription, at=at)
        for asked in untold(subscription):
            if asked.why == wanted.why and not wanted.beginning_key:  # else they have said something else meanwhile
                asked.told_at = at
        for name, value in sent.overruled.items():
            learning.tell_overruled(subscription, name, value, at=at)
        emails.send_confirmed(subscription, since=confirmed_before, at=at)
        if subscription.confirmed_version > confirmed_before:
            news.confirmed(subscription, at=at)
        emails.send_kept_for_later(subscription, upto=wanted.terms.version, at=at)
        checking.settle(subscription, sent.stands, at=at)
        if (due := _due_again(subscription, sent, at=at)) is not None:
            lease.again(at=due)


@on_news
def sync_after_news(ref: str, at: datetime) -> None:
    for subscription in db.session.scalars(select(Subscription).where(Subscription.provider_ref == ref)):
        outbox.want_sync(subscription, at=at)


@outbox.task("look at every subscription")
def look_at_every_subscription(nothing: dict[str, Any], lease: outbox.Lease) -> None:
    """A part of the reconciliation: docs/decisions/reconciliation.md."""
    at, last = now(), 0
    live = select(Subscription).where(Subscription.ended_at.is_(None)).options(load_only(Subscription.id)).order_by(Subscription.id)
    while True:  # some at a time: whoever clicks meanwhile waits for none of it
        with transaction():
            batch = db.session.scalars(live.where(Subscription.id > last).limit(BATCH)).all()
            for subscription in batch:
                outbox.want_sync(subscription, at=at, check=True)
            last = max((subscription.id for subscription in batch), default=last)
        if len(batch) < BATCH:
            break
    with lease.finish(at=at):
        outside.want_all(at=at)


def _read(subscription_id: int, *, at: datetime) -> Wanted:
    """A price may have come in between that has no name yet: then once more, for without it the box would lack a product."""
    while True:
        name_new_prices(subscription_id)
        with view():
            subscription = db.session.get_one(Subscription, subscription_id)
            if all(item.price.provider_ref for item in subscription.contents.items):
                return read(subscription, at=at)


def _send(wanted: Wanted, stands: Standing, theirs: dict[str, Any], *, at: datetime) -> Sent:
    """All that differs in one update, with our version. One that is ahead is judged where it is learned, against the row as it is then."""
    found, sent = stands.terms, Sent(stands)
    if found.version >= wanted.terms.version or stands.ended_at or has_news(wanted, stands):
        return sent
    sending = to_send(wanted, stands, theirs, at=at)
    owes, moves = BY_STATUS.get(stands.status) is Obstacle.UNPAID, sending.next_charge_at != found.next_charge_at
    never_began = BY_STATUS.get(stands.status) is Obstacle.NOT_STARTED and sending.is_ending  # it is only ended, in ten minutes
    if never_began:
        sent.is_held_back = True
        return sent
    if _must_wait_for_a_charge(stands, sending, at=at):
        sent.is_held_back = True
        _send_the_end(sending, sent)
        return sent
    if _would_change_what_has_locked(wanted, found, sending, at=at):
        sent.is_held_back = True
        _send_the_end(sending, sent)
        if moves and not owes:  # its own date does not wait for its charge: it was moved close to the one before
            _try_alone("dates", replace(sending, pause=found.pause), sent)
        return sent
    if owes and moves and wanted.owes_for_nothing:
        sent.is_held_back = True
        _send_the_end(sending, sent)
        return sent
    if owes and moves:
        sent.refused["dates"] = Debt("A payment of this subscription is open.", OWED)
        sending = without({"dates"}, sending, found)
        for part in differing(sending, found, at=at):
            _try_alone(part, sending, sent)
        return sent
    if moves:
        sent.held_until = _next_invoice_at(wanted.ref, at=at)
    if sent.held_until:
        sent.is_held_back = True
        _send_the_end(sending, sent)
        return sent
    try:
        sent.stands = provider().make_so(sending, found=stands)
    except Declined as whole:
        parts = differing(sending, found, at=at)
        if len(parts) < 2:
            sent.refused[parts[0] if parts else "dates"] = whole
            return sent
        for part in parts:
            _try_alone(part, sending, sent)
    sent.overruled = {
        name: value
        for name, value in theirs.items()
        if changed_here(wanted.terms, wanted.known, name, at=at) and getattr(sending, name) != value
    }
    return sent


def _begin_again(wanted: Wanted, key: str) -> Sent:
    try:
        return Sent(provider().begin_again(wanted.terms, old_ref=wanted.ref, customer_ref=wanted.account_ref, key=key))
    except Declined as refusal:
        return Sent(provider().look_up(wanted.ref, since=wanted.since), {"beginning": refusal})


def _next_invoice_at(ref: str, *, at: datetime) -> datetime | None:
    """A date that is moved costs an invoice over nothing, and one who plays with skips would use up what there is."""
    with transaction():
        return next_invoice_at(ref, at=at)


def _try_alone(part: str, sending: Terms, sent: Sent) -> None:
    """One part, with the version as it is there: what was refused has to be put back before the whole is confirmed."""
    try:
        sent.stands = provider().make_so(only(part, sending, sent.stands.terms), found=sent.stands)
    except Declined as refusal:
        sent.refused[part] = refusal


def _send_the_end(sending: Terms, sent: Sent) -> None:
    """An end waits for no charge. What is held back stays so: the end may be taken back."""
    if sending.is_ending != sent.stands.terms.is_ending:
        _try_alone("ending", sending, sent)


def _must_wait_for_a_charge(stands: Standing, sending: Terms, *, at: datetime) -> bool:
    """No date is moved while a charge is under way."""
    return stands.is_charging and sending.next_charge_at != as_of(stands.terms, at).next_charge_at


def _would_change_what_has_locked(wanted: Wanted, found: Terms, sending: Terms, *, at: datetime) -> bool:
    """Between the lock of a delivery and its charge nothing is sent that would change that charge."""
    if wanted.locked_until is None or not differ_in_what_is_bound(sending, found, at=at):
        return False
    return at < wanted.locked_until or (found.next_charge_at is not None and found.next_charge_at <= at)  # it is about to be charged


def _end_if_due(wanted: Wanted, stands: Standing, theirs: dict[str, Any], *, at: datetime) -> Standing:
    """Unless it has ended, or the shop has taken the end back there."""
    if wanted.ends_now_at is None or wanted.ends_now_at + GRACE > at or stands.ended_at or theirs.get("is_ending") is False:
        return stands
    provider().end_now(stands.ref)
    return provider().look_up(stands.ref, since=wanted.since)


def _tell_why(wanted: Wanted) -> None:
    """It changes nothing of what holds, so it has no version, and a refusal of it is nobody's concern but ours."""
    if wanted.why is None:
        return
    try:
        provider().tell_why(wanted.ref, wanted.why)
    except Declined as refusal:
        log.warning("%s takes no reason: %s", wanted.ref, refusal)


def _next_charge(stands: Standing) -> Charge | None:
    """A page says "about" as long as the provider can't be asked."""
    if stands.ended_at or stands.terms.is_ending:
        return None
    with suppress(TryAgain, Declined):
        return provider().next_charge(stands.ref)
    return None


def _due_again(subscription: Subscription, sent: Sent, *, at: datetime) -> datetime | None:
    """When somebody has to look once more, without being asked."""
    if subscription.has_ended:
        return None
    ends_at = subscription.ends_now_at + GRACE if subscription.ends_now_at else None
    if subscription.is_waiting:
        is_waiting_for_a_charge = sent.is_held_back or any(isinstance(refusal, Debt) for refusal in sent.refused.values())
        again_at = sent.held_until or (at + HOLD if is_waiting_for_a_charge else at)
        return min(again_at, ends_at) if ends_at else again_at
    return ends_at
