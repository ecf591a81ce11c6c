"""The portal with all that belongs to it, as real processes: what is measured, and killed, is what a shop would run."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from portal import config, create_app
from portal.accounts.actions import open_session
from portal.accounts.models import Customer, Person, Staff
from portal.demo import time_passes
from portal.kit import clock
from portal.kit.db import db, transaction
from tests.harness.ports import free_port
from tests.harness.postgres import Databases, postgres
from tests.settings import WEBHOOK_SECRET
from tests.stripe import Stripe

ROOT = Path(__file__).parents[1]
PATIENCE = 60
"""Seconds for a process to answer."""


class Process:
    """One of ours, which writes to a log and can be killed."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.start()

    def start(self) -> None:
        with self.log.open("a") as log:
            # A session of its own: Ctrl-C is for us, who then end it in order.
            self.running = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)

    @property
    def children(self) -> list[int]:
        found = subprocess.run(["pgrep", "-P", str(self.running.pid)], stdout=subprocess.PIPE, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def stop(self) -> None:
        self.running.terminate()
        self.running.wait(PATIENCE)


class Stage:
    def __init__(self, folder: Path, database_url: str, lease_seconds: int = 60) -> None:
        self.folder, self.url, stripe_port = folder, f"http://127.0.0.1:{free_port()}", free_port()
        self.environment = {
            **os.environ,
            "PORTAL_DEMO": "1",
            "PORTAL_DEMO_FOLDER": str(folder),
            "PORTAL_BASE_URL": self.url,
            "SECRET_KEY": "opens nothing that is kept",
            "DATABASE_URL": database_url,
            "STRIPE_SECRET_KEY": "sk_test_bench",
            "STRIPE_CALLS_PER_SECOND": "0",
            "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "SMTP_URL": "smtp://127.0.0.1:9",
            "LEASE_SECONDS": str(lease_seconds),
            "SHOP_FILE": str(self._shop()),
        }
        self.started: list[Process] = []
        self.stripe = Stripe(self.environment["STRIPE_API_BASE"], self._move_portal)
        self.app: Flask
        """The portal in this process too: to fill the database, and to look into it."""

    def portal(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "portal", *command]

    def process(self, name: str, command: list[str]) -> Process:
        self.started.append(process := Process(command, self.environment, self.folder / f"{name}.log"))
        return process

    def end(self) -> None:
        """Whatever still runs: nothing of ours outlives us, however we end."""
        for process in self.started:
            process.kill()

    def worker(self, name: str = "worker") -> Process:
        return self.process(name, self.portal("work"))

    def move(self, by: timedelta) -> None:
        """Let time pass on both sides."""
        with self.app.app_context():
            time_passes.move(by)

    def cookies(self, customer_id: int) -> dict[str, str]:
        """Those of a browser in which this customer is signed in."""
        return self._cookies(lambda: db.session.get_one(Customer, customer_id))

    def staff_cookies(self, staff_id: int) -> dict[str, str]:
        """The same of somebody who works here."""
        return self._cookies(lambda: db.session.get_one(Staff, staff_id), desk=True)

    def _cookies(self, find: Callable[[], Person], **more: bool) -> dict[str, str]:
        with self.app.app_context(), transaction():
            key = open_session(find(), device="Firefox, Mac", at=clock.now())
        signer: Any = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return {self.app.config["SESSION_COOKIE_NAME"]: signer.dumps({"_permanent": True, "_user_id": key, **more})}

    @contextmanager
    def stand_in(self, now: datetime) -> Iterator[None]:
        """Stripe, played by the stand-in; its clock and ours start at `now`."""
        clock.follow(self.folder / "clock")
        self._move_portal(now - clock.now())
        port, file = self.stripe.url.rpartition(":")[2], str(self.folder / "stripe.sqlite")
        command = [sys.executable, "-m", "sandbox", "--port", port, "--database", file, "--now", str(int(now.timestamp()))]
        with self._running("stripe", [*command, "--webhook-secret", WEBHOOK_SECRET], f"{self.stripe.url}/_sandbox/healthz"):
            self.stripe.send_webhooks_to(f"{self.url}/webhooks/stripe")
            yield

    @contextmanager
    def tables(self) -> Iterator[None]:
        """The database as a release makes it, and a portal in this process that looks into it."""
        subprocess.run(self.portal("db", "upgrade"), env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        self.app = create_app(config.from_environment(self.environment))
        yield
        with self.app.app_context():
            db.engine.dispose()
        clock.follow(None)

    @contextmanager
    def web(self) -> Iterator[Process]:
        """The web server, as the Procfile has it."""
        with self._running("web", serving("app:app", self.url), f"{self.url}/healthz") as process:
            yield process

    @contextmanager
    def _running(self, name: str, command: list[str], health: str) -> Iterator[Process]:
        process = self.process(name, command)
        try:
            wait_for(health)
            yield process
        finally:
            process.stop()

    def _shop(self) -> Path:
        """Of a shop that delivers every day: when a box comes is then simple enough to be foretold by somebody else than the portal."""
        shop = (ROOT / "shop.toml").read_text().partition("[deliveries]")[0]
        days = '"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"'
        (file := self.folder / "shop.toml").write_text(f"{shop}[deliveries]\nlock_hours = 48\ntransit_days = 2\nweekdays = [{days}]\n")
        return file

    def _move_portal(self, by: timedelta) -> None:
        (self.folder / "clock").write_text(str((clock.now() + by - datetime.now(clock.now().tzinfo)).total_seconds()))


@contextmanager
def a_database(kind: str) -> Iterator[str]:
    """The address of an empty one; empty on SQLite, where the stage makes a file."""
    if kind == "sqlite":
        yield ""
        return
    with postgres() as server, closing(Databases(server)) as databases, databases.like("bench", lambda url: None) as url:
        yield url.render_as_string(hide_password=False)


def serving(app: str, url: str) -> list[str]:
    """The command of the Procfile, for this app at this address."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: gunicorn "))
    command = shlex.split(line.removeprefix("web: gunicorn "))
    command[command.index("--bind") + 1], command[-1] = url.removeprefix("http://"), app
    return [sys.executable, "-m", "gunicorn", "--log-level", "warning", *command]


def wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise TimeoutError(f"Nobody answers at {url}.")
