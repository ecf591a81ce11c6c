"""Has the customer told, by one mail, of what was changed for them in a view that has ended."""

from typing import Any

from portal import outbox, timeline
from portal.accounts.models import Customer, Impersonation, Staff
from portal.kit.clock import now
from portal.kit.db import db
from portal.support import emails
from portal.support.queries.visits import SUGGESTED, changes_of, told
from portal.timeline import Entry

TELL = "tell what staff changed"


@timeline.on_entry
def hear(entry: Entry) -> None:
    """A look alone needs no mail: it stands in the account."""
    table, _, number = entry.subject.partition(":")
    if table == Impersonation.__tablename__ and entry.deed == "impersonation ended" and _changes(int(number)):
        outbox.want_task(TELL, {"view": int(number)}, at=entry.at, key=f"{TELL}:{number}")


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        view = db.session.get_one(Impersonation, payload["view"])
        to, staff = db.session.get_one(Customer, view.customer_id), db.session.get_one(Staff, view.staff_id)
        emails.send_changed(to, view, staff, [told(entry) for entry in _changes(view.id)], at=at)


def _changes(view_id: int) -> list[Entry]:
    """What was only suggested has a mail of its own."""
    return [entry for entry in changes_of([view_id])[view_id] if entry.deed != SUGGESTED]
