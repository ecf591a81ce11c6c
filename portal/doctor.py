"""`portal doctor`: says in plain sentences what is misconfigured or away."""

import json
import shutil
import smtplib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

import click
import requests
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.carriers import NotNow, NotTaken, carrier_service
from portal.kit.clock import now
from portal.kit.db import db, is_sqlite, is_wal_safe, sqlite_module, wall_time
from portal.migrations import schema
from portal.notifications import post
from portal.outbox.lease import STUCK_AFTER
from portal.outbox.models import Heartbeat, Sync, Task
from portal.payments import VERSION, Declined, TryAgain, provider
from portal.photos import scanner

OLDEST = 15
"""Of PostgreSQL, whose older versions get no repairs any more, or not for long."""
DRIFT = timedelta(seconds=30)
"""How far this machine's clock may be from the database's: leases and links are measured in minutes."""
WORKER_LATELY = timedelta(minutes=2)
LATELY = timedelta(hours=1)
MOST_SHOWN = 100
ROOM = 500 * 10**6
"""Bytes that are free, at the least: some thousand photos."""
HERE = ("localhost", "127.0.0.1", "::1")
NEEDED = (
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.created",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.voided",
    "payment_method.attached",
    "payment_method.detached",
    "refund.failed",
    "refund.updated",
)
"""Without these the portal hears of something only minutes later, from the list."""


@dataclass(frozen=True)
class Finding:
    is_fine: bool
    sentence: str


@click.command
@with_appcontext
def doctor() -> None:
    """Say what is misconfigured or away. Exits with 1 if anything is."""
    findings = examine()
    for finding in findings:
        click.echo(f"{'fine ' if finding.is_fine else 'WRONG'}  {finding.sentence}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


def examine() -> list[Finding]:
    """All of it, whatever was found before; what lies in the database only if that answers."""
    findings = [Finding(True, "The settings and shop.toml are complete."), _database()]
    if findings[-1].is_fine:
        findings += [_look(look) for look in (_durability, _clock, _migrations, _worker, _work)]
    db.session.rollback()  # nobody speaks with the world outside while a read is open
    findings += [_photos(), *virus_scanner(), _mail(), _provider()]
    findings += [_stripes_clock(), _endpoint(), _delivery()] if findings[-1].is_fine else []
    return [*findings, _way_in(), _carriers(), *([_news_comes_in()] if current_app.config["EASYPOST_API_KEY"] else [])]


def _look(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except SQLAlchemyError as error:
        db.session.rollback()
        return Finding(False, f"The database refused: {getattr(error, 'orig', error)}".splitlines()[0])


def _database() -> Finding:
    try:
        if is_sqlite():
            version: str = db.session.execute(text("SELECT sqlite_version()")).scalar_one()
            return Finding(True, f"The database answers: SQLite {version}.")
        number = int(db.session.execute(text("SHOW server_version_num")).scalar_one()) // 10000
    except SQLAlchemyError as error:
        return Finding(False, f"The database does not answer: {getattr(error, 'orig', error)}".splitlines()[0])
    if number < OLDEST:
        return Finding(False, f"The database answers, but PostgreSQL {number} is too old: {OLDEST} or newer is needed.")
    return Finding(True, f"The database answers: PostgreSQL {number}.")


def _durability() -> Finding:
    """What was acknowledged must survive a power cut."""
    if is_sqlite():
        if is_wal_safe(sqlite_module().sqlite_version_info):
            return Finding(True, "What is written is safe on the disk.")
        return Finding(False, f"SQLite {sqlite_module().sqlite_version} is slower here: install pysqlite3, or SQLite 3.51.3 or newer.")
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if db.session.scalar(text(f"SHOW {name}")) == "off"]
    if off:
        return Finding(False, f"PostgreSQL may lose what it has acknowledged: turn {', '.join(off)} on.")
    return Finding(True, "What is written is safe on the disk.")


def _clock() -> Finding:
    off = abs(datetime.now(UTC) - wall_time())
    if off > DRIFT:
        return Finding(False, f"This machine's clock is {off.total_seconds():.0f} seconds away from the database's: set it by NTP.")
    return Finding(True, "The clock goes with the database's.")


def _migrations() -> Finding:
    try:
        missing = schema.missing(db.session.connection())
    except schema.Ahead:
        return Finding(True, "The database was made by a newer version of the portal than this one.")
    if missing:
        return Finding(False, f"The database lacks {len(missing)} migrations: run `portal db upgrade`.")
    return Finding(True, "The database has all migrations.")


def _worker() -> Finding:
    seen_at = db.session.scalar(select(Heartbeat.seen_at))
    if seen_at is None:
        return Finding(False, "No worker has ever run, so mails wait and the payment provider is not told: start `portal work`.")
    if wall_time() - seen_at > WORKER_LATELY:
        return Finding(False, f"No worker has been seen since {seen_at:%Y-%m-%d %H:%M} UTC: start `portal work`.")
    return Finding(True, "A worker runs.")


def _work() -> Finding:
    stuck = select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.attempts >= STUCK_AFTER)
    dead = select(func.count()).select_from(Task).where(Task.dead_at.is_not(None))
    syncs, tasks = db.session.scalar(stuck) or 0, db.session.scalar(dead) or 0
    if syncs or tasks:
        return Finding(False, f"{syncs} syncs are stuck, and {tasks} tasks were given up: `portal sync status` says why.")
    return Finding(True, "No work is stuck.")


