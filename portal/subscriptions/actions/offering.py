"""What was offered to somebody who wanted to cancel, and what they made of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from portal.kit.db import db
from portal.subscriptions.models import WITHIN, Offered, Subscription
from portal.subscriptions.policy import DONE_BY, PRIVATE, Instead
from portal.timeline import Actor, Entry

Offers = Mapping[str, Sequence[Instead]]
"""What can be offered now, by reason."""


def open_offer(subscription: Subscription, kind: Instead, reason: str, offers: Offers, *, by: Actor, at: datetime) -> None:
    _shown(subscription, reason, offers, by=by, at=at).open(kind, at=at)


def pass_offers(subscription: Subscription, reasons: list[str], offers: Offers, *, by: Actor, at: datetime) -> None:
    """Somebody cancels all the same. Of several reasons the page shows what fits the first, and beside `PRIVATE` nothing."""
    reason = next((one for one in reasons if offers.get(one)), None)
    if reason and PRIVATE not in reasons:
        _shown(subscription, reason, offers, by=by, at=at)


def take_offer(subscription: Subscription, entry: Entry, *, at: datetime) -> None:
    """If the change is one that was opened as an offer just before, it was made of it."""
    if entry.deed not in DONE_BY.values():
        return
    for one in db.session.scalars(Offered.lately(subscription, at=at)):
        if one.opened and one.opened_at and one.opened_at > at - WITHIN and DONE_BY[Instead(one.opened)] == entry.deed:
            one.entry_id = entry.id
            return


def _shown(subscription: Subscription, reason: str, offers: Offers, *, by: Actor, at: datetime) -> Offered:
    """Who comes back to the page within the hour has been shown it once."""
    for one in db.session.scalars(Offered.lately(subscription, at=at)):
        if one.reason == reason:
            return one
    kinds = [str(kind) for kind in offers.get(reason, ())]
    made = Offered(
        subscription=subscription, reason=reason, kinds=kinds, shown_at=at, customer_id=by.customer_id, staff_id=by.staff_id
    )  # fmt: skip
    db.session.add(made)
    return made
