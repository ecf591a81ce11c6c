"""Write a deed down with the values before and after; put the values before back."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any, Literal

from sqlalchemy import JSON, inspect
from sqlalchemy.orm import ColumnProperty
from sqlalchemy.orm.attributes import set_committed_value

from portal.kit.db import Model, db
from portal.kit.origin import origin
from portal.timeline.chain import append
from portal.timeline.models import Actor, Entry, Values

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

    @property
    def done(self) -> Entry:
        """The entry, after a deed that always changes something."""
        if self.entry is None:
            raise LookupError("Nothing was changed, so nothing was written down.")
        return self.entry


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
    db.session.flush()  # a row that is new has its id from here on
    rows = {key(row): row for row in (subject, *touching)}
    was = _fields_of(rows)
    doing = Deed(facts=facts or {})
    yield doing
    db.session.flush()  # `item.price = another` changes `price_id` only now
    before, after = _differences(was, _fields_of(rows))
    if after:
        personal = _take_personal(rows, before, after)
        number = version() if version else None
        doing.entry = append(
            _entry(subject, name, by, at, version=number, before=before, after=after, facts=doing.facts, personal=personal)
        )


def note(subject: Model, name: str, *, by: Actor, at: datetime, facts: dict[str, Any], personal: dict[str, str] | None = None) -> Entry:
    """Record what changed no row here, but has to be told. What somebody said in words of their own is `personal`, by its column."""
    said = {"before": {}, "after": {key(subject): personal}} if personal else None
    return append(_entry(subject, name, by, at, version=None, before={}, after={}, facts=facts, personal=said))


def _entry(subject: Model, name: str, by: Actor, at: datetime, *, facts: dict[str, Any], **told: Any) -> Entry:
    entry = Entry(
        subject=key(subject), deed=name, customer_id=by.customer_id, staff_id=by.staff_id, system=by.system, at=at, facts=facts, **told
    )
    if by.prepared_id is not None:
        entry.facts = facts | {"prepared": by.prepared_id}
    entry.impersonation_id = by.impersonation_id
    entry.request_id, entry.ip = origin().request_id, origin().ip
    return entry


def put_back(entry: Entry, rows: dict[str, Model]) -> None:
    """Give the `rows` (by `key`) the values from before this deed.

    Raises ChangedSince, and does nothing, if a field has changed since or its row is gone.
    """
    if changed := changed_since(entry, rows):
        raise ChangedSince(changed)
    for name, values in _whole(entry, "before").items():
        for column, value in values.items():
            setattr(rows[name], column, _restored(rows[name], column, value))
        _follow_links(rows[name], values.keys())


def changed_since(entry: Entry, rows: dict[str, Model]) -> list[str]:
    """The fields, as `table.column`, that are not any more as this deed left them."""
    after = _whole(entry, "after")
    now = _fields_of({name: rows[name] for name in after if name in rows})
    changed = {
        f"{name.partition(':')[0]}.{column}"
        for name, values in after.items()
        for column, value in values.items()
        if column not in now.get(name, {}) or now[name][column] != value
    }
    return sorted(changed)


def key(row: Model) -> str:
    return f"{row.__tablename__}:{row.id}"


def fields(row: Model) -> dict[str, Any]:
    """As JSON keeps them: what is compared later was read back from there."""
    columns = inspect(type(row)).column_attrs
    return {column.key: _plain(getattr(row, column.key)) for column in columns if not _is_learned(column)}


def _is_learned(column: ColumnProperty[Any]) -> bool:
    """Columns marked with `info={"learned": True}` are what somebody else told: no deed of ours, and nothing to put back."""
    return column.key in BOOKKEEPING or any(one.info.get("learned") for one in column.columns)


def _fields_of(rows: dict[str, Model]) -> Values:
    return {name: fields(row) for name, row in rows.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return json.loads(json.dumps(value)) if isinstance(value, dict | list | tuple) else value


def _restored(row: Model, column: str, value: Any) -> Any:
    kind = inspect(type(row)).columns[column].type
    if value is None or isinstance(kind, JSON):
        return deepcopy(value)
    python = kind.python_type
    return python.fromisoformat(value) if issubclass(python, date | time) else python(value)


def _follow_links(row: Model, columns: Iterable[str]) -> None:
    """`item.price` is still the old one after `price_id` was set. Nothing is written for it: a page may only look at what would be."""
    for link in inspect(type(row)).relationships:
        for column in {str(column.key) for column in link.local_columns} & set(columns):
            number = getattr(row, column)
            set_committed_value(row, link.key, db.session.get(link.mapper, number) if number is not None else None)


def _differences(was: Values, now: Values) -> tuple[Values, Values]:
    before: Values = {}
    after: Values = {}
    for name, values in now.items():
        for column, value in values.items():
            if value != was[name][column]:
                before.setdefault(name, {})[column] = was[name][column]
                after.setdefault(name, {})[column] = value
    return before, after


def _take_personal(rows: dict[str, Model], before: Values, after: Values) -> dict[str, Values] | None:
    """Take what names a person out of both: the hash has to hold when that is erased."""
    personal: dict[str, Values] = {"before": {}, "after": {}}
    for name, values in after.items():
        columns = inspect(type(rows[name])).columns
        for column in [column for column in values if columns[column].info.get("personal")]:
            personal["before"].setdefault(name, {})[column] = before[name].pop(column)
            personal["after"].setdefault(name, {})[column] = values.pop(column)
    return personal if personal["after"] else None


def _whole(entry: Entry, side: Literal["before", "after"]) -> Values:
    """With what names a person, unless that was erased since."""
    ours: Values = getattr(entry, side)
    personal: Values = (entry.personal or {}).get(side, {})
    return {name: {**values, **personal.get(name, {})} for name, values in ours.items()}
