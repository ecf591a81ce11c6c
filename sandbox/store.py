"""Everything that the stand-in knows, in one SQLite file: Stripe's objects as JSON, with the few columns that are searched."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from sandbox.errors import Json, Refused, missing

_TABLES = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    customer TEXT, subscription TEXT, status TEXT, due INTEGER, body TEXT NOT NULL, clock TEXT
);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_customer ON object (customer, kind, seq);
CREATE INDEX IF NOT EXISTS object_subscription ON object (subscription, kind, seq);
CREATE INDEX IF NOT EXISTS object_due ON object (due, seq) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, path TEXT NOT NULL, at REAL NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', endpoint TEXT
);
CREATE INDEX IF NOT EXISTS delivery_waiting ON delivery (next_at, seq) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS parcel (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, number TEXT NOT NULL, due INTEGER, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS parcel_number ON parcel (number);
CREATE INDEX IF NOT EXISTS parcel_due ON parcel (due, seq) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_ADDED_LATER = (("object", "clock"), ("delivery", "endpoint"))
"""Columns that the file of an earlier stand-in lacks."""


class Store:
    def __init__(self, database: str) -> None:
        self.lock = RLock()
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing with this; only a power cut would.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_TABLES)
        for table, column in _ADDED_LATER:
            if column not in [row[1] for row in self.rows(f"PRAGMA table_info({table})")]:
                self.change(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
        self.change("CREATE INDEX IF NOT EXISTS object_clock ON object (clock, due) WHERE clock IS NOT NULL")

    def close(self) -> None:
        with self.lock:
            self._connection.close()

    def copied(self) -> sqlite3.Connection:
        """All of it as it is now, for `put_back`."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with self.lock:
            self._connection.backup(copy)
        return copy

    def put_back(self, copy: sqlite3.Connection) -> None:
        with self.lock:
            copy.backup(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. One at a time, so that what is read inside still holds when it is written."""
        with self.lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Inside a transaction: a refusal undoes what was written since, and the transaction goes on."""
        self._connection.execute("SAVEPOINT attempt")
        try:
            yield
        except Refused as refused:
            if not refused.keeps_effects:
                self._connection.execute("ROLLBACK TO attempt")
            raise
        finally:
            self._connection.execute("RELEASE attempt")

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Inside a transaction: whatever is written in here never was."""
        self._connection.execute("SAVEPOINT rehearsal")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK TO rehearsal")
            self._connection.execute("RELEASE rehearsal")

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    def change(self, statement: str, *values: object) -> int:
        """How many rows it changed."""
        with self.lock:
            return self._connection.execute(statement, values).rowcount

    def put(self, body: Json, *, due: int | None = None) -> None:
        """Keep an object as it is now. `due` is when something next happens to it by itself."""
        self.change(
            "INSERT INTO object (id, kind, created, customer, subscription, status, due, body, clock)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, subscription = excluded.subscription,"
            " status = excluded.status, due = excluded.due, body = excluded.body",
            body["id"],
            body["object"],
            body.get("created") or body.get("date") or body.get("start"),
            body.get("customer"),
            _subscription(body),
            body.get("status"),
            due,
            json.dumps(body),
            body.get("test_clock"),
        )

    def forget(self, where: str, *values: object) -> None:
        """As if these had never been."""
        self.change(f"DELETE FROM object WHERE {where}", *values)  # noqa: S608

    def drop(self, ref: str) -> None:
        self.change("DELETE FROM object WHERE id = ?", ref)

    def find(self, ref: str, kind: str | None = None) -> Json | None:
        rows = self.rows("SELECT body, kind FROM object WHERE id = ?", ref)
        return json.loads(str(rows[0][0])) if rows and kind in (None, rows[0][1]) else None

    def get(self, kind: str, ref: str, param: str = "id") -> Json:
        if found := self.find(ref, kind):
            return found
        raise missing(kind, ref, param)

    def all(self, kind: str, where: str = "1", *values: object) -> list[Json]:
        """Newest first."""
        found = self.rows(f"SELECT body FROM object WHERE kind = ? AND {where} ORDER BY seq DESC", kind, *values)  # noqa: S608
        return [json.loads(str(body)) for (body,) in found]

    def setting(self, name: str, default: str = "") -> str:
        rows = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0][0]) if rows else default

    def set(self, name: str, value: str) -> None:
        self.change("INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)


def _subscription(body: Json) -> str | None:
    if body["object"] == "invoice" and body["parent"]:
        named: str = body["parent"]["subscription_details"]["subscription"]
        return named
    return None


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"
