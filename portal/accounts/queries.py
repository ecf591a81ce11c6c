"""Who a session belongs to."""

from datetime import datetime

from portal.accounts.models import Customer, Session, Staff
from portal.accounts.tokens import digest
from portal.kit.db import db


def whose(key: str, *, at: datetime) -> tuple[Session, Customer | None, Staff | None] | None:
    """The live session of this key with its person, in one select."""
    mine = Session.live(at=at).where(Session.key_hash == digest(key))
    joined = mine.outerjoin(Customer, Session.customer_id == Customer.id).outerjoin(Staff, Session.staff_id == Staff.id)
    found = db.session.execute(joined.add_columns(Customer, Staff)).one_or_none()
    return found and (found[0], found[1], found[2])
