"""From where each entry came is forgotten by the clock: it stands outside the hash, so that the chain still holds."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from portal.kit.db import db
from portal.timeline.models import Entry

KEPT = timedelta(days=29)
"""A day less than the 30 that are the most: it comes once a day."""
AT_ONCE = 2000
"""Entries of one piece of work, so that nobody waits behind it."""


def forget_where_from(*, at: datetime) -> bool:
    """In a transaction: the addresses of the oldest entries that still have one. Whether there may be more."""
    old = select(Entry.id).where(Entry.ip.is_not(None), Entry.at < at - KEPT).order_by(Entry.at).limit(AT_ONCE)
    forgotten = db.session.scalars(update(Entry).where(Entry.id.in_(old)).values(ip=None).returning(Entry.id)).all()
    return len(forgotten) == AT_ONCE
