"""What the provider will not do is undone here, and told."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from portal import timeline
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.payments import Declined, Standing
from portal.prepared.queries import helper
from portal.subscriptions.actions import put_back
from portal.subscriptions.models import Cancellation, DeliveryStatus, Subscription
from portal.subscriptions.policy import BY_STATUS, CHANGE_OF, COMING, Change, Obstacle, discount_as_json
from portal.subscriptions.refusals import ENDED
from portal.subscriptions.sync.differences import Wanted, part_of
from portal.subscriptions.sync.learning import follow, take_contents
from portal.timeline import ChangedSince, Entry

ENDS = (Change.END_NOW, Change.END_LATER)


def put_back_what_was_refused(
    subscription: Subscription, wanted: Wanted, stands: Standing, refusals: dict[str, Declined], *, at: datetime
) -> None:
    """Newest first, and only of the parts that were refused; the customer is told, also one who is not looking.

    What was changed after the version that was read has yet to be asked for, and stays. What can't be put back, because the provider
    changed it as well, becomes what the provider has.
    """
    sent = wanted.terms.version
    waiting = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > wanted.confirmed_version)
    unconfirmed = waiting.where(Entry.version <= sent, Entry.refused_at.is_(None)).order_by(Entry.id.desc())
    refused = [entry for entry in db.session.scalars(unconfirmed).all() if part_of(_deed(entry)) in refusals]
    found = stands.terms.next_charge_at
    if not refused:
        _go_along(subscription, stands, refusals, at=at)
        return
    for entry in refused:
        _put_back(entry, subscription, refusals[part_of(_deed(entry))], at=at)
    is_all = subscription.version == sent
    subscription.version += 1
    if "code" in refusals:
        subscription.discount = discount_as_json(stands.discount)
        if is_all:
            subscription.code = stands.terms.code
    if is_all and "contents" in refusals and subscription.terms.contents != stands.terms.contents:
        take_contents(subscription, stands)
    if is_all and "dates" in refusals and found and found != subscription.terms.next_charge_at:
        subscription.plan.follow(found, at=at)
    if "beginning" in refusals:
        _stay_ended(subscription)
    else:
        subscription.plan.go_on()
    next_day = subscription.scheduled[0].arrives_on.isoformat() if subscription.obstacle in COMING else None
    _tell(subscription, refused, next_day, key=f"refused:{refused[0].id}", at=at)


def put_back_what_waits(subscription: Subscription, refusal: Declined, *, at: datetime) -> None:
    """All that the provider was not told yet, and never will be."""
    waiting = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > subscription.confirmed_version)
    refused = db.session.scalars(waiting.where(Entry.refused_at.is_(None)).order_by(Entry.id.desc())).all()
    for entry in refused:
        _put_back(entry, subscription, refusal, at=at)
    if refused:
        subscription.version += 1
        _tell(subscription, refused, None, key=f"refused:{refused[0].id}", at=at)


def tell_what_came_too_late(subscription: Subscription, *, at: datetime) -> None:
    """It had ended before the provider heard of these changes. Who took the end back has the receipt again, and is told."""
    waiting = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > subscription.confirmed_version)
    late = db.session.scalars(waiting.where(Entry.refused_at.is_(None), Entry.undone_at.is_(None)).order_by(Entry.id)).all()
    late = [entry for entry in late if CHANGE_OF.get(entry.deed) not in ENDS]
    for entry in late:
        _note(entry, Declined("It had ended before the provider heard of this.", ENDED), at=at)
    if not any(part_of(_deed(entry)) == "ending" for entry in late):
        return
    newest = select(Cancellation).where(Cancellation.subscription_id == subscription.id).order_by(Cancellation.id.desc())
    if asked := db.session.scalars(newest.limit(1)).first():
        asked.taken_back_at, asked.carried_out_at, asked.confirmed_at = None, subscription.ended_at, at
    _tell(subscription, late, None, key=f"too late:{late[0].id}", at=at)


def _put_back(entry: Entry, subscription: Subscription, refusal: Declined, *, at: datetime) -> None:
    with suppress(ChangedSince):
        put_back(entry, subscription)
    _note(entry, refusal, at=at)
    if undone := entry.facts.get("entry"):
        db.session.get_one(Entry, undone).undone_at = None


def _note(entry: Entry, refusal: Declined, *, at: datetime) -> None:
    """What it comes to is told to the customer, in our words. The provider's own may name what only staff should read."""
    entry.refused_at = at
    entry.personal = {**(entry.personal or {}), "problem": refusal.problem, "said": str(refusal)}


def _tell(subscription: Subscription, refused: Sequence[Entry], next_day: str | None, *, key: str, at: datetime) -> None:
    changes = [
        {"deed": one.deed, "facts": one.facts, "problem": (one.personal or {})["problem"]}
        | helper(one.staff_id, one.facts.get("prepared"))._asdict()
        for one in refused
    ]
    context = {"subscription": subscription.id, "name": subscription.name, "changes": changes, "next_day": next_day}
    send_mail("subscriptions/refused", to=subscription.customer, context=context, at=at, key=key)


def _deed(entry: Entry) -> str:
    """What was done, or undone."""
    deed: str = entry.facts.get("undone", entry.deed)
    return deed


def _go_along(subscription: Subscription, stands: Standing, refusals: dict[str, Declined], *, at: datetime) -> None:
    """Nobody asked for it: our plan had gone on by itself, to a day that can't be. The provider's is the one that will come."""
    found, refusal = stands.terms.next_charge_at, refusals.get("dates")
    if BY_STATUS.get(stands.status) is Obstacle.UNPAID:
        return  # our plan waits until the debt is paid
    subscription.version += 1
    if "code" in refusals:
        subscription.code, subscription.discount = stands.terms.code, discount_as_json(stands.discount)
    if "contents" in refusals:
        take_contents(subscription, stands)
    if refusals.keys() <= {"code", "contents"}:
        return
    if refusal is None or found is None or found == subscription.terms.next_charge_at:
        raise next(iter(refusals.values()))
    follow(subscription, found, lambda: subscription.plan.follow(found, at=at), at=at)


def _stay_ended(subscription: Subscription) -> None:
    subscription.beginning_key = None
    for delivery in subscription.scheduled:
        delivery.status = DeliveryStatus.DROPPED
