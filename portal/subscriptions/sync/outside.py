"""What the provider shows of subscriptions that ours can't say. Nothing is ever sent for them."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, view
from portal.payments import Declined, SubscriptionThere, listing_provider, on_news, provider
from portal.payments.models import ProviderName
from portal.subscriptions.actions import take_in
from portal.subscriptions.models import OutsideSubscription
from portal.subscriptions.policy import BY_STATUS, Obstacle


@outbox.syncs(OutsideSubscription)
def sync_outside(outside_id: int, lease: outbox.Lease) -> None:
    """Look, and learn. If our terms can say by now what it is, it becomes one of ours."""
    with view():
        outside = db.session.get(OutsideSubscription, outside_id)
        ref = outside.provider_ref if outside else None
    if ref is None:  # it has become one of ours
        with lease.finish(at=now()):
            return
    there = listing_provider().subscription(ref)
    next_due = None if BY_STATUS.get(there.status) is Obstacle.ENDED else _next_due(there)
    at = now()
    with lease.finish(at=at):
        outside = db.session.get_one(OutsideSubscription, outside_id, with_for_update=True)
        ProviderName.keep({part.ref: None for part in there.parts}, there.customer_ref)
        if there.snags:
            outside.learn(there, next_due=next_due)
        else:
            customer = outside.customer
            db.session.delete(outside)
            db.session.flush()
            take_in(there, customer, at=at)


@on_news
def sync_after_news(ref: str, at: datetime) -> None:
    for outside in db.session.scalars(select(OutsideSubscription).where(OutsideSubscription.provider_ref == ref)):
        outbox.want_sync(outside, at=at, bulk=True)


def want_all(*, at: datetime) -> None:
    """The nightly run. There are few of them."""
    for outside in db.session.scalars(select(OutsideSubscription).where(OutsideSubscription.ended_at.is_(None))):
        outbox.want_sync(outside, at=at, bulk=True)


def _next_due(there: SubscriptionThere) -> int | None:
    with suppress(Declined):
        charge = provider().next_charge(there.ref)
        return charge.due if charge else None
    return None
