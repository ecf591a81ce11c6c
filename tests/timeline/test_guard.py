"""The application itself can neither change nor remove an entry: the database refuses (REL G2)."""

from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from portal import timeline
from portal.kit.db import db, is_sqlite, transaction
from portal.timeline import Entry
from portal.timeline.checking import first_break
from portal.timeline.models import MAY_CHANGE, STAYS, Check
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


@pytest.fixture
def walk(jar: Jar) -> int:
    """One that found something, and came to its end."""
    with transaction():
        db.session.add(walk := Check(began_at=TODAY, at=TODAY))
        db.session.flush()
        walk.problem, walk.is_done = "Entry 3 is not as it was written.", True
        return walk.id


def keeps_the_walk(statement: Any) -> None:
    with pytest.raises(DatabaseError, match="what a walk along the history found is never changed"), transaction():
        db.session.execute(statement)
    assert db.session.scalars(select(Check.problem)).all() == ["Entry 3 is not as it was written."]


def test_what_a_walk_found_is_neither_changed_nor_removed(walk: int) -> None:
    keeps_the_walk(update(Check).values(problem=None))
    keeps_the_walk(update(Check).values(is_done=False))
    keeps_the_walk(delete(Check))


def test_no_walk_is_replaced_and_not_all_of_them_emptied(walk: int) -> None:
    if is_sqlite():
        columns = ", ".join(column.name for column in Check.__table__.columns)
        taken_back = f"SELECT {columns.replace('problem', 'NULL')} FROM timeline_check"
        keeps_the_walk(text(f"INSERT OR REPLACE INTO timeline_check ({columns}) {taken_back}"))
    else:
        keeps_the_walk(text("TRUNCATE timeline_check"))


def test_a_walk_that_goes_on_says_how_far_it_is(jar: Jar) -> None:
    with transaction():
        db.session.add(walk := Check(began_at=TODAY, at=TODAY))
    with transaction():
        db.session.add(walk)
        walk.entry = 20_000
    assert db.session.scalars(select(Check.entry)).all() == [20_000]
