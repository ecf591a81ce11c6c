"""What a page asks the database."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal.kit.db import db, is_sqlite
from tests.browser import Browser

OURS = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def asked(app: Flask) -> Iterator[list[str]]:
    """The statements of meanwhile, but for what only opens and ends a transaction."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(OURS):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def questions(app: Flask, browser: Browser, path: str) -> int:
    """How many."""
    with asked(app) as statements:
        browser.get(path)
    return len(statements)


WALKS = re.compile(r"Seq Scan on|\bSCAN (?!\(|CONSTANT|\d|anon_)")


def walks(app: Flask, ask: Callable[[], object]) -> list[str]:
    """What is asked meanwhile that would be answered by walking through a whole table, or the whole of an index, with the way it is
    answered. A table that is nearly empty is walked through at any time, so PostgreSQL is told not to if there is another way."""
    kept: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH", "(SELECT")):
            kept.append((statement, parameters))

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    connection = db.session.connection()
    if not is_sqlite():
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    found = []
    for statement, parameters in kept:
        rows = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN ") + statement, parameters)
        way = "\n".join(str(row[-1]) for row in rows)
        if WALKS.search(way):
            found.append(f"{statement}\n{way}")
    return found
