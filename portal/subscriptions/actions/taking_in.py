"""A subscription that the provider has, and that the portal does not know yet."""

from datetime import datetime

from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.catalog.queries import products_by_ref
from portal.kit.db import db
from portal.payments import SubscriptionThere
from portal.subscriptions.models import OutsideSubscription, Subscription

NAMED = 3
"""So many products make the name of a subscription that has none."""


def is_known(ref: str) -> bool:
    return any(
        db.session.scalar(select(model.id).where(model.provider_ref == ref)) is not None for model in (Subscription, OutsideSubscription)
    )


def take_in(there: SubscriptionThere, customer: Customer, *, at: datetime) -> Subscription | OutsideSubscription:
    """It becomes one of ours if our terms can say what it is, else it is shown and left alone. The rest a sync learns."""
    name = there.words or name_of(there)
    if there.snags:
        return _show(there, customer, name, at=at)
    count, unit = there.parts[0].every if there.parts else (1, "month")
    subscription = Subscription(
        customer=customer,
        provider_ref=there.ref,
        name=name,
        currency=there.currency,
        every_count=count,
        every_unit=unit,
        started_at=there.started_at,
        account_ref=there.customer_ref,
        status=there.status,
        ended_at=there.ended_at,
        version=there.version,
        confirmed_version=there.version,
    )
    db.session.add(subscription)
    db.session.flush()
    outbox.want_sync(subscription, at=at, bulk=True)
    return subscription


def name_of(there: SubscriptionThere) -> str:
    known = products_by_ref(part.product_ref for part in there.parts)
    names = [part.words or known.get(part.product_ref, "") for part in there.parts]
    return ", ".join([name for name in names if name][:NAMED]) or there.ref


def _show(there: SubscriptionThere, customer: Customer, name: str, *, at: datetime) -> OutsideSubscription:
    outside = OutsideSubscription(
        customer=customer,
        provider_ref=there.ref,
        account_ref=there.customer_ref,
        name=name,
        currency=there.currency,
        started_at=there.started_at,
    )
    outside.learn(there, next_due=None)
    db.session.add(outside)
    db.session.flush()
    outbox.want_sync(outside, at=at, bulk=True)
    return outside
