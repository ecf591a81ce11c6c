"""The chain: each entry carries the hash of the one before it, so that an edit, a gap or a swap shows."""

import json
from collections.abc import Callable
from datetime import UTC
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select

from portal import outbox
from portal.kit.db import changing, db
from portal.timeline.models import ChainHead, Entry

Listener = Callable[[Entry], None]
LISTENERS: list[Listener] = []
ANCHOR = "anchor the history"
ANCHORED_EACH = 1000
"""Entries."""
_in_order = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def on_entry(listener: Listener) -> Listener:
    """Call it, in the transaction of the deed, with the entry that tells of it. It writes no entry itself."""
    LISTENERS.append(listener)
    return listener


def append(entry: Entry) -> Entry:
    """Give the entry its place."""
    if not changing():
        raise RuntimeError("A deed belongs to a change: write it down inside a transaction.")
    head = hold_history()
    entry.previous_hash = head.entry_hash
    entry.entry_hash = head.entry_hash = digest(entry)
    db.session.add(entry)
    db.session.flush()
    if entry.id % ANCHORED_EACH == 0:
        outbox.want_task(ANCHOR, {}, at=entry.at, key=f"{ANCHOR}:{entry.id}")
    for listener in LISTENERS:
        listener(entry)
    return entry


def hold_history() -> ChainHead:
    """Whoever holds the head's row writes next, so ids and hashes go in one order. Who will hold what others come to after they have
    written holds it before that."""
    return db.session.scalars(select(ChainHead).with_for_update()).one()


def digest(entry: Entry) -> str:
    """SHA-256 over the entry before and all of this one that never changes, in a form that is the same before and after either
    database has kept it. What was added to the form later stands in it only where it says something, so that older hashes hold.
    Raises ValueError or TypeError for what no database could keep: NaN, or what is not JSON."""
    kept = json.loads(json.dumps(_covered(entry), allow_nan=False))  # a key that is a number comes back as text, and is sorted as text
    return _hash(kept)


def digest_of_kept(entry: Row[Any]) -> str:
    """The same of one that was read back: that is in this form already. Raises ValueError for NaN, which nobody here has written."""
    return _hash(_covered(entry))


def _hash(covered: list[Any]) -> str:
    return sha256(_in_order(covered).encode()).hexdigest()


def _covered(entry: Entry | Row[Any]) -> list[Any]:
    covered = [
        entry.previous_hash, entry.subject, entry.deed, entry.customer_id, entry.staff_id, entry.system,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.version, entry.before, entry.after, entry.facts,
    ]  # fmt: skip
    later = {"impersonation": entry.impersonation_id, "request": entry.request_id}
    return covered + [{name: value} for name, value in later.items() if value is not None]  # entries from before there was such a column
