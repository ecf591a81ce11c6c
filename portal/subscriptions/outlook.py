"""What would come of a change of the contents: which deliveries it is for, what each costs then, and until when it can be undone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from portal.subscriptions import preview
from portal.subscriptions.addressing import reach_of
from portal.subscriptions.models import Subscription
from portal.subscriptions.shown import Side
from portal.subscriptions.totals import Reckoning


@dataclass(frozen=True)
class Outlook:
    compared: list[tuple[Side | None, Side | None]]
    before: int
    """What each delivery costs now as a rule, in minor units of the subscription's currency."""
    after: int
    first: date | None
    """It counts from this delivery on; None if none is planned that comes, as in a pause."""
    locked: date | None
    """The one before it, that comes as it is."""
    undo_until: datetime

    @property
    def more(self) -> int:
        return self.after - self.before


def outlook(subscription: Subscription, deed: Callable[[], object], *, at: datetime) -> Outlook:
    """Refuses what the deed refuses."""
    before, afterwards = each(subscription, subscription.contents.total), list[int]()
    reach, undo_until = reach_of(subscription, at=at), subscription.plan.first_open(at=at).locks_at

    def do() -> None:
        deed()
        afterwards.append(each(subscription, subscription.contents.total))

    compared = preview.compare(subscription, do, at=at)
    return Outlook(compared, before, afterwards[0], reach.first, reach.locked, undo_until)


def each(subscription: Subscription, subtotal: int) -> int:
    """What is charged for a delivery as a rule: without a discount for the next one alone, and without credit."""
    reckoning = Reckoning.of(subscription.version, subscription.discount, subscription.next_total, has_credit=False)
    first = next((delivery.charge_at for delivery in subscription.scheduled), subscription.started_at)
    return reckoning.total(subtotal, charge_at=first, is_next=False).due
