"""What is written to a customer about a subscription: changes that are confirmed, a receipt of its end, and that it goes on."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from portal.notifications.actions import send_mail
from portal.subscriptions import preview, queries
from portal.subscriptions.models import Cancellation, Subscription
from portal.subscriptions.shown import Confirmed


def send_confirmed(subscription: Subscription, *, since: int, at: datetime) -> None:
    """One for all that was confirmed together; `since` is the version that was confirmed before. Nothing, if that comes to nothing."""
    to, changes = subscription.customer, queries.just_confirmed(subscription, since=since, at=at)
    if not changes or subscription.has_ended:
        return
    key = f"confirmed:{changes[-1].entry_id}"
    send_mail("subscriptions/confirmed", to=to, context=_told(changes, subscription, at=at), at=at, key=key)


def send_kept_for_later(subscription: Subscription, *, upto: int, at: datetime) -> None:
    """Of what waits until a locked delivery is charged, as far as the version `upto`. The confirmation is a mail of its own, after it."""
    to, kept = subscription.customer, queries.kept_of(subscription, at=at)
    if kept is None or subscription.is_ending or subscription.has_ended:
        return
    if changes := queries.just_kept(subscription, upto=upto, at=at):
        told, key = _told(changes, subscription, at=at), f"kept for later:{changes[-1].entry_id}"
        context = {**told, "locked": kept.locked.isoformat(), "first": kept.first.isoformat() if kept.first else None}
        send_mail("subscriptions/kept_for_later", to=to, context=context, at=at, key=key)


def send_receipt(asked: Cancellation, entry_id: int, *, at: datetime) -> None:
    """`entry_id` is of the history. The links in it are made when it leaves: what is kept until then opens nothing."""
    subscription = asked.subscription
    ends_at = subscription.ends_at
    context = {
        "name": subscription.name,
        "subscription": subscription.id,
        "entry": entry_id,
        "reference": asked.reference,
        "asked_at": asked.asked_at.isoformat(),
        "is_at_once": asked.is_at_once,
        "ends_at": ends_at.isoformat() if ends_at else None,
        "can_undo": ends_at is not None and ends_at > at,
    }
    send_mail("subscriptions/cancelled", to=subscription.customer, context=context, at=at, key=f"cancelled:{asked.reference}")


def send_taken_back(asked: Cancellation, *, at: datetime) -> None:
    """Whoever holds a receipt that counts no more has to know; also of an end at once, where one that was asked for before stands."""
    subscription = asked.subscription
    first = next(iter(subscription.scheduled), None)
    context = {
        "name": subscription.name,
        "subscription": subscription.id,
        "reference": asked.reference,
        "next_day": first.arrives_on.isoformat() if first and not subscription.is_paused else None,
        "ends_at": subscription.ends_at.isoformat() if subscription.ends_at else None,
    }
    send_mail("subscriptions/kept", to=subscription.customer, context=context, at=at, key=f"kept:{asked.reference}")


def _told(changes: list[Confirmed], subscription: Subscription, *, at: datetime) -> dict[str, Any]:
    """Each with its undo, and what comes next."""
    return {
        "name": subscription.name,
        "subscription": subscription.id,
        "changes": [
            {**asdict(one), "undo_until": one.undo_until.isoformat() if one.can_undo and one.undo_until else None} for one in changes
        ],
        "next": _next(subscription, at=at),
        "is_ending": subscription.is_ending,
    }


def _next(subscription: Subscription, *, at: datetime) -> dict[str, Any] | None:
    """The next delivery as the page shows it; None if none comes as things stand."""
    first = next(iter(preview.coming(subscription, 1)), None)
    shown = queries.delivery(first.id, subscription.customer_id) if first else None
    if shown is None:
        return None
    return {
        "day": shown.arrives_on.isoformat(),
        "total": shown.total,
        "currency": shown.currency,
        "is_exact": shown.is_exact,
        "open_until": shown.locks_at.isoformat() if shown.is_open(at=at) else None,
        "has_locked": shown.locks_at <= at,
    }
