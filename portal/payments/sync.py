"""Catches up on events that never reached us: the endpoint was away for longer than the provider tries, or it has none."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.payments import news
from portal.payments.current import provider
from portal.payments.models import CaughtUp, ReceivedEvent

OVERLAP = timedelta(minutes=5)
"""Read again: an event may be listed a little after it happened. One that is known already does nothing."""
LONGEST = timedelta(days=29)
"""Stripe lists the events of 30 days. Source: docs.stripe.com/api/events."""


APPLY_TRIES = 8
"""After them it is given up, and stands among what has failed until somebody replays it."""


@outbox.task(news.APPLY, tries=APPLY_TRIES)
def apply_again(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        news.apply(db.session.scalars(select(ReceivedEvent).where(ReceivedEvent.event_id == payload["event"])).one(), at=at)


@outbox.task("catch up on events")
def catch_up(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with view():
        known = db.session.scalar(select(CaughtUp.until))
    events = provider().events_since(max(known - OVERLAP, at - LONGEST) if known else at - OVERLAP)
    with view():
        news_to_us = ReceivedEvent.unknown([event.id for event in events])
    for event in events:  # one at a time: a webhook may bring the same ones now, in another order
        if event.id not in news_to_us:  # nearly all came as webhooks
            continue
        with transaction():
            news.take(event, at=at)
    with lease.finish(at=at):
        caught_up = db.session.scalars(select(CaughtUp).with_for_update()).one_or_none()
        if caught_up is None:
            db.session.add(CaughtUp(until=at))
        else:
            caught_up.until = at
