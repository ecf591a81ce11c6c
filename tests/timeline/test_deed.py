from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal import timeline
from portal.kit.db import db, transaction
from portal.timeline import Actor, Entry
from portal.timeline.checking import first_break
from tests.timeline.conftest import ALICE, TODAY, Jar, Shelf


def written() -> list[Entry]:
    return list(db.session.scalars(select(Entry).order_by(Entry.id)))


def test_a_deed_keeps_who_what_when_and_the_fields_that_it_touched(jar: Jar) -> None:
    by = Actor(customer_id=1, staff_id=2)
    with transaction(), timeline.deed(jar, "emptied", by=by, at=TODAY, facts={"why": "spilt"}, version=lambda: 7) as doing:
        jar.quantity = 0
        doing.facts["left"] = 0
    (entry,) = written()
    assert (entry.subject, entry.deed, entry.at, entry.version) == (f"jar:{jar.id}", "emptied", TODAY, 7)
    assert (entry.customer_id, entry.staff_id, entry.system) == (1, 2, None)
    assert (entry.before, entry.after) == ({f"jar:{jar.id}": {"quantity": 1}}, {f"jar:{jar.id}": {"quantity": 0}})
    assert entry.facts == {"why": "spilt", "left": 0}
    assert doing.done is entry


def test_what_touches_nothing_is_no_deed(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "looked at", by=ALICE, at=TODAY) as doing:
        jar.quantity = 1
        jar.version = 9  # bookkeeping
        jar.filled_at = TODAY.astimezone(ZoneInfo("Europe/Berlin"))  # the same moment
    assert written() == []
    with pytest.raises(LookupError):
        _ = doing.done


def test_what_only_has_to_be_told_is_noted(jar: Jar) -> None:
    with transaction():
        timeline.note(jar, "overruled", by=timeline.PROVIDER, at=TODAY, facts={"day": "2026-12-04"})
    (entry,) = written()
    assert (entry.system, entry.after, entry.facts) == ("provider", {}, {"day": "2026-12-04"})


def test_a_deed_that_fails_leaves_nothing(jar: Jar) -> None:
    with pytest.raises(ZeroDivisionError), transaction(), timeline.deed(jar, "emptied", by=ALICE, at=TODAY):
        jar.quantity = jar.quantity // 0
    assert (written(), jar.quantity) == ([], 1)


def test_if_the_history_cannot_be_written_the_change_is_not_made(jar: Jar) -> None:
    with pytest.raises(TypeError), transaction(), timeline.deed(jar, "emptied", by=ALICE, at=TODAY, facts={"who": object()}):
        jar.quantity = 0
    assert (written(), jar.quantity) == ([], 1)


def test_a_deed_outside_a_transaction_is_refused(jar: Jar) -> None:
    with pytest.raises(RuntimeError, match="A deed belongs to a change"), timeline.deed(jar, "emptied", by=ALICE, at=TODAY):
        jar.quantity = 0


def test_a_new_row_and_another_one_linked_are_seen(jar: Jar) -> None:
    with transaction():
        db.session.add_all([new := Jar(), Jar()])
        with timeline.deed(jar, "moved", by=ALICE, at=TODAY, touching=[new]):
            jar.shelf = new.shelf = Shelf()
            new.quantity = 2
    (entry,) = written()
    assert entry.after == {f"jar:{jar.id}": {"shelf_id": jar.shelf_id}, f"jar:{new.id}": {"shelf_id": jar.shelf_id, "quantity": 2}}


def test_what_names_a_person_can_be_erased_and_the_chain_holds(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "given", by=ALICE, at=TODAY):
        jar.owner, jar.is_gift = "Bob", True
    (entry,) = written()
    name = timeline.key(jar)
    assert (entry.before, entry.after) == ({name: {"is_gift": False}}, {name: {"is_gift": True}})
    assert entry.personal == {"before": {name: {"owner": "Alice"}}, "after": {name: {"owner": "Bob"}}}
    with transaction():
        written()[0].personal = None
    assert first_break() is None


