"""What would come of a change: the next deliveries as they are, and as they would be."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from portal.catalog.models import Price
from portal.kit.db import db
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.queries.deliveries import HAS_CREDIT
from portal.subscriptions.shown import Side
from portal.subscriptions.totals import Reckoning


def compare(
    subscription: Subscription, deed: Callable[[], object], *, at: datetime, count: int = 3
) -> list[tuple[Side | None, Side | None]]:
    """The next deliveries as they are, and as they would be: the deed is done to the rows in memory, and all of it forgotten.

    So the preview can't differ from the deed, leaves alone what has locked, and refuses what the deed refuses.
    """
    has_credit = _has_credit(subscription)
    with db.session.no_autoflush:
        before = _sides(subscription, count, has_credit=has_credit)
        try:
            subscription.agree_on_what_has_locked(at=at)
            deed()
            subscription.version += 1  # what the provider said was of the terms before
            after = _sides(subscription, count, has_credit=has_credit)
        finally:
            db.session.rollback()
    rows = max(len(before), len(after))
    return [(before[n] if n < len(before) else None, after[n] if n < len(after) else None) for n in range(rows)]


def coming(subscription: Subscription, count: int) -> list[Delivery]:
    """While it is ending, none; in a pause without an end, what had locked before it; none after a day on which the shop lets it end."""
    if subscription.is_ending:
        return []
    rests, until, stops_at = subscription.is_paused, subscription.resumes_at, subscription.stops_at
    in_time = [one for one in subscription.scheduled if stops_at is None or one.charge_at < stops_at]
    return [one for one in in_time if one.agreed or not rests or (until and one.charge_at >= until)][:count]


def sides(subscription: Subscription, count: int) -> list[Side]:
    """The next deliveries, as things stand."""
    return _sides(subscription, count, has_credit=_has_credit(subscription))


def _sides(subscription: Subscription, count: int, *, has_credit: bool) -> list[Side]:
    shown = coming(subscription, count)
    first_open = next((one for one in shown if one.agreed is None), None)
    return [
        _side(subscription, one, is_next=one is shown[0], takes_once=one in (shown[0], first_open), has_credit=has_credit) for one in shown
    ]


def _side(subscription: Subscription, one: Delivery, *, is_next: bool, takes_once: bool, has_credit: bool) -> Side:
    """One that had locked before a change comes as it was then. `takes_once`: a discount for one delivery is for this one."""
    discount = one.agreed["discount"] if one.agreed else subscription.discount
    reckoning = Reckoning.of(subscription.version, discount, subscription.next_total, has_credit=has_credit)
    if one.agreed:
        inside = [(quantity, quantity * db.session.get_one(Price, price_id).amount) for price_id, quantity in one.agreed["lines"]]
    else:
        inside = [(item.quantity, item.amount) for item in subscription.items]
    pieces, subtotal = sum(quantity for quantity, _amount in inside), sum(amount for _quantity, amount in inside)
    total = reckoning.total(subtotal, charge_at=one.charge_at, is_next=is_next, takes_once=takes_once, has_locked=one.agreed is not None)
    return Side(one.arrives_on, pieces, total.due, subscription.currency, total.is_exact)


def _has_credit(subscription: Subscription) -> bool:
    """Whether the account's credit is there for its next delivery."""
    first = next(iter(subscription.scheduled), None)
    if first is None:
        return False
    query = select(HAS_CREDIT).select_from(Delivery).join(Subscription, Subscription.id == Delivery.subscription_id)
    return bool(db.session.scalar(query.where(Delivery.id == first.id)))
