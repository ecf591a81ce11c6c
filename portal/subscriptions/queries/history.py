"""What was done, and whether the provider has it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from portal import timeline
from portal.accounts.models import Staff
from portal.billing.models import Invoice
from portal.kit.db import Model, db
from portal.prepared.queries import preparers
from portal.subscriptions.models import Delivery, Subscription, SubscriptionItem
from portal.subscriptions.policy import CHANGE_OF, UNDOABLE, UNDOING, allows
from portal.subscriptions.queries.kept import kept_entry
from portal.subscriptions.shown import Done, Kept, Refused, ShownSubscription
from portal.timeline import Entry

TOLD_FOR = timedelta(days=3)
"""So long a refusal of the provider is told on the page."""
CHARGES = ("charged", "payment failed")
"""What tells of a card, and not of the whole invoice: credit pays first."""
_any = aliased(Entry)
NEWEST = select(func.max(Entry.id)).where(Entry.subject.in_(bindparam("subjects", expanding=True))).group_by(Entry.subject)
REFUSED = select(Entry).where(Entry.id.in_(NEWEST), Entry.refused_at > bindparam("since")).order_by(Entry.id.desc()).limit(1)


def refused_lately(subscription_ids: Iterable[int], *, at: datetime) -> Refused | None:
    """The newest change that the provider refused, if no later one was made."""
    subjects = {f"subscription:{number}": number for number in subscription_ids}
    if not subjects:
        return None
    entry = db.session.scalar(REFUSED, {"subjects": list(subjects), "since": at - TOLD_FOR})
    if entry is None:
        return None
    return _refused(entry.id, entry.deed, entry.facts, _problem(entry), subjects[entry.subject])


def refused_among(shown: ShownSubscription, done: list[Done], *, at: datetime) -> Refused | None:
    """The same of one subscription of which the newest lines of the history are known."""
    newest = next((one for one in done if one.is_newest and one.refused_at and one.refused_at > at - TOLD_FOR), None)
    return _refused(newest.id, newest.deed, newest.facts, newest.problem, shown.id) if newest else None


def _refused(entry_id: int, deed: str, facts: dict[str, Any], problem: str, subscription_id: int) -> Refused:
    day = date.fromisoformat(facts["day"]) if "day" in facts else None
    return Refused(entry_id, deed, day, problem, subscription_id)


def history(shown: ShownSubscription, limit: int, *, at: datetime, before: int | None = None, kept: Kept | None = None) -> list[Done]:
    """Newest first, by when it happened, for some of it is learned late; `before` is the id of the oldest one that is known."""
    of_it = Entry.subject == f"subscription:{shown.id}"
    is_newest = Entry.id == select(func.max(_any.id)).where(_any.subject == Entry.subject).scalar_subquery()
    query = select(Entry, Staff.name, is_newest).outerjoin(Staff, Staff.id == Entry.staff_id).where(of_it)
    if before is not None:
        query = query.where(_is_older_than(before))
    rows = db.session.execute(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit)).all()
    touched = _touched({key for entry, *_ in rows for key in concerned(entry)})
    closed = {key for key, (delivery, _due) in touched.items() if delivery.invoice_ref or delivery.locks_at <= at}
    open_ones = [entry for entry, *_ in rows if is_undoable(entry, shown, at=at) and not closed & concerned(entry)]
    prepared_by = preparers(entry.facts["prepared"] for entry, *_ in rows if "prepared" in entry.facts)
    overtaken = _overtaken(open_ones, {key: delivery for key, (delivery, _due) in touched.items()})
    return [
        replace(
            _done(entry, staff, shown, touched, prepared_by),
            kept=kept_entry(entry, kept) if kept and _is_on_its_way(entry, shown) else None,
            can_undo=entry in open_ones and entry.id not in overtaken,
            is_overtaken=entry.id in overtaken,
            is_newest=newest,
        )
        for entry, staff, newest in rows
    ]


def histories(shown: Sequence[ShownSubscription], limit: int) -> list[tuple[ShownSubscription, Done]]:
    """Of several at once, the newest first, in as many questions for a hundred as for one. Nothing of it can be undone from there."""
    whose = {f"{Subscription.__tablename__}:{one.id}": one for one in shown}
    if not whose:
        return []
    query = select(Entry, Staff.name).outerjoin(Staff, Staff.id == Entry.staff_id).where(Entry.subject.in_(whose))
    rows = db.session.execute(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit)).all()
    touched = _touched({key for entry, _ in rows for key in concerned(entry)})
    prepared_by = preparers(entry.facts["prepared"] for entry, _ in rows if "prepared" in entry.facts)
    return [(whose[entry.subject], _done(entry, staff, whose[entry.subject], touched, prepared_by)) for entry, staff in rows]


def facts_told(entries: Iterable[Entry]) -> dict[int, dict[str, Any]]:
    """By the id of each: what its sentence needs, in one question for all of them."""
    told = [entry for entry in entries if entry.subject.startswith(f"{Subscription.__tablename__}:")]
    touched = _touched({f"{Delivery.__tablename__}:{entry.facts.get('delivery')}" for entry in told if entry.deed in CHARGES})
    return {entry.id: _facts(entry, touched) for entry in told}


def _done(
    entry: Entry, staff: str | None, shown: ShownSubscription, touched: dict[str, tuple[Delivery, int | None]], prepared_by: dict[int, str]
) -> Done:
    return Done(
        id=entry.id,
        deed=entry.deed,
        at=entry.at,
        facts=_facts(entry, touched),
        staff=staff,
        system=entry.system,
        confirmed=None if entry.version is None or entry.refused_at else not _is_on_its_way(entry, shown),
        kept=None,
        refused_at=entry.refused_at,
        problem=_problem(entry),
        is_undone=entry.undone_at is not None,
        can_undo=False,
        is_overtaken=False,
        is_newest=False,
        prepared_by=prepared_by.get(entry.facts.get("prepared", 0)),
    )


def _problem(entry: Entry) -> str:
    problem: str = (entry.personal or {}).get("problem", "other")
    return problem


def _is_on_its_way(entry: Entry, shown: ShownSubscription) -> bool:
    return entry.version is not None and entry.refused_at is None and entry.version > shown.confirmed_version


def _is_older_than(entry_id: int) -> ColumnElement[bool]:
    known_at = db.session.scalar(select(Entry.at).where(Entry.id == entry_id))
    if known_at is None:
        return Entry.id < entry_id
    return or_(Entry.at < known_at, and_(Entry.at == known_at, Entry.id < entry_id))


def _touched(keys: set[str]) -> dict[str, tuple[Delivery, int | None]]:
    """The deliveries among these rows, with what a card had to pay of their invoices, once the account has learned them."""
    if not (ids := _ids(Delivery, keys)):
        return {}
    query = select(Delivery, Invoice.due).outerjoin(Invoice, Invoice.provider_ref == Delivery.invoice_ref).where(Delivery.id.in_(ids))
    return {timeline.key(delivery): (delivery, due) for delivery, due in db.session.execute(query)}


def _ids(kind: type[Model], keys: Iterable[str]) -> list[int]:
    parts = (key.partition(":") for key in keys)
    return [int(number) for table, _, number in parts if table == kind.__tablename__ and number.isdecimal()]


def _facts(entry: Entry, touched: dict[str, tuple[Delivery, int | None]]) -> dict[str, Any]:
    if entry.deed not in CHARGES:
        return entry.facts
    _delivery, due = touched.get(f"{Delivery.__tablename__}:{entry.facts.get('delivery')}", (None, None))
    return entry.facts if due is None else entry.facts | {"due": due}


def is_undoable(entry: Entry, shown: ShownSubscription | Subscription, *, at: datetime) -> bool:
    """As far as the subscription goes."""
    if entry.deed not in UNDOABLE or entry.refused_at or entry.undone_at:
        return False
    is_over = (shown.ends_now_at is not None and at >= shown.ends_now_at) or entry.at < shown.started_at
    return allows(UNDOING[CHANGE_OF[entry.deed]], shown.obstacle) and not is_over


def _overtaken(entries: Sequence[Entry], deliveries: dict[str, Delivery]) -> set[int]:
    """The ids of those that left something as it is not any more: only the rows that they touched are read."""
    named = {key for entry in entries for key in entry.after}
    rows: dict[str, Model] = {**deliveries}
    for kind in (Subscription, SubscriptionItem):
        ids = _ids(kind, named)
        found: Iterable[Model] = db.session.scalars(select(kind).where(kind.id.in_(ids))) if ids else ()
        rows |= {timeline.key(row): row for row in found}
    return {entry.id for entry in entries if timeline.changed_since(entry, rows)}


def concerned(entry: Entry) -> set[str]:
    """The deliveries that this deed touched, and the one from which on it counts."""
    counts_from = {f"{Delivery.__tablename__}:{entry.facts['delivery']}"} if "delivery" in entry.facts else set()
    return counts_from | entry.after.keys()
