from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, literal_column, select, update
from sqlalchemy.exc import DataError

from portal import timeline
from portal.kit.db import db, is_sqlite, transaction
from portal.timeline.chain import digest, digest_of_kept
from portal.timeline.checking import first_break
from portal.timeline.models import ChainHead, Entry
from tests.ground import at_once
from tests.timeline.conftest import ALICE, TODAY, Jar
from tests.timeline.tampering import unguard

AWKWARD: list[dict[Any, Any]] = [
    {"float": 1.0, "int": 1, "tenth": 0.1, "big": 10**30, "huge": 1e300, "tiny": 5e-324, "minus": -0.0, "cent": 1e16},
    {"text": 'Ștefan İğ 🥝 " \\ / \t\n', "empty": "", "sep": "\u2028"},
    {"none": None, "yes": True, "list": [[], {}, [None, 1.5]], "tuple": (1, 2)},
    {2: "number", 10: "a key that sorts otherwise as text", "z": {"b": 1, "a": 2}},
]


def note(jar: Jar, facts: dict[Any, Any] | None = None) -> None:
    with transaction():
        timeline.note(jar, "noted", by=ALICE, at=TODAY, facts=facts or {})


@pytest.mark.parametrize("facts", AWKWARD)
def test_the_hash_is_the_same_when_the_database_gives_the_entry_back(jar: Jar, facts: dict[str, Any]) -> None:
    note(jar, facts)
    db.session.expire_all()
    entry = db.session.scalars(select(Entry)).one()
    assert entry.at == TODAY
    kept = db.session.execute(select(*Entry.__table__.columns)).one()
    assert digest(entry) == digest_of_kept(kept) == entry.entry_hash
    assert first_break() is None


@pytest.mark.parametrize("facts", [{"x": float("nan")}, {"x": float("inf")}])
def test_what_is_no_json_is_refused(jar: Jar, facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        note(jar, facts)
    assert first_break() is None


@pytest.fixture
def ids(jar: Jar) -> list[int]:
    for number in range(5):
        note(jar, {"number": number})
    return list(db.session.scalars(select(Entry.id).order_by(Entry.id)))


def tamper(statement: Any) -> None:
    """As whoever owns the tables: the database would refuse the application."""
    with transaction():
        unguard()
        db.session.execute(statement)


def test_an_untouched_chain_holds(ids: list[int]) -> None:
    assert first_break() is None


@pytest.mark.parametrize(
    "values",
    [{"deed": "forged"}, {"customer_id": 2}, {"at": TODAY.replace(microsecond=1)}, {"facts": {}}, {"after": {"x": {}}}, {"version": 1}],
    ids=str,
)
def test_an_edit_shows(ids: list[int], values: dict[str, Any]) -> None:
    tamper(update(Entry).where(Entry.id == ids[2]).values(values))
    assert first_break() == f"Entry {ids[2]} is not as it was written."


def test_what_is_no_json_any_more_shows_as_an_edit_where_the_database_takes_it(ids: list[int]) -> None:
    forged = update(Entry).where(Entry.id == ids[2]).values(facts=literal_column("'{\"number\": NaN}'"))
    if is_sqlite():
        tamper(forged)
        assert first_break() == f"Entry {ids[2]} is not as it was written."
    else:
        with pytest.raises(DataError):
            tamper(forged)


@pytest.mark.parametrize("which", [0, 2])
def test_a_removed_entry_shows(ids: list[int], which: int) -> None:
    tamper(delete(Entry).where(Entry.id == ids[which]))
    before = f"entry {ids[which - 1]}" if which else "the beginning"
    assert first_break() == f"Entry {ids[which + 1]} does not follow {before}: something was removed, added or swapped there."


def test_a_cut_tail_shows(ids: list[int]) -> None:
    tamper(delete(Entry).where(Entry.id >= ids[3]))
    assert first_break() == f"The newest entries are gone: entry {ids[2]} was not the last."


def test_all_gone_shows(ids: list[int]) -> None:
    tamper(delete(Entry))
    assert first_break() == "The newest entries are gone: the beginning was not the last."


def test_two_swapped_entries_show(ids: list[int]) -> None:
    for old, new in ((ids[1], -1), (ids[2], ids[1]), (-1, ids[2])):
        tamper(update(Entry).where(Entry.id == old).values(id=new))
    broken = first_break()
    assert broken and broken.startswith(f"Entry {ids[1]} does not follow")


def test_an_added_entry_shows(ids: list[int]) -> None:
    last = db.session.scalars(select(Entry).where(Entry.id == ids[-1])).one()
    told = {column.key: getattr(last, column.key) for column in Entry.__table__.columns if column.key != "id"}
    tamper(insert(Entry).values({**told, "deed": "forged", "previous_hash": last.entry_hash}))
    broken = first_break()
    assert broken and broken.endswith("is not as it was written.")


def test_a_mark_of_later_is_no_tampering(ids: list[int]) -> None:
    tamper(update(Entry).where(Entry.id == ids[2]).values(undone_at=TODAY, refused_at=TODAY, personal=None))
    assert first_break() is None


def test_writers_at_the_same_moment_stay_in_one_chain(app: Flask, jar: Jar) -> None:
    jar_id = jar.id

    def write(number: int) -> None:
        for turn in range(5):
            with transaction():
                ours = db.session.get_one(Jar, jar_id)
                timeline.note(ours, "noted", by=ALICE, at=TODAY, facts={"writer": number, "turn": turn})
                timeline.note(ours, "noted again", by=ALICE, at=TODAY, facts={"writer": number, "turn": turn})

    at_once(app, 8, write)
    db.session.rollback()
    assert len(db.session.scalars(select(Entry.id)).all()) == 80
    assert first_break() is None


def test_the_chain_has_one_head_from_the_start(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalars(select(ChainHead.entry_hash)).all() == [""]
