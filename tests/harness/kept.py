"""What many tests begin with: made once, through both sides, and put back as it was for the next test that begins alike."""

import sqlite3
from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flask import Flask
from sqlalchemy import exists, func, or_, select, update

from portal.billing.models import Attempt, Invoice
from portal.kit.clock import now
from portal.kit.db import Model, db, is_sqlite, sqlite_module, transaction
from portal.timeline.models import ChainHead
from sandbox.app import Sandbox
from tests.stripe import Stripe

Value = TypeVar("Value")
OWN = {"PORTAL_BASE_URL", "STRIPE_API_BASE", "SMTP_URL", "SQLALCHEMY_ENGINES", "PHOTOS_DIR"}
"""Settings of which each portal has its own. Any other that differs makes another beginning."""
ITS_OWN = {"clock_offset_ns", "webhook_url", "carrier_webhook_url"}
"""The same of the stand-in."""
NEAR = timedelta(minutes=1)
"""Between the clocks of two beginnings that are alike, at the most."""
PAGES = Invoice.page_url, Attempt.receipt_url
"""Where the portal has that of the stand-in."""
WRITTEN_DOWN = "object", "idempotency", "delivery"
"""Where the stand-in has its own address in a `body`."""


class Copy(Protocol):
    """All that a portal's database holds."""

    def put_back(self) -> None:
        """Into the database of this portal, which holds nothing yet."""


@dataclass(frozen=True)
class Kept:
    under: Any
    began: datetime
    ended: datetime
    address: str
    """Of the stand-in, as both sides have written it down."""
    here: Copy
    there: sqlite3.Connection
    asked: list[dict[str, Any]]
    value: Any


_kept: dict[Hashable, list[Kept]] = {}


def once(what: Hashable, app: Flask, stripe: Stripe, make: Callable[[], Value]) -> Value:
    """What `make` gives, such as ids: names that hold wherever these rows are. Where anything was done before, it is made anew."""
    with app.app_context():
        if (played := stripe.played) is None or not _is_untouched(played):
            return make()
        under = _circumstances(app, played)
        alike = _kept.setdefault((what, db.engine.dialect.name), [])
        for kept in alike:
            if kept.under == under and abs(now() - kept.began) < NEAR:
                _put_back(kept, stripe, played)
                value: Value = kept.value
                return value
    began, value = now(), make()
    with app.app_context():
        here: Copy = OnSqlite() if is_sqlite() else OnPostgresql()
    alike.append(Kept(under, began, now(), stripe.url, here, played.store.copied(), played.recorder.requests(), value))
    return value


def _is_untouched(played: Sandbox) -> bool:
    """On neither side is there anything but where the history begins."""
    tables = [table for table in Model.metadata.tables.values() if table is not ChainHead.__table__]
    here = select(or_(*(exists().select_from(table) for table in tables)))
    there = "SELECT 1 FROM object UNION ALL SELECT 1 FROM delivery UNION ALL SELECT 1 FROM parcel"
    return not db.session.scalar(here) and not played.store.rows(there)


def _circumstances(app: Flask, played: Sandbox) -> Any:
    """All that could make it come out differently."""
    hooks = played.webhooks
    return (
        {name: value for name, value in app.config.items() if name not in OWN},
        [row for row in played.store.rows("SELECT name, value FROM setting ORDER BY name") if row[0] not in ITS_OWN],
        [bool(hooks.url), bool(hooks.carrier_url), hooks.double, hooks.shuffle, hooks.paused],
        [played.faults.rules(), played.limits.settled()],
    )


def _put_back(kept: Kept, stripe: Stripe, played: Sandbox) -> None:
    db.session.rollback()
    kept.here.put_back()
    with transaction():
        for column in PAGES:
            moved = func.replace(column, kept.address, stripe.url)
            db.session.execute(update(column.class_).values({column: moved}))
    store = played.store
    own = [row for row in store.rows("SELECT name, value FROM setting") if row[0] in ITS_OWN]
    store.put_back(kept.there)
    for name, value in own:
        store.set(str(name), str(value))
    for table in WRITTEN_DOWN:
        store.change(f"UPDATE {table} SET body = replace(body, ?, ?)", kept.address, stripe.url)
    played.recorder.put_back(kept.asked)
    passed = max(kept.ended - now(), timedelta(0))  # what was written is never of the future
    stripe.move_portal(passed)
    played.clock.forward(passed.total_seconds())


class OnSqlite:
    def __init__(self) -> None:
        self.copy = sqlite_module().connect(":memory:", check_same_thread=False)
        with closing(_own_file()) as own:
            own.backup(self.copy)

    def put_back(self) -> None:
        with closing(_own_file()) as own:
            self.copy.backup(own)


def _own_file() -> Any:
    return sqlite_module().connect(str(Path(db.engine.url.database or "")))


class OnPostgresql:
    def __init__(self) -> None:
        with db.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            self.rows = {name: content for name in Model.metadata.tables if (content := self._read(raw, name))}
            numbered = raw.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL").fetchall()
            self.numbers = ", ".join(f"setval('{name}', {last})" for name, last in numbered)

    def _read(self, raw: Any, name: str) -> bytes:
        with raw.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
            return b"".join(copy)

    def put_back(self) -> None:
        with db.engine.begin() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("SET LOCAL session_replication_role = replica")  # what refers to other rows need not come after them
            raw.execute(f'DELETE FROM "{ChainHead.__tablename__}"')
            for name, content in self.rows.items():
                with raw.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
                    copy.write(content)
            raw.execute(f"SELECT {self.numbers}")
