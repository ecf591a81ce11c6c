"""What goes into one box only is charged with it: the provider is told when that box locks, once."""

from datetime import datetime, timedelta
from logging import getLogger

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.payments import Declined, WantedItem, begin_try, carry_out, money_provider
from portal.subscriptions.models import OneTimeItem, Subscription

log = getLogger(__name__)
TOMORROW = timedelta(days=1)


@outbox.syncs(OneTimeItem)
def sync_item(item_id: int, lease: outbox.Lease) -> None:
    """Before its delivery locks it only waits; what was taken out, or has no delivery any more, is never sent."""
    refusal, there = "", None
    if _goes_now(item_id, at=now()) and (this := begin_try(OneTimeItem, item_id, at=now())):
        wanted, money = WantedItem(this.key, **this.body), money_provider()
        try:
            there = carry_out(
                this,
                do=lambda: money.one_time_item(wanted, under=this.under),
                find=lambda: money.find_one_time_item(wanted, since=this.since),
            )
        except Declined as error:
            refusal = str(error)
    at = now()
    with lease.finish(at=at):
        item = db.session.get_one(OneTimeItem, item_id)
        if there:
            item.learn(there, at=at)
        elif refusal:
            log.error("Item %s of %s was refused: %s", item.key, item.subscription.provider_ref, refusal)
            item.refuse(refusal, at=at)
        elif item.is_waiting:
            lease.again(at=next_lock(item.subscription, at=at))


def _goes_now(item_id: int, *, at: datetime) -> bool:
    """Whether its delivery has locked: from then on it is that one's, and can't be taken out any more."""
    with transaction():
        holder = db.session.get_one(OneTimeItem, item_id).subscription_id
        subscription = db.session.get_one(Subscription, holder, with_for_update=True)
        item = db.session.get_one(OneTimeItem, item_id)
        if item.is_waiting and subscription.has_ended:
            item.removed_at = at
        elif item.is_waiting and (locked := item.locked_with(at=at)):
            item.delivery_id = locked.id
        return item.delivery_id is not None and item.done_at is None


def next_lock(subscription: Subscription, *, at: datetime) -> datetime:
    """When what waits has to be looked at again: when the next delivery locks, or tomorrow, if none is to come."""
    return max(min((one.locks_at for one in subscription.scheduled if one.locks_at > at), default=at + TOMORROW), at)
