"""What would come of a change: the next deliveries as they are, and as they would be."""

from collections.abc import Callable

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from portal.subscriptions.shown import Side


def compare(subscription: Subscription, deed: Callable[[], object], count: int = 3) -> list[tuple[Side | None, Side | None]]:
    """The next deliveries as they are, and as they would be: the deed is done to the rows in memory, and all of it forgotten.

    So the preview can't differ from the deed, and refuses what the deed refuses.
    """
    with db.session.no_autoflush:
        before = _sides(subscription, count)
        try:
            deed()
            after = _sides(subscription, count)
        finally:
            db.session.rollback()
    rows = max(len(before), len(after))
    return [(before[n] if n < len(before) else None, after[n] if n < len(after) else None) for n in range(rows)]


def _sides(subscription: Subscription, count: int) -> list[Side]:
    pieces = sum(item.quantity for item in subscription.items)
    return [Side(one.arrives_on, pieces, subscription.total, subscription.currency) for one in subscription.scheduled[:count]]
