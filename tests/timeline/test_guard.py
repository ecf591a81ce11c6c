"""The application itself can neither change nor remove an entry: the database refuses (REL G2)."""

from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from portal import timeline
from portal.kit.db import db, is_sqlite, transaction
from portal.timeline import Entry
from portal.timeline.checking import first_break
from portal.timeline.models import MAY_CHANGE, STAYS
from tests.timeline.conftest import ALICE, TODAY, Jar

NEVER = "an entry of the history is never changed"


@pytest.fixture
def entry(jar: Jar) -> int:
    with transaction():
        return timeline.note(jar, "noted", by=ALICE, at=TODAY, facts={"number": 1}).id


def refuses(statement: Any) -> None:
    with pytest.raises(DatabaseError, match=NEVER), transaction():
        db.session.execute(statement)
    assert db.session.scalars(select(Entry.facts)).all() == [{"number": 1}]
    assert first_break() is None


@pytest.mark.parametrize("column", STAYS)
def test_no_covered_column_is_changed_not_even_to_the_same(entry: int, column: str) -> None:
    refuses(text(f'UPDATE timeline SET "{column}" = "{column}"'))


def test_no_entry_is_removed(entry: int) -> None:
    refuses(delete(Entry).where(Entry.id == entry))


def test_no_loaded_entry_is_changed(entry: int) -> None:
    with pytest.raises(DatabaseError, match=NEVER), transaction():
        db.session.get_one(Entry, entry).deed = "forged"
    assert first_break() is None


def test_none_is_replaced_or_emptied(entry: int) -> None:
    if is_sqlite():
        columns = ", ".join(column.name for column in Entry.__table__.columns)
        refuses(text(f"INSERT OR REPLACE INTO timeline ({columns}) SELECT {columns.replace('deed', 'system')} FROM timeline"))
    else:
        refuses(text("TRUNCATE timeline CASCADE"))  # without it, tables that refer to an entry already forbid it


def test_a_person_can_be_forgotten_and_a_deed_undone(entry: int) -> None:
    assert set(MAY_CHANGE) == {"personal", "ip", "undone_at", "refused_at"}
    with transaction():
        db.session.execute(update(Entry).values(personal=None, ip=None, undone_at=TODAY, refused_at=TODAY))
    assert first_break() is None