def _photos() -> Finding:
    """Whether a file can be written where photos are kept, and whether there is room for many."""
    folder = Path(current_app.config["PHOTOS_DIR"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(False, f"Photos can't be kept in PHOTOS_DIR, {folder}: {error.strerror}.")
    if free < ROOM:
        return Finding(False, f"The disk of PHOTOS_DIR, {folder}, is almost full: {free // 10**6} MB are free.")
    return Finding(True, "Photos that customers send can be kept.")


def virus_scanner() -> list[Finding]:
    """Only where there is one."""
    if not (url := current_app.config["SCANNER_URL"]):
        return []
    if scanner.answers(url):
        return [Finding(True, "The virus scanner answers.")]
    return [Finding(False, f"The virus scanner at SCANNER_URL, {url}, does not answer: no photo is taken.")]


def _mail() -> Finding:
    try:
        with post.connected() as server:
            server.noop()
    except (OSError, smtplib.SMTPException, post.NotSafe) as error:
        return Finding(False, f"The mail server of SMTP_URL does not take us: {error}")
    return Finding(True, "The mail server takes us.")


def _provider() -> Finding:
    """Whether it takes the key, and whether that is for the right mode."""
    key = current_app.config["STRIPE_SECRET_KEY"]
    try:
        provider().events_since(datetime.now(UTC))
    except (TryAgain, Declined) as error:
        return Finding(False, f"Stripe does not take STRIPE_SECRET_KEY: {error}")
    if current_app.config["DEMO"] and "_live_" in key:
        return Finding(False, "STRIPE_SECRET_KEY is a live key, and this is the demo: anybody could charge real cards. Take one for tests.")
    if not current_app.config["DEMO"] and "_test_" in key:
        return Finding(True, "Stripe takes the key. It is one for tests: nobody is charged.")
    return Finding(True, "Stripe takes the key.")


def _stripes_clock() -> Finding:
    """Stripe's signatures are believed for five minutes."""
    try:
        off = abs(datetime.now(UTC) - provider().moment_there())
    except (TryAgain, Declined) as error:
        return Finding(False, f"Stripe does not say what time it is: {error}")
    if off > DRIFT:
        return Finding(False, f"This machine's clock is {off.total_seconds():.0f} seconds away from Stripe's: set it by NTP.")
    return Finding(True, "The clock goes with Stripe's.")


def _endpoint() -> Finding:
    """Where Stripe sends what happens, in which words, and whether that is all we need."""
    url = _webhook_address()
    try:
        known = [one for one in provider().endpoints() if one.url == url]
    except (TryAgain, Declined) as error:
        return Finding(True, f"Stripe does not let this key see webhook endpoints; see there that one leads to {url}: {error}")
    if not known:
        if urlsplit(url).hostname in HERE:
            return Finding(True, "Stripe can't reach this machine: its events are read from its list, every five minutes.")
        return Finding(False, f"Stripe has no webhook endpoint at {url}: add one, for all events, with version {VERSION}.")
    one = known[0]
    if not one.is_enabled:
        return Finding(False, f"The webhook endpoint at Stripe is disabled: enable {url} there.")
    if one.version not in (VERSION, None):
        return Finding(False, f"The webhook endpoint at Stripe speaks version {one.version}: put one with {VERSION} in its place.")
    missing = [] if "*" in one.kinds else sorted(set(NEEDED) - set(one.kinds))
    if missing:
        return Finding(False, f"The webhook endpoint at Stripe leaves out what we need to hear of: {', '.join(missing)}.")
    return Finding(True, f"Stripe sends what happens to {url}.")


def _delivery() -> Finding:
    """Whether what Stripe signs and sends arrives: only Stripe knows the secret of its endpoint."""
    try:
        number = provider().undelivered(now() - LATELY)
    except (TryAgain, Declined) as error:
        return Finding(False, f"Stripe does not say what it could not deliver: {error}")
    if number:
        told = "100 or more" if number >= MOST_SHOWN else str(number)
        return Finding(
            False,
            f"{told} events of the last hour were not taken here. Stripe's page of the endpoint says why:"
            " 400 is a wrong STRIPE_WEBHOOK_SECRET. Until then they are read from its list, minutes late.",
        )
    return Finding(True, "All that Stripe sent in the last hour was taken.")


def _way_in() -> Finding:
    """Post to the running portal what Stripe might send, signed as Stripe does; always the same event, so that it is kept once."""
    at = datetime.now(UTC)
    happened = {"id": "evt_portal_doctor", "object": "event", "type": "portal.doctor", "created": int(at.timestamp())}
    is_live = "_live_" in current_app.config["STRIPE_SECRET_KEY"]
    payload = json.dumps({**happened, "livemode": is_live, "data": {"object": {"object": "portal"}}}).encode()
    signed = [{"Stripe-Signature": proof} for proof in provider().proof(payload, at=at)]
    return _try_the_way_in("Stripe", _webhook_address(), payload, signed)


def _carriers() -> Finding:
    """Whether the carrier service takes our key, and tells us of parcels."""
    if (service := carrier_service()) is None:
        return Finding(True, "No carrier service is set (EASYPOST_API_KEY): parcels are followed as far as the shop itself tells of them.")
    url = _webhook_address("easypost")
    try:
        known = [one for one in service.listeners() if one.url == url]
    except (NotNow, NotTaken) as error:
        return Finding(False, f"EasyPost does not take EASYPOST_API_KEY: {error}")
    if not known:
        if urlsplit(url).hostname in HERE:
            return Finding(True, "EasyPost takes the key. It can't reach this machine: parcels are looked up every few hours.")
        return Finding(False, f"EasyPost has no webhook at {url}: add one, with a secret. Parcels are looked up every few hours.")
    if not known[0].is_enabled:
        return Finding(False, f"The webhook at EasyPost is disabled: enable {url} there.")
    return Finding(True, f"EasyPost takes the key, and sends its news to {url}.")


def _news_comes_in() -> Finding:
    """As for Stripe; always the same news, so that it is kept once."""
    happened = {"id": "evt_portal_doctor", "object": "Event", "description": "portal.doctor", "result": None}
    payload, service = json.dumps(happened).encode(), carrier_service()
    signed = [{"X-Hmac-Signature": proof} for proof in service.proof(payload)] if service else []
    return _try_the_way_in("EasyPost", _webhook_address("easypost"), payload, signed)


def _try_the_way_in(who: str, url: str, payload: bytes, signed: list[dict[str, str]]) -> Finding:
    for headers in signed:
        try:
            answer = requests.post(url, payload, headers=headers, timeout=5, allow_redirects=False)
        except requests.RequestException:
            return Finding(False, f"Nobody answers at {url}: start the web server, or set PORTAL_BASE_URL to where it is.")
        if answer.status_code in (400, 404):
            return Finding(False, f"The running portal has another {who.upper()}_WEBHOOK_SECRET than this command: start it again.")
        if not answer.ok:
            return Finding(False, f"The running portal answers {answer.status_code} to what {who} might send: look into its log.")
    return Finding(True, f"The running portal takes what {who}'s secret signs.")


def _webhook_address(whose: str = "stripe") -> str:
    return f"{current_app.config['PORTAL_BASE_URL']}/webhooks/{whose}"
