"""What a customer or a member of staff does at the door."""

from datetime import datetime

from portal.accounts.models import Customer, Person, Session
from portal.accounts.tokens import digest, fresh_key
from portal.kit.db import db


def open_session(person: Person, *, device: str, at: datetime) -> str:
    """Sign this device in. Returns the key for its cookie, which is known nowhere else."""
    key = fresh_key()
    whose = {"customer_id": person.id} if isinstance(person, Customer) else {"staff_id": person.id}
    db.session.add(Session(key_hash=digest(key), device=device, created_at=at, last_seen_at=at, **whose))
    return key
