"""What came back, and what was found: received as it comes, looked at, accepted or not. The return is locked (`locks.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.kit.shares import part
from portal.orders.models import Order, OrderLine
from portal.photos import actions as photos
from portal.photos.queries import staff_showed
from portal.returns.actions import exchanging
from portal.returns.actions.deciding import INSPECT, REVIEW, open_inspection
from portal.returns.emails import returns as emails
from portal.returns.models import Acceptance, Reception, Return, ReturnItem, ReturnStatus, free_units, take_units
from portal.returns.not_now import AskALead, MoreThanItsWorth, PhotoNeeded, ReasonNeeded
from portal.returns.refusals import InAnotherReturn
from portal.tasks.actions import finish_tasks
from portal.timeline import Actor, deed


@dataclass(frozen=True)
class Came:
    """What is here of one item by now."""

    received: int
    """All units that have come so far, not only those of this parcel."""
    seen: str
    """How the item stood on the page on which this was said (`ReturnItem.seen`)."""
    is_damaged: bool = False
    is_wrong: bool = False
    """Something else came in its place."""
    is_lost: bool = False
    """The carrier lost what is missing."""
    draft: str = ""
    """The key of the form, with which its photos came before."""

    def reception_of(self, item: ReturnItem) -> Reception:
        if self.is_wrong:
            return Reception.WRONG_ITEM
        if self.is_lost:
            return Reception.LOST_IN_TRANSIT
        if self.received >= item.quantity - item.missing:
            return Reception.RECEIVED if self.received else Reception.AWAITING
        return Reception.PARTIALLY_RECEIVED if self.received else Reception.AWAITING


@dataclass(frozen=True)
class Found:
    """What was decided about one item."""

    accepted: int
    """For so many units the money goes back, in all."""
    seen: str
    deduction: int = 0
    """What is kept back for all of them together, in minor units of the return's currency."""
    finding: str = ""
    """Why, from the shop's list."""
    note: str = ""
    """The same in words, for the customer."""
    draft: str = ""
    against: str = ""
    """Why more is accepted than the rules let."""


def receive(return_: Return, came: Mapping[int, Came], *, by: Actor, at: datetime) -> None:
    """As often as something comes: by the id of each item. What is damaged or is something else needs a photo.

    Raises NotNow, ChangedHere, MoreThanCame, PhotoNeeded, PaidAlready; InAnotherReturn where it had expired, and is in another by now.
    """
    was_expired = return_.status is ReturnStatus.EXPIRED
    items = {item.id: item for item in return_.items}
    with deed(return_, "receive return", by=by, at=at, touching=return_.items, facts=_named(return_)) as doing:
        return_.receive(at=at)
        if was_expired:
            _take_again(return_)
        for item_id, one in came.items():
            _take_in(items[item_id], one, return_)
        doing.facts["came"] = {str(item_id): one.received for item_id, one in came.items()}
    open_inspection(return_, at=at)
    emails.send_received(return_, at=at)


def inspect(return_: Return, item: ReturnItem, found: Found, *, is_lead: bool, by: Actor, at: datetime) -> None:
    """Less than what came, or with something kept back, needs a reason of the list, words and a photo; more than came needs a lead and
    a reason, which are kept. Raises NotNow, ChangedHere, MoreThanCame, ReasonNeeded, PhotoNeeded, MoreThanItsWorth, PaidAlready, AskALead.
    """
    return_.must_be(ReturnStatus.APPROVED)
    item.must_be_seen(found.seen)
    is_against = found.accepted > item.acceptable
    if is_against and found.against and not is_lead:
        raise AskALead
    facts = _named(return_) | {"item": item.id, "title": item.line.title, "accepted": found.accepted, "of": item.quantity}
    facts |= {"deduction": found.deduction, "currency": return_.currency, "finding": found.finding}
    with deed(return_, "inspect return", by=by, at=at, touching=[item], facts=facts | ({"against": True} if is_against else {})):
        is_less = found.accepted < item.acceptable or found.deduction > 0
        item.judge(found.accepted, found.deduction, found.finding, found.note, by_rule=not found.against, at=at)
        if is_against:
            return_.note_of_staff = found.against
        if found.deduction > _worth(item, found.accepted):
            raise MoreThanItsWorth
        if is_less and not found.note:
            raise ReasonNeeded
        _prove(return_, item, found.draft, needed=is_less)
    exchanging.go_on(return_, by=by, at=at)
    if all(one.is_decided or not one.received for one in return_.items):
        finish_tasks(INSPECT, return_, at=at)
    if not any(one.is_objected for one in return_.items):
        finish_tasks(REVIEW, return_, at=at)


def look_again(return_: Return, item: ReturnItem, *, by: Actor, at: datetime) -> None:
    """Somebody else has to look at it before it is decided. Raises NotNow."""
    return_.must_be(ReturnStatus.APPROVED)
    with deed(return_, "look again", by=by, at=at, touching=[item], facts=_named(return_) | {"item": item.id, "title": item.line.title}):
        item.acceptance = Acceptance.MANUAL_REVIEW


def miss_the_rest(return_: Return, item: ReturnItem, seen: str, *, by: Actor, at: datetime) -> None:
    """Nobody waits any more for what has not come of it: it may be sent back another time. Raises NotNow, ChangedHere."""
    return_.must_be(ReturnStatus.APPROVED)
    item.must_be_seen(seen)
    facts = _named(return_) | {"item": item.id, "title": item.line.title}
    with deed(return_, "miss the rest", by=by, at=at, touching=[item], facts=facts):
        item.miss_the_rest()


def _take_in(item: ReturnItem, one: Came, return_: Return) -> None:
    item.must_be_seen(one.seen)
    item.arrive(one.received, one.reception_of(item))
    if one.is_damaged or one.is_wrong:
        item.acceptance = Acceptance.MANUAL_REVIEW
    _prove(return_, item, one.draft, needed=one.is_damaged or one.is_wrong)


def _prove(return_: Return, item: ReturnItem, draft: str, *, needed: bool) -> None:
    """Photos that came with the form are the item's from now on. A return of nobody's has no photos, as nobody could see them."""
    if return_.customer_id is None:
        return
    attached = photos.attach(draft, item, customer_id=return_.customer_id) if draft else 0
    if needed and not attached and not staff_showed(ReturnItem.__tablename__, item.id):
        raise PhotoNeeded


def _take_again(return_: Return) -> None:
    for item in return_.items:
        if not item.units:
            order: Order = item.line.order
            free = free_units(order)[item.line.id]
            if len(free) < item.quantity:
                raise InAnotherReturn(item.line.title)
            item.units = take_units(item.line.id, item.quantity, free)


def _worth(item: ReturnItem, units: int) -> int:
    """What was paid for so many of it, tax included: the most that can be kept back."""
    line: OrderLine = item.line
    paid = line.amount - line.discount + (0 if line.order.tax_included else line.tax)
    return sum(part(paid, line.quantity, unit.number, 1) for unit in item.units[:units])


def _named(return_: Return) -> dict[str, object]:
    return {"rma": return_.rma}
