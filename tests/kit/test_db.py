import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from portal.accounts.models import Customer
from portal.kit import db as kit
from portal.kit.db import changing, db, engine_for, insert, is_sqlite, is_wal_safe, transaction, view, wall_time
from tests.ground import app as app
from tests.ground import at_once
from tests.kit.conftest import ROOT, TODAY


@pytest.fixture
def alice(app: Flask) -> Iterator[int]:
    with app.app_context():
        with transaction():
            db.session.add(alice := Customer(email="alice@example.com", name="0"))
        yield alice.id
        db.session.rollback()


def email() -> str:
    return db.session.scalars(select(Customer)).one().email


def elsewhere(app: Flask, do: Callable[[], None]) -> None:
    """In another session, as another request would."""
    at_once(app, 1, lambda _: do())


def change_elsewhere(app: Flask, to: str = "new@example.com") -> None:
    def change() -> None:
        with transaction():
            db.session.execute(update(Customer).values(email=to))

    elsewhere(app, change)


def test_a_transaction_sees_what_is_now_whatever_was_read_before(app: Flask, alice: int) -> None:
    """At the latest, who is signed in was read before it."""
    assert email() == "alice@example.com"
    change_elsewhere(app)
    with transaction():
        assert email() == "new@example.com"
        db.session.scalars(select(Customer)).one().email = "newest@example.com"
    assert email() == "newest@example.com"


@pytest.mark.only_on("sqlite", reason="PostgreSQL has row locks")
def test_on_sqlite_nobody_comes_between_what_a_transaction_reads_and_writes(app: Flask, alice: int) -> None:
    other = create_engine(**engine_for(f"sqlite:///{db.engine.url.database}"), connect_args={"timeout": 0})
    with transaction():
        assert email() == "alice@example.com"
        with pytest.raises(OperationalError, match="locked"), other.begin() as connection:
            connection.execute(text("UPDATE customer SET email = 'x'"))
        db.session.scalars(select(Customer)).one().email = "newest@example.com"
    other.dispose()


