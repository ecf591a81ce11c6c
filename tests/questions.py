"""What a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from portal.kit.db import db
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
