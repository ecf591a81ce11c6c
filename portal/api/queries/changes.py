"""What customers changed, out of the history: without what is only ours, and without what names a person."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.models import Customer
from portal.api import shown
from portal.api.cursors import cursor_after, row_before
from portal.billing.models import BillingAccount
from portal.kit.db import db
from portal.orders.models import Order, Shipment
from portal.subscriptions.models import Subscription
from portal.timeline import Entry

Named = tuple[str, InstrumentedAttribute[int] | None, InstrumentedAttribute[Any] | None]
SUBJECTS: dict[str, Named] = {
    Subscription.__tablename__: ("subscription", Subscription.id, Subscription.provider_ref),
    Order.__tablename__: ("order", Order.id, Order.number),
    Shipment.__tablename__: ("parcel", Shipment.id, Shipment.ref),
    BillingAccount.__tablename__: ("account", BillingAccount.id, BillingAccount.provider_ref),
    Customer.__tablename__: ("customer", None, None),
}
"""Of which subjects the shop's systems hear: what we call the table, what they call it, and by which name."""


def changes(cursor: str | None, limit: int, *, whose: bool) -> shown.Changes:
    """Oldest first. The history is written one entry after the other, so that none comes before one that was shown already."""
    theirs = or_(*(Entry.subject.startswith(f"{table}:") for table in SUBJECTS))
    columns = Entry.id, Entry.at, Entry.deed, Entry.customer_id, Entry.staff_id, Entry.subject, Entry.facts
    query = select(*columns).where(Entry.id > row_before("changes", cursor), Entry.customer_id.is_not(None), theirs)
    found = db.session.execute(query.order_by(Entry.id).limit(limit + 1)).all()
    page = found[:limit]
    refs, emails = _refs([entry.subject for entry in page]), _emails([entry.customer_id for entry in page]) if whose else {}
    data = tuple(
        shown.Change(
            id=entry.id,
            at=entry.at,
            deed=entry.deed,
            by="staff" if entry.staff_id else "customer",
            customer_id=entry.customer_id,
            email=emails.get(entry.customer_id),
            subject=SUBJECTS[entry.subject.partition(":")[0]][0],
            ref=refs.get(entry.subject),
            facts=entry.facts,
        )
        for entry in page
    )
    return shown.Changes(data=data, next_cursor=cursor_after("changes", page[-1].id) if page else cursor, has_more=len(found) > limit)


def _refs(subjects: Sequence[str]) -> dict[str, str]:
    """What the subjects are called, in one question for each kind."""
    ids: dict[str, set[int]] = defaultdict(set)
    for subject in subjects:
        table, _, number = subject.partition(":")
        ids[table].add(int(number))
    found: dict[str, str] = {}
    for table, numbers in ids.items():
        _, key, name = SUBJECTS[table]
        if key is not None and name is not None:
            rows = db.session.execute(select(key, name).where(key.in_(numbers)))
            found |= {f"{table}:{row_id}": ref for row_id, ref in rows if ref}
    return found


def _emails(customer_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(Customer.id, Customer.email).where(Customer.id.in_(set(customer_ids))))
    return dict(iter(rows))
