"""Of what the shop made of a subscription at the provider, our terms may have no words: then it is shown, and left alone."""

from datetime import datetime

from portal import outbox, timeline
from portal.kit.clock import now
from portal.kit.db import db
from portal.payments import Declined, Unsayable
from portal.subscriptions.models import Subscription
from portal.subscriptions.refusals import SPECIAL
from portal.subscriptions.sync import refusing


def leave_alone(subscription_id: int, found: Unsayable, lease: outbox.Lease) -> None:
    """Nothing is sent for it any more; what waited is put back, and told. Whatever is news there has us look again."""
    at = now()
    with lease.finish(at=at):
        subscription = db.session.get_one(Subscription, subscription_id, with_for_update=True)
        if not subscription.special:
            timeline.note(subscription, "set apart", by=timeline.PROVIDER, at=at, facts={"snags": list(found.snags)})
            refusing.put_back_what_waits(subscription, Declined(str(found), SPECIAL), at=at)
        subscription.special = ",".join(found.snags)


def take_back(subscription: Subscription, *, at: datetime) -> None:
    """Our terms can say what it is."""
    if subscription.special:
        subscription.special = ""
        timeline.note(subscription, "set free", by=timeline.PROVIDER, at=at, facts={})
