"""Brings the database to the tables that this code expects, and says what is missing for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from portal.kit.db import db, is_sqlite

LOCK = 4_015_201_123
"""A number of our own for PostgreSQL's advisory lock: two releases at the same moment migrate one after the other."""
PATIENCE = 60
"""Tries, a second or two each, while somebody holds a table that has to change."""


class Ahead(Exception):
    """The database knows a migration that this code does not: it was made by a newer version of the portal."""


def config(connection: Connection) -> Config:
    """Alembic's, for this connection; from whichever folder the command was called."""
    alembic = Config(attributes={"connection": connection})
    alembic.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return alembic


def missing(connection: Connection) -> list[str]:
    """The migrations that this database lacks, oldest first. Raises Ahead."""
    return [f"{script.revision} {script.doc}" for script in reversed(_missing(connection))]


def upgrade() -> list[str]:
    """Run what is missing, all of it or nothing, and say what was. Raises Ahead, and OperationalError if a table was never free."""
    _make_folder()
    for _ in range(PATIENCE - 1):
        try:
            return _upgrade()
        except OperationalError as error:
            if not _is_held(error):
                raise
            sleep(1)
    return _upgrade()


def _upgrade() -> list[str]:
    with _alone() as connection:
        done = missing(connection)
        command.upgrade(config(connection), "heads")
    return done


def _missing(connection: Connection) -> list[Script]:
    scripts = ScriptDirectory.from_config(config(connection))
    try:
        return list(scripts.iterate_revisions("heads", MigrationContext.configure(connection).get_current_heads()))
    except RevisionError as error:
        raise Ahead(str(error)) from error


@contextmanager
def _alone() -> Iterator[Connection]:
    """A transaction in which nobody else migrates. It waits two seconds for a table at the most: customers wait behind it."""
    with db.engine.connect() as connection:
        if is_sqlite():
            with _without_foreign_keys(connection), connection.execution_options(immediate=True).begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise RuntimeError(f"Rows would be left without the one they belong to: {broken[:5]}")
        else:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                connection.execute(text("SET LOCAL lock_timeout = '2s'"))
                yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew; with foreign keys on, dropping the old one would delete what belongs to it."""
    cursor = connection.connection.cursor()  # before SQLAlchemy begins: inside a transaction SQLite would not listen
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")


def _is_held(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "55P03" or "locked" in str(error.orig)


def _make_folder() -> None:
    file = db.engine.url.database
    if is_sqlite() and file and not file.startswith((":memory:", "file:")):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
