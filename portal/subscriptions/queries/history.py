"""What was done, and whether the provider has it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from portal import timeline
from portal.accounts.models import Staff
from portal.billing.models import Invoice
from portal.kit.db import Model, db
from portal.kit.shop import shop
from portal.subscriptions.models import Delivery, Subscription, SubscriptionItem
from portal.subscriptions.policy import CHANGE_OF, UNDOABLE, UNDOING, allows
from portal.subscriptions.queries.kept import kept_entry
from portal.subscriptions.shown import Done, Kept, Refused, ShownSubscription
from portal.timeline import Entry

TOLD_FOR = timedelta(days=3)
"""So long a refusal of the provider is told on the page."""
CHARGES = ("charged", "payment failed")
"""What tells of a card, and not of the whole invoice: credit pays first."""
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
    day = date.fromisoformat(entry.facts["day"]) if "day" in entry.facts else None
    return Refused(entry.id, entry.deed, day, _problem(entry), subjects[entry.subject])


def history(shown: ShownSubscription, limit: int, *, at: datetime, before: int | None = None, kept: Kept | None = None) -> list[Done]:
    """Newest first, by when it happened, for some of it is learned late; `before` is the id of the oldest one that is known."""
    query = select(Entry, Staff.name).outerjoin(Staff, Staff.id == Entry.staff_id).where(Entry.subject == f"subscription:{shown.id}")
    if before is not None:
        query = query.where(_is_older_than(before))
    rows = db.session.execute(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit)).all()
    due = _due_of({entry.facts["delivery"] for entry, _ in rows if entry.deed in CHARGES})
    closed = _closed({key for entry, _ in rows for key in concerned(entry)}, at=at)
    open_ones = [entry for entry, _ in rows if is_undoable(entry, shown, at=at) and not closed & concerned(entry)]
    overtaken = _overtaken(open_ones)
    return [
        Done(
            id=entry.id,
            deed=entry.deed,
            at=entry.at,
            facts=entry.facts | due.get(entry.facts["delivery"], {}) if entry.deed in CHARGES else entry.facts,
            staff=staff,
            system=entry.system,
            confirmed=None if entry.version is None or entry.refused_at else not _is_on_its_way(entry, shown),
            kept=kept_entry(entry, kept) if kept and _is_on_its_way(entry, shown) else None,
            is_refused=entry.refused_at is not None,
            problem=_problem(entry),
            is_undone=entry.undone_at is not None,
            can_undo=entry in open_ones and entry.id not in overtaken,
            is_overtaken=entry.id in overtaken,
        )
        for entry, staff in rows
    ]


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


def _due_of(delivery_ids: set[int]) -> dict[int, dict[str, int]]:
    """What a card had to pay of their invoices, once the account has learned them."""
    if not delivery_ids:
        return {}
    query = select(Delivery.id, Invoice.due).join(Invoice, Invoice.provider_ref == Delivery.invoice_ref)
    return {number: {"due": due} for number, due in db.session.execute(query.where(Delivery.id.in_(delivery_ids)))}


def is_undoable(entry: Entry, shown: ShownSubscription | Subscription, *, at: datetime) -> bool:
    """As far as the subscription goes."""
    if entry.deed not in UNDOABLE or entry.refused_at or entry.undone_at:
        return False
    is_over = (shown.ends_now_at is not None and at >= shown.ends_now_at) or entry.at < shown.started_at
    return allows(UNDOING[CHANGE_OF[entry.deed]], shown.obstacle) and not is_over


def _overtaken(entries: Sequence[Entry]) -> set[int]:
    """The ids of those that left something as it is not any more: only the rows that they touched are read."""
    named = {key for entry in entries for key in entry.after}
    rows: dict[str, Model] = {}
    for kind in (Subscription, Delivery, SubscriptionItem):
        ids = [int(number) for table, _, number in (key.partition(":") for key in named) if table == kind.__tablename__]
        found: Iterable[Model] = db.session.scalars(select(kind).where(kind.id.in_(ids))) if ids else ()
        rows |= {timeline.key(row): row for row in found}
    return {entry.id for entry in entries if timeline.changed_since(entry, rows)}


def concerned(entry: Entry) -> set[str]:
    """The deliveries that this deed touched, and the one from which on it counts."""
    counts_from = {f"{Delivery.__tablename__}:{entry.facts['delivery']}"} if "delivery" in entry.facts else set()
    return counts_from | entry.after.keys()


def _closed(keys: set[str], *, at: datetime) -> set[str]:
    """Which of these deliveries can't be changed any more."""
    ids = [int(number) for table, _, number in (key.partition(":") for key in keys) if table == Delivery.__tablename__]
    over = or_(Delivery.charge_at <= at + shop().lock, Delivery.invoice_ref.is_not(None))
    return {f"{Delivery.__tablename__}:{number}" for number in db.session.scalars(select(Delivery.id).where(Delivery.id.in_(ids), over))}
