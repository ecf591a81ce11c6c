"""Put back what a change touched."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from portal import timeline
from portal.kit.db import Model, db
from portal.subscriptions import emails
from portal.subscriptions.actions.change import change
from portal.subscriptions.models import Cancellation, Delivery, DeliveryStatus, Subscription
from portal.subscriptions.policy import CHANGE_OF, UNDOABLE, UNDOING, Change
from portal.subscriptions.refusals import CannotUndo, TooLate
from portal.timeline import Actor, ChangedSince, Entry


def undo(entry: Entry, subscription: Subscription, *, by: Actor, at: datetime, by_mail: bool = False) -> Entry:
    """Put back what a change touched, as long as all of it can still be changed and nothing of it was changed since.

    `by_mail`: by a link that whoever has the mail can open, and the history says so.
    """
    _must_be_undoable(entry, subscription, at=at)
    facts = {**entry.facts, "undone": entry.deed, "entry": entry.id} | ({"by_mail": True} if by_mail else {})
    with change(subscription, "undone", by=by, at=at, facts=facts) as doing:
        _undo(entry, subscription, at=at)
    entry.undone_at = at
    if CHANGE_OF[entry.deed] in (Change.END_NOW, Change.END_LATER):
        asked = db.session.scalars(select(Cancellation).where(Cancellation.reference == entry.facts["reference"])).one()
        asked.taken_back_at = at
        emails.send_taken_back(asked, at=at)
    return doing.done


def look_undone(entry: Entry, subscription: Subscription, *, at: datetime) -> None:
    """The same to the rows in memory, to be shown and forgotten. Refuses what `undo` refuses."""
    _must_be_undoable(entry, subscription, at=at)
    _undo(entry, subscription, at=at)


def _must_be_undoable(entry: Entry, subscription: Subscription, *, at: datetime) -> None:
    if entry.deed not in UNDOABLE or entry.refused_at:
        raise CannotUndo(_("This can’t be undone."))
    if entry.undone_at:
        raise CannotUndo(_("This was undone already."))
    if entry.at < subscription.started_at:
        raise CannotUndo(_("This can’t be undone any more: the subscription has ended and begun again since."))
    subscription.must_allow(UNDOING[CHANGE_OF[entry.deed]])
    touched_there = [delivery for delivery in subscription.deliveries if timeline.key(delivery) in entry.after]
    counted_from = [delivery for delivery in subscription.deliveries if delivery.id == entry.facts.get("delivery")]
    _must_not_have_locked([*touched_there, *counted_from], at=at)
    if subscription.ends_now_at and at >= subscription.ends_now_at:
        raise TooLate(_("This can’t be undone any more: the subscription has ended."))


def _undo(entry: Entry, subscription: Subscription, *, at: datetime) -> None:
    try:
        touched = put_back(entry, subscription)
    except ChangedSince as changed:
        raise CannotUndo(_what_changed(changed)) from changed
    if subscription.ends_now_at and not subscription.is_ending:
        raise CannotUndo(_what_changed(ChangedSince(["subscription.ends_now_at"])))
    if subscription.is_paused:
        _must_be_to_come(touched, at=at)
    else:
        _must_not_have_locked(touched, at=at)
    for delivery in touched:
        delivery.must_be_alone()
    subscription.contents.must_fit()
    _go_to_the_newest(subscription)
    subscription.plan.go_on()


def put_back(entry: Entry, subscription: Subscription) -> list[Delivery]:
    """Give what this change touched the values from before it, and answer which deliveries that were. Raises ChangedSince.

    After a change of the rhythm, what was planned since comes along; what was given a day of its own keeps it.
    """
    rows: dict[str, Model] = {timeline.key(row): row for row in (subscription, *subscription.deliveries, *subscription.items)}
    timeline.put_back(entry, rows)
    touched = [row for key in entry.after if isinstance(row := rows[key], Delivery)]
    newest = entry.facts.get("newest")
    if newest is None:
        return touched
    since = [delivery for delivery in subscription.planned if delivery.id > newest]
    own_days = [(delivery, delivery.charge_at) for delivery in since if delivery.charge_at != delivery.slot_at]
    known = [one for one in subscription.deliveries if one.id <= newest and one.status is not DeliveryStatus.DROPPED]
    subscription.plan.keep_step(since, after=max(delivery.slot_at for delivery in known))
    for delivery, charge_at in own_days:
        delivery.charge_at = charge_at
    return touched + since


def _go_to_the_newest(subscription: Subscription) -> None:
    """An address that was corrected meanwhile stays so; one that was removed is none to go back to."""
    if subscription.address:
        subscription.address = subscription.address.newest
        if not subscription.address.is_listed:
            raise CannotUndo(_("This can’t be undone, because that address was removed from your book since."))


def _must_not_have_locked(deliveries: list[Delivery], *, at: datetime) -> None:
    for delivery in deliveries:
        delivery.must_not_have_locked(at=at)


def _must_be_to_come(deliveries: list[Delivery], *, at: datetime) -> None:
    """In a pause nothing locks, but no day comes back either."""
    if any(delivery.charge_at <= at for delivery in deliveries):
        raise CannotUndo(_("This can’t be undone any more: the day has passed. Pause it once more instead."))


def _what_changed(changed: ChangedSince) -> str:
    what: dict[str, str] = {
        "delivery.charge_at": _("the day of the delivery"),
        "delivery.slot_at": _("the rhythm"),
        "delivery.status": _("whether the delivery is skipped"),
        "subscription.anchor_at": _("the rhythm"),
        "subscription.every_count": _("how often it comes"),
        "subscription.every_unit": _("how often it comes"),
        "subscription.is_paused": _("whether it is paused"),
        "subscription.resumes_at": _("whether it is paused"),
        "subscription.is_ending": _("whether it ends"),
        "subscription.ends_now_at": _("whether it ends"),
        "subscription.address_id": _("the address"),
        "subscription_item.price_id": _("which products are in the box"),
        "subscription_item.quantity": _("how many are in the box"),
    }
    named = sorted({what.get(field, field) for field in changed.fields})
    sentence: str = _("This can’t be undone, because this was changed since: %(what)s.", what=", ".join(named))
    return sentence