@pytest.mark.only_on("sqlite", reason="PostgreSQL has row locks")
def test_on_sqlite_who_waits_to_write_gives_up_after_a_while(app: Flask, alice: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is as patient as before with what comes next."""

    def write() -> None:
        monkeypatch.setattr(kit, "PATIENCE_MS", 50)
        with pytest.raises(OperationalError, match="locked"):
            change_elsewhere(app)
        monkeypatch.undo()

    with transaction():
        db.session.get_one(Customer, alice).name = "mine"
        write()
    change_elsewhere(app)
    assert email() == "new@example.com"


def test_who_only_looks_holds_up_nobody_and_sees_what_is_now(app: Flask, alice: int) -> None:
    assert email() == "alice@example.com"
    change_elsewhere(app)
    with view():
        assert email() == "new@example.com"
        change_elsewhere(app, "newest@example.com")
    assert email() == "newest@example.com"
    with transaction(), pytest.raises(RuntimeError), view():
        pass


def test_all_of_it_or_none_of_it(alice: int) -> None:
    def change() -> None:
        with transaction():
            db.session.get_one(Customer, alice).email = "half@example.com"
            db.session.flush()
            raise KeyboardInterrupt  # not only for errors

    with pytest.raises(KeyboardInterrupt):
        change()
    assert (email(), changing()) == ("alice@example.com", False)


def test_one_inside_another_is_refused(alice: int) -> None:
    with pytest.raises(RuntimeError, match="only the edge"), transaction(), transaction():
        pass
    assert not changing()


def test_what_was_changed_before_it_began_is_refused(alice: int) -> None:
    db.session.get_one(Customer, alice).name = "early"
    with pytest.raises(RuntimeError, match="changed before"), transaction():
        pass


def test_another_thread_is_in_no_transaction_of_ours(app: Flask, alice: int) -> None:
    with transaction():
        assert changing()
        assert at_once(app, 1, lambda _: changing()) == [False]


def test_of_twenty_writers_with_twenty_changes_each_none_is_lost(app: Flask, alice: int) -> None:
    """REL K5. With SQLAlchemy's own, deferred BEGIN, SQLite lost 379 of 400."""

    def write(_: int) -> None:
        for _ in range(20):
            with transaction():
                ours = db.session.get_one(Customer, alice, with_for_update=True)
                ours.name = str(int(ours.name) + 1)

    at_once(app, 20, write)
    db.session.rollback()
    assert db.session.get_one(Customer, alice).name == "400"


def test_of_many_that_insert_the_same_one_does(app: Flask, alice: int) -> None:
    def claim(number: int) -> bool:
        with transaction():
            bob = insert(Customer).values(email="bob@example.com", name=str(number)).on_conflict_do_nothing(index_elements=["email"])
            return db.session.scalar(bob.returning(Customer.id)) is not None

    assert sum(at_once(app, 8, claim)) == 1


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_killed_process(app: Flask, alice: int, database_url: str) -> None:
    program = f"""
from portal import create_app
from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from tests.settings import settings

with create_app(settings({database_url!r})).app_context():
    number = 0
    while True:
        number += 1
        with transaction():
            db.session.get_one(Customer, {alice}).name = str(number)
        print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout
        for line in writer.stdout:
            if int(line) >= 30:
                os.kill(writer.pid, signal.SIGKILL)
                break
        acknowledged = max([int(line), *(int(rest) for rest in writer.stdout.read().split())])
    db.session.rollback()
    assert int(db.session.get_one(Customer, alice).name) in (acknowledged, acknowledged + 1)
    if is_sqlite():
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.only_on("sqlite", reason="PostgreSQL is told by its own configuration")
def test_each_connection_to_sqlite_is_safe(app: Flask, alice: int) -> None:
    """REL D3."""

    def told(_: int) -> list[object]:
        return [db.session.scalar(text(f"PRAGMA {name}")) for name in ("synchronous", "foreign_keys", "busy_timeout", "journal_mode")]

    for found in at_once(app, 4, told):
        assert found == [2, 1, 15000, "wal" if is_wal_safe(kit.sqlite_module().sqlite_version_info) else "truncate"]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_from_which_versions_on_wal_loses_nothing(version: tuple[int, int, int], safe: bool) -> None:
    assert is_wal_safe(version) is safe


def test_below_them_the_old_journal_is_used_and_the_remedy_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "is_wal_safe", lambda version: False)
    module = kit.sqlite_module()
    connection = module.connect(tmp_path / "old.sqlite")
    with pytest.warns(UserWarning, match="install pysqlite3"):
        kit._configure(connection, None)
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "truncate"
    connection.close()


def test_a_foreign_key_holds(app: Flask, alice: int) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text("INSERT INTO subscription_item (subscription_id, price_id, quantity) VALUES (9, 9, 1)"))


def test_a_server_that_is_away_is_given_five_seconds() -> None:
    assert engine_for("postgresql+psycopg://db/portal")["connect_args"] == {"connect_timeout": "5"}
    assert engine_for("postgresql+psycopg://db/portal?connect_timeout=30")["connect_args"] == {"connect_timeout": "30"}


def test_a_moment_comes_back_in_utc_with_its_microseconds(alice: int) -> None:
    berlin = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    with transaction():
        db.session.get_one(Customer, alice).email_verified_at = berlin
    found = db.session.get_one(Customer, alice).email_verified_at
    assert found == datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(alice: int) -> None:
    with pytest.raises(StatementError, match="has no time zone"), transaction():
        db.session.get_one(Customer, alice).email_verified_at = datetime(2026, 11, 23, 9)  # noqa: DTZ001


def test_moments_compare_in_the_database_as_they_do_here(alice: int) -> None:
    with transaction():
        db.session.get_one(Customer, alice).email_verified_at = TODAY
    tokyo = TODAY.astimezone(ZoneInfo("Asia/Tokyo"))
    assert db.session.scalars(select(Customer.id).where(Customer.email_verified_at == tokyo)).all() == [alice]
    assert db.session.scalars(select(Customer.id).where(Customer.email_verified_at < tokyo)).all() == []


def test_the_database_has_a_time_of_its_own(alice: int) -> None:
    assert abs((wall_time() - datetime.now(UTC)).total_seconds()) < 5
    before = wall_time()
    sleep(0.002)  # SQLite's clock counts in thousandths of a second
    assert wall_time() > before, "it goes, also inside a transaction"
