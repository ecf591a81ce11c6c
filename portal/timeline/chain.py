"""The chain: each entry carries the hash of the one before it, so that an edit, a gap or a swap shows."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC
from hashlib import sha256

from sqlalchemy import select

from portal.kit.db import changing, db
from portal.timeline.models import ChainHead, Entry

Listener = Callable[[Entry], None]
LISTENERS: list[Listener] = []


def on_entry(listener: Listener) -> Listener:
    """Call it, in the transaction of the deed, with the entry that tells of it. It writes no entry itself."""
    LISTENERS.append(listener)
    return listener


def append(entry: Entry) -> Entry:
    """Give the entry its place. Whoever holds the head's row writes next, so ids and hashes go in one order."""
    if not changing():
        raise RuntimeError("A deed belongs to a change: write it down inside a transaction.")
    head = db.session.scalars(select(ChainHead).with_for_update()).one()
    entry.previous_hash = head.entry_hash
    entry.entry_hash = head.entry_hash = digest(entry)
    db.session.add(entry)
    db.session.flush()
    for listener in LISTENERS:
        listener(entry)
    return entry


def digest(entry: Entry) -> str:
    """SHA-256 over the entry before and all of this one that never changes, in a form that is the same before and after either
    database has kept it. Raises ValueError or TypeError for what no database could keep: NaN, or what is not JSON."""
    covered = [
        entry.previous_hash, entry.subject, entry.deed, entry.customer_id, entry.staff_id, entry.system,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.version, entry.before, entry.after, entry.facts,
    ]  # fmt: skip
    later = {"impersonation": entry.impersonation_id}
    covered += [{name: value} for name, value in later.items() if value is not None]  # entries from before there was such a column
    kept = json.loads(json.dumps(covered, allow_nan=False))  # a key that is a number comes back as text, and is sorted as text
    return sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def first_break() -> str | None:
    """Where the chain does not hold, in a sentence; None if it does. Entries written meanwhile do not disturb it."""
    head = db.session.scalars(select(ChainHead.entry_hash)).one()
    with db.session.scalars(select(Entry).order_by(Entry.id).execution_options(yield_per=500)) as entries:
        return _first_break(entries, head)


def _first_break(entries: Iterable[Entry], head: str) -> str | None:
    before, previous_hash, is_whole = "the beginning", "", head == ""
    for entry in entries:
        if entry.previous_hash != previous_hash:
            return f"Entry {entry.id} does not follow {before}: something was removed, added or swapped there."
        if entry.entry_hash != digest(entry):
            return f"Entry {entry.id} is not as it was written."
        before, previous_hash = f"entry {entry.id}", entry.entry_hash
        is_whole = is_whole or entry.entry_hash == head
    return None if is_whole else f"The newest entries are gone: {before} was not the last."
