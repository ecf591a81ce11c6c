"""What can be done with deliveries. Called from an open transaction, with the subscription locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from portal import outbox, timeline
from portal.kit.db import Model, db
from portal.kit.refusal import Refusal
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.policy import UNDOABLE
from portal.timeline import Actor, ChangedSince, Deed, Entry

SETTLE = timedelta(seconds=2)
"""A change waits so long before it is sent: a skip that is undone at once costs the provider nothing."""


class CannotUndo(Refusal): ...


def skip_delivery(delivery: Delivery, *, by: Actor, at: datetime) -> Entry:
    """Leave this delivery out; the next charge is that of the one after it."""
    with _change(delivery.subscription, "skipped", by=by, at=at, facts={"delivery": delivery.id, "day": _iso(delivery)}) as doing:
        delivery.skip(at=at)
    return doing.done


def unskip_delivery(delivery: Delivery, *, by: Actor, at: datetime) -> Entry:
    """Send a skipped delivery after all."""
    with _change(delivery.subscription, "unskipped", by=by, at=at, facts={"delivery": delivery.id, "day": _iso(delivery)}) as doing:
        delivery.unskip(at=at)
    return doing.done


def move_delivery(delivery: Delivery, arrival: date, *, by: Actor, at: datetime) -> Entry:
    """Move this delivery alone to another day."""
    with _change(delivery.subscription, "moved", by=by, at=at, facts=_moving(delivery, arrival)) as doing:
        delivery.move(arrival, at=at)
    return doing.done


def move_with_later(delivery: Delivery, arrival: date, *, by: Actor, at: datetime) -> Entry:
    """Move this delivery to another day, and all later ones with it."""
    newest = max(planned.id for planned in delivery.subscription.deliveries)
    facts = {**_moving(delivery, arrival), "newest": newest}
    with _change(delivery.subscription, "moved with later", by=by, at=at, facts=facts) as doing:
        delivery.subscription.move_from(delivery, arrival, at=at)
    return doing.done


def undo(entry: Entry, subscription: Subscription, *, by: Actor, at: datetime) -> Entry:
    """Put back what a change touched, as long as all of it can still be changed and nothing of it was changed since."""
    if entry.deed not in UNDOABLE or entry.refused_at:
        raise CannotUndo(_("This can’t be undone."))
    if entry.undone_at:
        raise CannotUndo(_("This was undone already."))
    _must_be_open([delivery for delivery in subscription.deliveries if timeline.key(delivery) in entry.after], at=at)
    with _change(subscription, "undone", by=by, at=at, facts={**entry.facts, "undone": entry.deed, "entry": entry.id}) as doing:
        try:
            touched = put_back(entry, subscription)
        except ChangedSince as changed:
            raise CannotUndo(_what_changed(changed)) from changed
        _must_be_open(touched, at=at)
        for delivery in touched:
            delivery.must_be_alone()
        subscription.plan_ahead()
    entry.undone_at = at
    return doing.done


def put_back(entry: Entry, subscription: Subscription) -> list[Delivery]:
    """Give what this change touched the values from before it, and answer which deliveries that were. Raises ChangedSince.

    After a change of the rhythm, what was planned since comes along; what was given a day of its own keeps it.
    """
    rows: dict[str, Model] = {timeline.key(row): row for row in (subscription, *subscription.deliveries)}
    timeline.put_back(entry, rows)
    touched = [row for key in entry.after if isinstance(row := rows[key], Delivery)]
    newest = entry.facts.get("newest")
    if newest is None:
        return touched
    since = [delivery for delivery in subscription.planned if delivery.id > newest]
    own_days = [(delivery, delivery.charge_at) for delivery in since if delivery.charge_at != delivery.slot_at]
    subscription.keep_step(since, after=max(delivery.slot_at for delivery in subscription.deliveries if delivery.id <= newest))
    for delivery, charge_at in own_days:
        delivery.charge_at = charge_at
    return touched + since


@contextmanager
def _change(subscription: Subscription, deed: str, *, by: Actor, at: datetime, facts: dict[str, Any]) -> Iterator[Deed]:
    """What goes with each change: it stands in the history, it has a number, and the provider is told."""
    version = subscription.version + 1
    with timeline.deed(subscription, deed, by=by, at=at, touching=subscription.deliveries, version=lambda: version, facts=facts) as doing:
        yield doing
    subscription.version = version
    db.session.flush()
    outbox.want_sync(subscription, at=at + SETTLE)


def _must_be_open(deliveries: list[Delivery], *, at: datetime) -> None:
    for delivery in deliveries:
        delivery.must_be_open(at=at)


def _moving(delivery: Delivery, arrival: date) -> dict[str, Any]:
    return {"delivery": delivery.id, "day": _iso(delivery), "to": arrival.isoformat()}


def _iso(delivery: Delivery) -> str:
    return delivery.arrives_on.isoformat()


def _what_changed(changed: ChangedSince) -> str:
    what: dict[str, str] = {
        "delivery.charge_at": _("the day of the delivery"),
        "delivery.slot_at": _("the rhythm"),
        "delivery.status": _("whether the delivery is skipped"),
        "subscription.anchor_at": _("the rhythm"),
    }
    named = sorted({what.get(field, field) for field in changed.fields})
    sentence: str = _("This can’t be undone, because this was changed since: %(what)s.", what=", ".join(named))
    return sentence