def test_what_names_a_person_is_put_back_as_well(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "given", by=ALICE, at=TODAY):
        jar.owner = "Bob"
    with transaction():
        timeline.put_back(written()[0], {timeline.key(jar): jar})
    assert jar.owner == "Alice"


CHANGES: dict[str, Any] = {
    "words": "tea",
    "quantity": 0,
    "weight": 2.0,
    "is_gift": True,
    "grind": "fine",
    "grind_before": "whole bean",
    "filled_on": "2026-12-24",
    "filled_at": "later",
    "opened_at": "later",
    "at_time": "23:59:59",
    "notes": [1, 2.5, None],
    "more": {"list": [], "none": None},
    "owner": "Bob",
}


def changed(jar: Jar, column: str) -> Any:
    kind = type(getattr(jar, column))
    if CHANGES[column] == "later":
        return TODAY.astimezone(ZoneInfo("Europe/Bucharest")) + timedelta(days=3, microseconds=1)
    if column.startswith("grind"):
        return type(jar.grind)(CHANGES[column])
    return kind.fromisoformat(CHANGES[column]) if hasattr(kind, "fromisoformat") else CHANGES[column]


@pytest.mark.parametrize("column", CHANGES)
def test_put_back_gives_each_kind_of_column_its_value_from_before(jar: Jar, column: str) -> None:
    before = getattr(jar, column)
    with transaction(), timeline.deed(jar, "changed", by=ALICE, at=TODAY):
        setattr(jar, column, changed(jar, column))
    db.session.expire_all()
    assert getattr(jar, column) == changed(jar, column) != before
    with transaction(), timeline.deed(jar, "undone", by=ALICE, at=TODAY):
        timeline.put_back(written()[0], {timeline.key(jar): jar})
        db.session.flush()
    db.session.expire_all()
    assert getattr(jar, column) == before
    assert type(getattr(jar, column)) is type(before)
    assert first_break() is None
    with transaction():  # and forward again: the undo of the undo
        timeline.put_back(written()[1], {timeline.key(jar): jar})
    assert getattr(jar, column) == changed(jar, column)


def test_put_back_lets_a_link_be_read_again(jar: Jar) -> None:
    old = jar.shelf
    with transaction(), timeline.deed(jar, "moved", by=ALICE, at=TODAY):
        jar.shelf = Shelf()
    with transaction():
        assert jar.shelf is not old
        timeline.put_back(written()[0], {timeline.key(jar): jar})
        assert jar.shelf is old


def test_a_field_that_changed_since_is_named_and_nothing_is_put_back(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "changed", by=ALICE, at=TODAY):
        jar.quantity, jar.words = 5, "tea"
    with transaction():
        jar.words = "oats"
    with pytest.raises(timeline.ChangedSince) as since, transaction():
        timeline.put_back(written()[0], {timeline.key(jar): jar})
    assert (since.value.fields, jar.quantity) == (["jar.words"], 5)


def test_another_field_may_have_changed_since(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "changed", by=ALICE, at=TODAY):
        jar.quantity = 5
    with transaction():
        jar.words = "oats"
    with transaction():
        timeline.put_back(written()[0], {timeline.key(jar): jar})
    assert (jar.words, jar.quantity) == ("oats", 1)


def test_a_row_that_is_gone_counts_as_changed(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "changed", by=ALICE, at=TODAY):
        jar.quantity = 5
    with pytest.raises(timeline.ChangedSince) as since, transaction():
        timeline.put_back(written()[0], {})
    assert since.value.fields == ["jar.quantity"]


def test_what_somebody_else_told_is_no_deed_and_in_no_ones_way(jar: Jar) -> None:
    with transaction(), timeline.deed(jar, "relabelled", by=ALICE, at=TODAY):
        jar.words, jar.price = "tea", 980
    (entry,) = written()
    assert entry.after == {f"jar:{jar.id}": {"words": "tea"}}
    with transaction():
        jar.price = 1180
        timeline.put_back(entry, {timeline.key(jar): jar})
    assert (jar.words, jar.price) == ("coffee", 1180)
