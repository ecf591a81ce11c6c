"""What a mail says of the changes that the provider has just confirmed, and whether each can be undone."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal import timeline
from portal.kit.db import Model, db
from portal.kit.shop import shop
from portal.prepared.queries import helper
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.policy import CHANGE_OF, UNDOABLE, Change
from portal.subscriptions.queries.history import concerned, is_undoable
from portal.subscriptions.shown import Confirmed
from portal.timeline import Entry

TOLD_ELSEWHERE = (Change.END_NOW, Change.END_LATER, Change.KEEP)
"""Of these there is a mail at once, with a receipt or about one."""


def just_confirmed(subscription: Subscription, *, since: int, at: datetime) -> list[Confirmed]:
    """Oldest first; `since` is the version that was confirmed before."""
    return _changes(subscription, since, subscription.confirmed_version, at=at)


def just_kept(subscription: Subscription, *, upto: int, at: datetime) -> list[Confirmed]:
    """Oldest first: what the provider has yet to be told, as far as this version."""
    return _changes(subscription, subscription.confirmed_version, upto, at=at)


def _changes(subscription: Subscription, since: int, upto: int, *, at: datetime) -> list[Confirmed]:
    """Only what a person did. What was undone before it was confirmed never was, and neither was its undo; but one that came by the link
    in a mail is told: whoever has the mail can open it.
    """
    ours = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > since)
    query = ours.where(Entry.version <= upto, Entry.refused_at.is_(None), Entry.undone_at.is_(None))
    undone = {entry.id for entry in db.session.scalars(ours.where(Entry.undone_at.is_not(None)))}
    return [
        _confirmed(entry, subscription, at=at)
        for entry in db.session.scalars(query.order_by(Entry.id)).all()
        if entry.system is None
        and CHANGE_OF[entry.facts.get("undone", entry.deed)] not in TOLD_ELSEWHERE
        and (entry.facts.get("by_mail") or entry.facts.get("entry") not in undone)
    ]


def _confirmed(entry: Entry, subscription: Subscription, *, at: datetime) -> Confirmed:
    until = undo_until(entry, subscription)
    rows: dict[str, Model] = {timeline.key(row): row for row in (subscription, *subscription.deliveries, *subscription.items)}
    may_be, is_open = is_undoable(entry, subscription, at=at), until is None or at < until
    by = helper(entry.staff_id, entry.facts.get("prepared"))
    is_changed_since = entry.deed in UNDOABLE and bool(timeline.changed_since(entry, rows))
    return Confirmed(
        entry_id=entry.id,
        deed=entry.deed,
        facts=entry.facts,
        staff=by.done_by,
        prepared_by=by.prepared_by,
        can_undo=may_be and is_open and not is_changed_since,
        undo_until=until,
        is_changed_since=is_changed_since,
    )


def undo_until(entry: Entry, subscription: Subscription) -> datetime | None:
    """Until the first delivery locks that it concerns, as it is now and as it was before; None if it concerns none.

    In a pause nothing locks: what is put back into one must only be to come.
    """
    keys = concerned(entry)
    locks = [delivery.locks_at for delivery in subscription.deliveries if timeline.key(delivery) in keys]
    rested = entry.before.get(timeline.key(subscription), {}).get("is_paused", subscription.is_paused)
    lock = timedelta(0) if rested else shop().lock
    before = [
        datetime.fromisoformat(values["charge_at"]) - lock
        for key, values in entry.before.items()
        if key.startswith(f"{Delivery.__tablename__}:") and "charge_at" in values
    ]
    return min([*locks, *before], default=None)
