"""What one of the shop's people tells the others about a customer."""

from datetime import datetime

from portal.accounts.models import Customer, Staff
from portal.kit.db import db, insert
from portal.tasks.models import StaffNote
from portal.tasks.refusals import NothingWritten
from portal.timeline import Actor, note


def write_note(customer: Customer, words: str, *, draft: str, author: Staff, at: datetime) -> StaffNote | None:
    """None where this form was sent before. Raises NothingWritten."""
    if not words:
        raise NothingWritten
    row = {"customer_id": customer.id, "staff_id": author.id, "text": words, "at": at, "draft": draft}
    new = insert(StaffNote).values(row).on_conflict_do_nothing(index_elements=["draft"]).returning(StaffNote.id)
    if (note_id := db.session.scalar(new)) is None:
        return None
    written = db.session.get_one(StaffNote, note_id)
    note(written, "note on customer", by=Actor(customer_id=customer.id, staff_id=author.id), at=at, facts={})
    return written
