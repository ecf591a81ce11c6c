"""What one of the shop's people tells the others about a customer."""

from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Customer, Staff
from portal.kit.db import db, insert
from portal.tasks.models import StaffNote
from portal.tasks.refusals import NothingWritten
from portal.timeline import Actor, Entry, deed, key, note, put_back

CORRECT, REMOVE, KEEP = "correct note on customer", "remove note on customer", "keep note on customer"


def write_note(customer: Customer, words: str, *, draft: str, author: Staff, at: datetime) -> StaffNote | None:
    """None where this form was sent before. Raises NothingWritten."""
    if not words:
        raise NothingWritten
    row = {"customer_id": customer.id, "staff_id": author.id, "text": words, "at": at, "draft": draft}
    new = insert(StaffNote).values(row).on_conflict_do_nothing(index_elements=["draft"]).returning(StaffNote.id)
    if (note_id := db.session.scalar(new)) is None:
        return None
    written = db.session.get_one(StaffNote, note_id)
    note(written, "note on customer", by=_by(written, author), at=at, facts={})
    return written


def correct_note(written: StaffNote, words: str, *, by: Staff, at: datetime) -> None:
    """What it said before stays in the history. Raises NothingWritten, WrittenByAnother."""
    with deed(written, CORRECT, by=_by(written, by), at=at):
        written.correct(words, by, at=at)


def remove_note(written: StaffNote, *, by: Staff, at: datetime) -> None:
    """Likewise. Raises WrittenByAnother."""
    with deed(written, REMOVE, by=_by(written, by), at=at):
        written.remove(by, at=at)


def keep_note(written: StaffNote, *, by: Staff, at: datetime) -> None:
    """It says again what it said before it was removed. Nothing where it was not, or where that was erased since. Raises
    WrittenByAnother."""
    written.must_be_of(by)
    removal = db.session.scalars(select(Entry).where(Entry.subject == key(written), Entry.deed == REMOVE).order_by(Entry.id.desc())).first()
    if removal is None or removal.personal is None or written.removed_at is None:
        return
    with deed(written, KEEP, by=_by(written, by), at=at):
        put_back(removal, {key(written): written})


def _by(written: StaffNote, staff: Staff) -> Actor:
    return Actor(customer_id=written.customer_id, staff_id=staff.id)
