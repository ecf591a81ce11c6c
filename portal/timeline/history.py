"""Write a deed down with the values before and after; put the values before back."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import inspect, select

from portal.kit.db import Model, db
from portal.timeline.models import Actor, ChainHead, Entry, Values

BOOKKEEPING = {"id", "version", "confirmed_version"}
"""Fields that say how far the provider has followed; no deed of anybody's."""


class ChangedSince(Exception):
    """What a deed left behind was changed by a later one. `fields` are `table.column` names."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass
class Deed:
    """What is being done; its `facts` may be filled in as they become known."""

    facts: dict[str, Any] = field(default_factory=dict)
    entry: Entry | None = None


@contextmanager
def deed(
    subject: Model,
    name: str,
    *,
    by: Actor,
    at: datetime,
    touching: Iterable[Model] = (),
    version: Callable[[], int] | None = None,
    facts: dict[str, Any] | None = None,
) -> Iterator[Deed]:
    """Record what this block does to `subject` and the rows it is `touching`. What touches no field was no deed.

    `version` is asked after the block, so that the entry carries the number under which the change goes out.
    """
    rows = [subject, *touching]
    was = {key(row): fields(row) for row in rows}
    doing = Deed(facts=facts or {})
    yield doing
    before, after = _differences(was, {key(row): fields(row) for row in rows})
    if after:
        doing.entry = _append(subject, name, by, at, version() if version else None, before, after, doing.facts)


def put_back(entry: Entry, rows: dict[str, Model]) -> None:
    """Give the `rows` (by `key`) the values from before this deed. Raises ChangedSince, and does nothing, if one changed since."""
    now = {name: fields(rows[name]) for name in entry.after}
    changed = [
        f"{name.partition(':')[0]}.{column}"
        for name, values in entry.after.items()
        for column, value in values.items()
        if now[name][column] != value
    ]
    if changed:
        raise ChangedSince(sorted(set(changed)))
    for name, values in entry.before.items():
        for column, value in values.items():
            setattr(rows[name], column, _restored(rows[name], column, value))


def key(row: Model) -> str:
    return f"{row.__tablename__}:{row.id}"


def fields(row: Model) -> dict[str, Any]:
    columns = inspect(type(row)).column_attrs
    return {column.key: _plain(getattr(row, column.key)) for column in columns if column.key not in BOOKKEEPING}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _restored(row: Model, column: str, value: Any) -> Any:
    kind = inspect(type(row)).columns[column].type.python_type
    return value if value is None else kind.fromisoformat(value) if issubclass(kind, date) else kind(value)


def _differences(was: Values, now: Values) -> tuple[Values, Values]:
    before: Values = {}
    after: Values = {}
    for name, values in now.items():
        for column, value in values.items():
            if value != was[name][column]:
                before.setdefault(name, {})[column] = was[name][column]
                after.setdefault(name, {})[column] = value
    return before, after


def _append(
    subject: Model, name: str, by: Actor, at: datetime, version: int | None, before: Values, after: Values, facts: dict[str, Any]
) -> Entry:
    head = db.session.scalars(select(ChainHead).with_for_update()).one()
    entry = Entry(
        subject=key(subject), deed=name, customer_id=by.customer_id, staff_id=by.staff_id, system=by.system,
        at=at, version=version, before=before, after=after, facts=facts, previous_hash=head.entry_hash,
    )  # fmt: skip
    entry.entry_hash = head.entry_hash = digest(entry)
    db.session.add(entry)
    return entry


def digest(entry: Entry) -> str:
    """SHA-256 over the entry before and all of this one that never changes, in a form that is the same on both databases."""
    covered = [
        entry.previous_hash, entry.subject, entry.deed, entry.customer_id, entry.staff_id, entry.system,
        entry.at.isoformat(timespec="microseconds"), entry.version, entry.before, entry.after, entry.facts,
    ]  # fmt: skip
    return sha256(json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
