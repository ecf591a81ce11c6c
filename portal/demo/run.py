"""Runs the whole demo on this machine: the stand-in for Stripe and EasyPost, a mailbox, the portal and its worker."""

import os
import secrets
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread

import click
import requests
from honcho.manager import Manager
from pyotp import TOTP

from portal.api.models import Scope
from portal.demo import ports
from portal.demo.people import CODES, HISTORY_DAYS, PEOPLE, STAFF
from portal.kit import clock

PYTHON = shlex.quote(sys.executable)
WEBHOOK_SECRET, CARRIER_SECRET = "whsec_demo", "carrier_demo"
PATIENCE = 60
"""Seconds for a process to answer."""


def run(folder: Path, host: str, port: int) -> None:
    """Until Ctrl-C. What was done in the demo stays in `folder`; delete it to begin anew."""
    folder.mkdir(parents=True, exist_ok=True)
    port, stripe_port, mail_port = _free(port, host), _free(12111), _free(1025)
    base_url = f"http://{_address(host)}:{port}"
    clock.follow(folder / "clock")
    environment = {
        **os.environ,
        "PORTAL_DEMO": "1",
        "PORTAL_DEMO_FOLDER": str(folder),
        "PORTAL_BASE_URL": base_url,
        "SECRET_KEY": _kept(folder / "secret-key"),
        "DATABASE_URL": f"sqlite:///{folder.resolve() / 'portal.sqlite'}",
        "STRIPE_SECRET_KEY": "sk_test_demo",
        "STRIPE_CALLS_PER_SECOND": "0",  # the stand-in takes as many as come
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "EASYPOST_API_KEY": "EZTK_demo",
        "EASYPOST_API_BASE": f"http://127.0.0.1:{stripe_port}",
        "EASYPOST_WEBHOOK_SECRET": CARRIER_SECRET,
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "PHOTOS_DIR": str(folder / "photos"),
        "AUDIT_ANCHOR": str(folder / "audit-anchors.log"),
        "PYTHONUNBUFFERED": "1",
    }
    stand_in = f"{PYTHON} -m sandbox --port {stripe_port} --database {shlex.quote(str(folder / 'stripe.sqlite'))}"
    stand_in += f" --webhook-secret {WEBHOOK_SECRET} --carrier-webhook-secret {CARRIER_SECRET}"
    mailbox = f"{PYTHON} -m portal.demo.mailbox --port {mail_port} --folder {shlex.quote(str(folder / 'mailbox'))}"
    portal = f"{PYTHON} -m portal"
    if not (opened_once := folder / "opened").exists():
        _clear(folder)  # a first start that was cut off
    subprocess.run([*shlex.split(portal), "db", "upgrade"], env=environment, check=True)
    if not opened_once.exists():
        click.echo("Opening the shop, with three months of a past (once, some seconds) …")
        opened = int((clock.now() - timedelta(days=HISTORY_DAYS)).timestamp())
        with _running(f"{stand_in} --now {opened}", stripe_port), _running(mailbox, mail_port):
            subprocess.run([*shlex.split(portal), "demo", "seed"], env=environment, check=True)
        opened_once.touch()
    api_key = _api_key(folder / "api-key", portal, environment)

    manager, webhooks = Manager(), f"http://127.0.0.1:{port}/webhooks"
    gunicorn = f"{PYTHON} -m gunicorn -k gthread -w 1 --threads 8 --no-control-socket --log-level warning --bind {host}:{port} app:app"
    for name, command in {
        "stripe": f"{stand_in} --webhook-url {webhooks}/stripe --carrier-webhook-url {webhooks}/easypost",
        "mailbox": mailbox,
        "portal": gunicorn,
        "worker": f"{portal} work",
    }.items():
        manager.add_process(name, command, env=environment, cwd=str(Path(__file__).parents[2]))
    Thread(target=_welcome, args=[base_url, port, api_key], daemon=True).start()
    manager.loop()
    sys.exit(manager.returncode)


def _clear(folder: Path) -> None:
    for name in "portal.sqlite*", "stripe.sqlite*", "clock", "audit-anchors.log":
        for file in folder.glob(name):
            file.unlink()


def _api_key(file: Path, portal: str, environment: dict[str, str]) -> str:
    """A key that may do everything, made once: the portal itself could not say it again."""
    if not file.exists():
        command = [*shlex.split(portal), "api-key", "add", f"demo {secrets.token_hex(2)}", "--scopes", ",".join(Scope)]
        made = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        file.touch(mode=0o600)
        file.write_text(made.strip())
    return file.read_text()


def _welcome(base_url: str, port: int, api_key: str) -> None:
    """As soon as the portal answers: where it is, who lives there, and where their mail arrives."""
    _wait_for(f"http://127.0.0.1:{port}/readyz")
    wide = max(len(email) for email in [person.email for person in PEOPLE] + [worker.email for worker in STAFF])
    lines = ["", f"  The portal   {base_url}", f"  The mailbox  {base_url}/demo/mailbox  (all mail lands here: sign-in links too)", ""]
    lines[-1:] = [f"  The API      {base_url}/api/v1/  (key {api_key})", ""]
    if "localhost" in base_url:
        lines += [f"  On a phone in the same network: make run HOST=0.0.0.0, then http://{_lan_address()}:{port}", ""]
    lines += ["  Sign in as"]
    lines += [f"    {person.email:{wide}}  {person.name}, {person.situation}" for person in PEOPLE]
    lines += ["", f"  The desk, for staff  {base_url}/desk/sign-in"]
    lines += [f"    {one.email:{wide}}  {one.name} ({one.role}), app secret {one.secret}, now {TOTP(one.secret).now()}" for one in STAFF]
    lines += [f"    {'':{wide}}  The mailbox says what these apps show. They go by the real time, wherever the demo’s was moved."]
    lines += ["", "  Discount codes"]
    lines += [f"    {code.code:{wide}}  {code.words}" for code in CODES]
    lines += ["", f"  Let time pass: curl -d days=7 {base_url}/demo/clock", "  Ctrl-C ends all of it.", ""]
    click.echo("\n".join(lines))


@contextmanager
def _running(command: str, port: int) -> Iterator[None]:
    process = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until(lambda: _listens(port))
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    _wait_until(lambda: requests.get(url, timeout=2).ok)


def _wait_until(ready: Callable[[], bool]) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError):  # nobody is there yet; those of requests are of this kind
            if ready():
                return
        time.sleep(0.1)
    raise TimeoutError("A process of the demo does not answer.")


def _listens(port: int) -> bool:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=2)):
        return True


def _kept(file: Path) -> str:
    if not file.exists():
        file.write_text(secrets.token_hex(32))
        file.chmod(0o600)
    return file.read_text()


def _free(port: int, host: str = "127.0.0.1") -> int:
    """This port, or the next one that nobody uses."""
    for candidate in range(port, port + 100):
        if ports.take(candidate, host):
            return candidate
    raise OSError(f"No free port from {port} on.")


def _address(host: str) -> str:
    """What to type: the LAN's address of this machine where all may come in, so that links in mails work on a phone too."""
    return {"127.0.0.1": "localhost", "0.0.0.0": _lan_address()}.get(host, host)  # noqa: S104


def _lan_address() -> str:
    """Of the interface that leads outwards. Nothing is sent: a UDP socket that connects only picks a route."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "localhost"
        address: str = probe.getsockname()[0]
        return address
