"""The head of the chain is kept outside the database: what the chain alone can't show, they show (REL G1)."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask, current_app
from sqlalchemy import delete, insert, select, update

from portal import timeline
from portal.kit.alarms import Alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox import want_task, work_until_idle
from portal.timeline import anchors
from portal.timeline.chain import ANCHOR, digest
from portal.timeline.checking import Place, walk
from portal.timeline.commands import audit
from portal.timeline.models import AnchorFile, ChainHead, Check, Entry
from tests.timeline.conftest import ALICE, TODAY, Jar
from tests.timeline.tampering import unguard


@pytest.fixture
def ids(app: Flask, jar: Jar, tmp_path: Path) -> list[int]:
    """Five entries; the third and the last are anchored."""
    app.config["AUDIT_ANCHOR"] = str(tmp_path / "away" / "anchors.log")
    for number in range(5):
        write(jar, number)
        if number in (2, 4):
            assert command("anchor").exit_code == 0
    return list(db.session.scalars(select(Entry.id).order_by(Entry.id)))


def write(jar: Jar, number: int) -> None:
    with transaction():
        timeline.note(jar, "noted", by=ALICE, at=TODAY, facts={"number": number})


def command(*arguments: str) -> Result:
    db.session.rollback()
    return current_app.test_cli_runner().invoke(audit, list(arguments), catch_exceptions=False)


def tamper(*statements: Any) -> None:
    with transaction():
        unguard()
        for statement in statements:
            db.session.execute(statement)


def make_whole(ids: list[int]) -> None:
    """Write the chain anew, as it now stands, with its head."""
    with transaction():
        unguard()
        last = ""
        for entry in db.session.scalars(select(Entry).order_by(Entry.id)):
            entry.previous_hash = last
            entry.entry_hash = last = digest(entry)
        db.session.execute(update(ChainHead).values(entry_hash=last))
    assert walk().problem is None  # the chain alone shows nothing


def test_untouched_it_is_whole(ids: list[int]) -> None:
    found = command("verify")
    assert (found.exit_code, found.output) == (0, f"The history is whole: 5 entries, up to entry {ids[-1]}, and 2 anchors.\n")


def test_each_kind_of_tampering_is_found_and_the_first_broken_place_named(ids: list[int]) -> None:
    """Five of five, each with its chain and head written anew, as whoever owns the database could."""
    last = db.session.scalars(select(Entry).where(Entry.id == ids[-1])).one()
    told = {column.key: getattr(last, column.key) for column in Entry.__table__.columns if column.key != "id"}
    tampering: dict[str, list[Any]] = {
        "edit": [update(Entry).where(Entry.id == ids[1]).values(deed="forged")],
        "swap": [update(Entry).where(Entry.id == old).values(id=new) for old, new in ((ids[0], -1), (ids[1], ids[0]), (-1, ids[1]))],
        "delete": [delete(Entry).where(Entry.id == ids[1])],
        "insert": [insert(Entry).values({**told, "id": ids[4] + 1}), delete(Entry).where(Entry.id == ids[3])],
        "cut": [delete(Entry).where(Entry.id > ids[3])],
    }
    was = [{column.key: getattr(one, column.key) for column in Entry.__table__.columns} for one in db.session.scalars(select(Entry))]
    head = db.session.scalars(select(ChainHead.entry_hash)).one()
    third, fifth = f"Entry {ids[2]} is not the one that was anchored at", f"Entry {ids[4]} is not the one that was anchored at"
    cut = f"The newest entries are gone: entry {ids[3]} is the last"
    named = {"edit": third, "swap": third, "delete": third, "insert": fifth, "cut": cut}
    for kind, statements in tampering.items():
        tamper(*statements)
        make_whole(ids)
        found = command("verify")
        assert found.exit_code == 1, kind
        assert found.output.startswith(named[kind]), found.output
        tamper(delete(Entry), insert(Entry).values(was), update(ChainHead).values(entry_hash=head))
        assert command("verify").exit_code == 0, kind


def test_all_gone_shows(ids: list[int]) -> None:
    tamper(delete(Entry), update(ChainHead).values(entry_hash=""))
    assert command("verify").output.startswith("The newest entries are gone: the beginning is the last")


def test_it_goes_on_from_an_anchor_or_from_where_it_was_whole(ids: list[int]) -> None:
    assert command("verify", "--since", str(ids[2])).output == f"The history is whole: 2 entries, up to entry {ids[4]}, and 2 anchors.\n"
    assert command("verify", "--since", "last").output.startswith("The history is whole: 0 entries")
    assert command("verify", "--since", "99999").exit_code == 2
    tamper(delete(Entry).where(Entry.id == ids[2]))
    assert command("verify", "--since", "last").exit_code == 1


def test_a_long_one_is_walked_in_pieces(ids: list[int]) -> None:
    place, pieces = Place(), 0
    while True:
        walked = walk(anchors.kept().signed, since=place, most=1)
        place, pieces = walked.place, pieces + 1
        if walked.is_done:
            break
    assert (place.entry, walked.problem) == (ids[-1], None)


def test_anchors_are_found_among_the_lines_of_a_log(ids: list[int], tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("\n".join(f"10:00 worker.1 | WARNING {line}" for line in anchors.path().read_text().splitlines()))
    anchors.path().unlink()
    assert command("verify").exit_code == 1
    assert "and 2 anchors" in command("verify", "--anchors", str(log)).output


def test_one_that_we_did_not_sign_proves_nothing(ids: list[int]) -> None:
    with anchors.path().open("a") as file:
        file.write(f"audit-anchor 2026-11-23T09:00:00+00:00 {ids[0]} {'0' * 64}.forged\n")
    found = command("verify")
    assert found.exit_code == 0
    assert "1 anchors are not signed by SECRET_KEY" in found.output


def test_one_of_an_old_secret_still_counts_while_that_is_known(app: Flask, ids: list[int]) -> None:
    app.config.update(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]])
    assert "and 2 anchors" in command("verify").output
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert "2 anchors were made" in command("verify").output


def test_the_same_end_is_anchored_once(ids: list[int]) -> None:
    assert command("anchor").exit_code == 0
    assert len(anchors.path().read_text().splitlines()) == 2


def test_the_worker_anchors_by_the_clock_and_at_each_thousand(
    app: Flask, jar: Jar, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.timeline.chain.ANCHORED_EACH", 7)
    for number in range(7):
        write(jar, number)
    work_until_idle()
    assert len(anchors.path().read_text().splitlines()) == 3
    write(jar, 20)
    with transaction():
        want_task(ANCHOR, {}, at=now())
    work_until_idle()
    assert anchors.kept().signed[-1].entry == db.session.scalars(select(Entry.id).order_by(Entry.id.desc())).first()


def test_each_night_the_worker_walks_along_all_of_it_and_a_break_is_an_alarm(ids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.timeline.sync.SLICE", 2)
    check()
    found = db.session.scalars(Check.newest()).one()
    assert (found.entry, found.entries, found.problem) == (ids[-1], 5, None)
    tamper(update(Entry).where(Entry.id == ids[3]).values(deed="forged"))
    check()
    assert db.session.scalars(Check.newest()).one().problem == f"Entry {ids[3]} is not as it was written."
    alarm = db.session.scalars(select(Alarm).where(Alarm.name == "history broken")).one()
    assert f"Entry {ids[3]} is not as it was written." in alarm.sentence
    tamper(update(Entry).where(Entry.id == ids[3]).values(deed="noted"))
    check()
    db.session.refresh(alarm)
    assert alarm.ended_at is not None


def test_a_file_of_anchors_that_is_gone_is_found_though_the_worker_has_begun_another(ids: list[int], jar: Jar) -> None:
    anchors.path().unlink()
    found = command("verify")
    assert found.exit_code == 1
    assert found.output.startswith(
        f"2 anchors were made in {anchors.path()}, and 0 could be read: it is gone, or an older one stands there.\n"
    )
    assert "portal audit verify --anchors FILE" in found.output
    write(jar, 9)
    anchor_by_the_clock()
    check()
    alarm = db.session.scalars(select(Alarm).where(Alarm.name == "history broken")).one()
    assert alarm.sentence.startswith("The anchors of the history are gone. 3 anchors were made")
    assert db.session.scalars(Check.newest()).one().finding == "anchors gone"


def test_a_file_of_anchors_that_was_rolled_back_is_found(ids: list[int]) -> None:
    first, _second = anchors.path().read_text().splitlines()
    anchors.path().write_text(f"{first}\n")
    assert "2 anchors were made" in command("verify").output
    check()
    assert db.session.scalars(Check.newest()).one().finding == "anchors gone"


def test_where_none_was_ever_made_none_is_missed(app: Flask, jar: Jar, tmp_path: Path) -> None:
    app.config["AUDIT_ANCHOR"] = str(tmp_path / "anchors.log")
    write(jar, 1)
    assert command("verify").exit_code == 0


def test_on_another_machine_that_knows_of_none_it_is_said_where_they_were_made(
    ids: list[int], monkeypatch: pytest.MonkeyPatch, app: Flask, tmp_path: Path
) -> None:
    made = anchors.path()
    app.config["AUDIT_ANCHOR"] = str(tmp_path / "another.log")
    monkeypatch.setattr("portal.timeline.tally.gethostname", lambda: "another")
    found = command("verify")
    assert found.exit_code == 1
    assert found.output.startswith("No anchor is known here, and some were made: in ")
    assert str(made) in found.output
    assert command("anchor").exit_code == 0
    assert command("verify").exit_code == 0


def test_a_file_that_was_there_before_anybody_counted_is_counted_whole(ids: list[int], jar: Jar) -> None:
    with transaction():
        db.session.execute(delete(AnchorFile))
    write(jar, 9)
    assert command("anchor").exit_code == 0
    lines = anchors.path().read_text().splitlines()
    anchors.path().write_text(f"{lines[-1]}\n")
    assert "3 anchors were made" in command("verify").output


def test_after_an_honest_restore_one_begins_anew_and_the_history_says_so(ids: list[int], jar: Jar) -> None:
    tamper(
        delete(Entry).where(Entry.id > ids[3]),
        update(ChainHead).values(entry_hash=select(Entry.entry_hash).where(Entry.id == ids[3]).scalar_subquery()),
    )
    found = command("verify")
    assert found.output.startswith("The newest entries are gone")
    assert "If a backup was restored, that is why: `portal audit begin-anew`" in found.output
    check()
    assert db.session.scalars(Check.newest()).one().finding == "cut"
    begun = command("begin-anew", "--why", "The backup of Monday")
    assert begun.exit_code == 0, begun.output
    assert len(list(anchors.path().parent.glob("*.until-*"))) == 1
    deed = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert (deed.deed, deed.system, deed.facts["why"], deed.facts["made before"]) == (
        "anchors begun anew", "command line", "The backup of Monday", 2,
    )  # fmt: skip
    assert command("verify").exit_code == 0
    check()
    assert db.session.scalars(select(Alarm.ended_at).where(Alarm.name == "history broken")).one() is not None


def anchor_by_the_clock() -> None:
    with transaction():
        want_task(ANCHOR, {}, at=now())
    work_until_idle()


def check() -> None:
    with transaction():
        want_task(timeline.CHECK, {}, at=now())
    work_until_idle()
