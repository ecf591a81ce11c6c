"""The database: one session per request or job, one transaction per change."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from inspect import iscoroutinefunction
from random import uniform
from time import monotonic, sleep
from types import ModuleType
from typing import Any

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Enum, MetaData, TypeDecorator, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from portal.kit import trial

db = SQLAlchemy()
_changing = ContextVar("changing", default=False)

CONNECT_SECONDS = 5
"""Until a server that does not answer counts as away."""
PATIENCE_MS = 15000
"""How long a writer waits for those before it on SQLite. With twenty on a busy machine, five seconds are too short for the last."""
NEXT_LOOK = 0.001, 0.003
"""Seconds between two looks of such a writer whether it is its turn."""

# Below these, SQLite can lose commits in WAL mode (the WAL-reset bug, https://sqlite.org/wal.html#walresetbug).
SAFE_WAL = {(3, 44): 6, (3, 50): 7, (3, 51): 3}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite would forget the zone, and accept a time without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class Model(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of every table. Constructors take keyword arguments, and are typed."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as a plain class attribute)
        datetime: Instant,
        StrEnum: Enum(StrEnum, native_enum=False, length=32, values_callable=lambda kind: [word.value for word in kind]),
    }
    """Words are kept as text: a type of the database's own would need a migration for each new word."""
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


def engine_for(url: str) -> dict[str, Any]:
    """What the engine needs for this database. On SQLite: a library without the WAL-reset bug, where there is a wheel of it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {"url": url, "module": sqlite_module()}
    patience = {"connect_timeout": parsed.query.get("connect_timeout", str(CONNECT_SECONDS))}
    return {"url": url, "pool_pre_ping": True, "connect_args": patience}


def sqlite_module() -> ModuleType:
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlite3.dbapi2")


def is_wal_safe(version: tuple[int, int, int]) -> bool:
    return version >= (3, 51, 3) or version[2] >= SAFE_WAL.get(version[:2], 1000)


def init_app(app: Flask) -> None:
    db.init_app(app)
    # There are no async sessions to close; to look for them, each request would start an event loop.
    app.teardown_appcontext_funcs[:] = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]
    with app.app_context():
        if is_sqlite():
            event.listen(db.engine, "connect", _configure)
            event.listen(db.engine, "begin", _begin)


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _configure(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, in `_begin`
    module = sqlite_module()
    safe = is_wal_safe(module.sqlite_version_info)
    if not safe:
        warnings.warn(f"SQLite {module.sqlite_version} is slower here: install pysqlite3, or SQLite 3.51.3, for WAL mode.", stacklevel=1)
    for setting in "foreign_keys=ON", f"busy_timeout={PATIENCE_MS}", f"journal_mode={'WAL' if safe else 'TRUNCATE'}", "synchronous=FULL":
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    immediate = changing() or connection.get_execution_options().get("immediate")  # the latter while migrating
    if immediate:
        _begin_to_write(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_to_write(connection: Connection) -> None:
    """Wait for our turn by looking often. SQLite's own waiting looks less and less often, in the end every 100 ms, so that one who writes
    again and again goes first again and again: of webhooks that came while the worker was busy, the last waited for more than a second."""
    raw, deadline = connection.connection.cursor(), monotonic() + PATIENCE_MS / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite_module().OperationalError:
                if monotonic() < deadline:
                    sleep(uniform(*NEXT_LOOK))
                    continue
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
    finally:
        raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        raw.close()


def changing() -> bool:
    """Whether we are inside `transaction()` now."""
    return _changing.get()


@contextmanager
def transaction() -> Iterator[None]:
    """All of it or none of it. Opened at an edge (route, sync, command, webhook), never deeper.

    It sees the database as it is now: what was read before (at the latest, who is signed in) is read again, because SQLite
    lets nobody write from an old view, and on PostgreSQL nobody should. So find inside what you mean to change.
    In a trial it is taken back where it would be committed.
    """
    if changing():
        raise RuntimeError("Already in a transaction: only the edge opens one.")
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("Something was changed before the transaction began.")
    db.session.rollback()
    token, tried, well = _changing.set(True), trial.going_on(), False
    try:
        yield
        trial.look_at_end()
        if tried:
            db.session.flush()
            db.session.rollback()
        else:
            db.session.commit()
        well = True
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _changing.reset(token)
        if tried:
            tried.close(well=well)


@contextmanager
def view() -> Iterator[None]:
    """The database as it is now, to be read and let go: whoever writes meanwhile waits for nobody here."""
    if changing():
        raise RuntimeError("A transaction sees the database as it is.")
    db.session.rollback()
    try:
        yield
    finally:
        db.session.rollback()


def insert(model: type[Model]) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows ON CONFLICT: the two databases spell it alike, SQLAlchemy keeps it in each one's own."""
    return sqlite.insert(model) if is_sqlite() else postgresql.insert(model)


def wall_time() -> datetime:
    """The database's own time: several machines that lease work must agree on it, whatever their clocks say."""
    if is_sqlite():
        return datetime.now(UTC)
    moment: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)
