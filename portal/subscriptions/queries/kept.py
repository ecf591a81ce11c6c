"""What was changed after a delivery had locked, and waits for its charge."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.catalog.models import Price
from portal.kit.db import db
from portal.kit.shop import shop
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.subscriptions.policy import BOUND, CHANGE_OF
from portal.subscriptions.queries.parts import may_wait
from portal.subscriptions.shown import Kept
from portal.timeline import Entry

WHOLE = (
    joinedload(Subscription.items).joinedload(SubscriptionItem.price).load_only(Price.provider_ref),
    joinedload(Subscription.address),
    selectinload(Subscription.deliveries),
)


def kept(customer_id: int, *, at: datetime) -> dict[int, Kept]:
    """By the id of the subscription. Of those of which the provider still has to be told, and whose next delivery has locked: mostly
    there is none, so a page that knows does not ask."""
    waiting = select(Subscription).where(Subscription.customer_id == customer_id, may_wait(Subscription))
    near = db.session.scalars(waiting.options(*WHOLE), {"locked": at + shop().lock}).unique()
    found = {one.id: kept_of(one, at=at) for one in near}
    return {number: what for number, what in found.items() if what}


def kept_of(subscription: Subscription, *, at: datetime) -> Kept | None:
    locked, first = subscription.waits_for(at=at), subscription.plan.counts_from(at=at)
    return Kept(locked.arrives_on, first.arrives_on if first else None) if locked else None


def kept_entry(entry: Entry, kept: Kept) -> Kept:
    """One change of them: what touches no box counts from none, and only waits along."""
    if CHANGE_OF.get(entry.facts.get("undone", entry.deed)) not in BOUND:
        return replace(kept, first=None)
    return replace(kept, first=date.fromisoformat(entry.facts["day"])) if "day" in entry.facts else kept
