"""Has the customer told of what was prepared: one mail for all that came within ten minutes, or until the view ended."""

from typing import Any

from sqlalchemy import exists, select

from portal import outbox, timeline
from portal.accounts.models import Customer, Impersonation
from portal.kit.clock import now
from portal.kit.db import db
from portal.prepared import emails, queries
from portal.prepared.actions import TELL
from portal.prepared.models import PreparedChange
from portal.timeline import Entry


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """Those that are answered or taken back by now need no mail."""
    at = now()
    with lease.finish(at=at):
        customer = db.session.get_one(Customer, payload["customer"], with_for_update=True)
        untold = db.session.scalars(PreparedChange.open_of(customer.id, at=at).where(PreparedChange.mailed_at.is_(None))).all()
        ids = {one.id for one in untold}
        for one in untold:
            one.mailed_at = at
        if ids:
            emails.send_suggested(customer, [one for one in queries.waiting(customer.id, at=at) if one.id in ids], at=at)


@timeline.on_entry
def hear(entry: Entry) -> None:
    """The view in which something was prepared has ended."""
    table, _, number = entry.subject.partition(":")
    if table == Impersonation.__tablename__ and entry.deed == "impersonation ended" and entry.customer_id:
        some = exists().where(PreparedChange.impersonation_id == int(number), PreparedChange.mailed_at.is_(None))
        if db.session.scalar(select(some)):
            outbox.want_task(TELL, {"customer": entry.customer_id}, at=entry.at)
