"""The migrations come to the same tables as the models, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import URL, String, func, inspect, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from portal import timeline
from portal.accounts.models import Customer, Session
from portal.kit.clock import now
from portal.kit.db import Model, db, is_sqlite, transaction
from portal.migrations import schema
from portal.timeline.models import STAYS, ChainHead, Check
from tests.ground import at_once, standing
from tests.harness.postgres import Databases
from tests.house.source import ROOT

VERSIONS = sorted((ROOT / "portal/migrations/versions").glob("*.py"))


@pytest.fixture
def bare(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The portal over a database without a single table."""
    if database_url.startswith("sqlite"):
        with standing(f"sqlite:///{tmp_path}/not there yet/portal.sqlite") as app:
            yield app
    else:
        databases: Databases = request.getfixturevalue("postgresql_databases")
        with databases.like("bare", _leave_bare) as url, standing(url.render_as_string(hide_password=False)) as app:
            yield app


def _leave_bare(url: URL) -> None:
    """A clone of nothing."""


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_the_migrations_make_what_the_models_say(bare: Flask) -> None:
    with bare.app_context():
        schema.upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
            assert compare_metadata(context, Model.metadata) == []
            assert schema.missing(connection) == []
        assert schema.upgrade() == []


def test_the_history_has_its_one_head(bare: Flask) -> None:
    with bare.app_context():
        schema.upgrade()
        assert db.session.scalars(select(ChainHead.entry_hash)).all() == [""]


def test_the_history_is_guarded_as_the_models_guard_it(bare: Flask) -> None:
    with bare.app_context():
        schema.upgrade()
        with transaction():
            db.session.add(alice := Customer(email="alice@example.com"))
            db.session.flush()
            timeline.note(alice, "noted", by=timeline.SCHEDULE, at=now(), facts={})
        for deed in (*(f'UPDATE timeline SET "{column}" = "{column}"' for column in STAYS), "DELETE FROM timeline"):
            with pytest.raises(DatabaseError, match="an entry of the history is never changed"), transaction():
                db.session.execute(text(deed))
        with transaction():
            db.session.add(Check(began_at=now(), at=now(), is_done=True))
        for deed in "UPDATE timeline_check SET problem = NULL", "DELETE FROM timeline_check":
            with pytest.raises(DatabaseError, match="what a walk along the history found is never changed"), transaction():
                db.session.execute(text(deed))


def test_there_is_a_way_back_and_forth_again(bare: Flask) -> None:
    with bare.app_context():
        schema.upgrade()
        before = tables()
        with db.engine.begin() as connection:
            command.downgrade(schema.config(connection), "base")
        assert tables() == {"alembic_version"}
        schema.upgrade()
        assert tables() == before


def test_four_releases_at_once_migrate_once(bare: Flask) -> None:
    with bare.app_context():
        schema._make_folder()
    done = at_once(bare, 4, lambda _: schema.upgrade())
    assert sorted(map(len, done)) == [0, 0, 0, len(VERSIONS)]


def test_a_database_of_a_newer_version_is_left_alone(bare: Flask) -> None:
    with bare.app_context():
        schema.upgrade()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'of a newer one'"))
        with pytest.raises(schema.Ahead):
            schema.upgrade()


def test_a_table_that_is_made_anew_keeps_its_rows_and_those_that_belong_to_them(database_url: str) -> None:
    """SQLite can't change a column otherwise. With foreign keys on, dropping the old table would empty the others."""
    with standing(database_url) as app, app.app_context():
        with transaction():
            db.session.add(alice := Customer(email="alice@example.com"))
            db.session.flush()
            db.session.add(Session(key_hash="1", customer_id=alice.id, staff_id=None, device="", created_at=now(), last_seen_at=now()))
        with schema._alone() as connection:
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("customer", recreate="auto") as batch:
                batch.alter_column("name", type_=String(200))
        assert db.session.scalar(select(func.count()).select_from(Session)) == 1
        with db.engine.connect() as connection:
            if is_sqlite():
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.only_on("postgresql", reason="SQLite's readers hold nobody up")
def test_a_table_that_somebody_holds_is_waited_for_two_seconds_and_then_left_to_the_next_try(database_url: str) -> None:
    with standing(database_url) as app, app.app_context(), db.engine.connect() as reader:
        reader.execute(select(Customer))
        with pytest.raises(OperationalError) as held, schema._alone() as connection:
            connection.execute(text("ALTER TABLE customer ADD COLUMN x int"))
        assert schema._is_held(held.value)


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.name)
def test_a_migration_names_plain_columns(path: Path) -> None:
    """What it imported from the portal would be another thing next year, and the past with it."""
    assert "portal" not in path.read_text(encoding="utf-8")
