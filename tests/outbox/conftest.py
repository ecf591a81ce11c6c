"""A kind of sync and a kind of task whose doing a test decides."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import outbox
from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.outbox.asking import SCHEDULE, SYNCS, TASKS
from portal.outbox.models import Sync, Task
from tests.ground import app as app

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context(), clock.at(TODAY):
        yield
        db.session.rollback()


@pytest.fixture
def kinds() -> Iterator[None]:
    """What a test registers is gone after it."""
    kept = [(registry, dict(registry)) for registry in (SYNCS, TASKS, SCHEDULE)]
    SCHEDULE.clear()
    yield
    for registry, before in kept:
        registry.clear()
        registry.update(before)  # type: ignore[arg-type]


@pytest.fixture
def done(kinds: None) -> list[str]:
    """What was done, in order: the numbers of subjects, the payloads of tasks."""
    done: list[str] = []

    def sync(subject_id: int, lease: outbox.Lease) -> None:
        with lease.finish(at=clock.now()):
            done.append(str(subject_id))

    def do(payload: dict[str, Any], lease: outbox.Lease) -> None:
        with lease.finish(at=clock.now()):
            done.append(payload.get("name", lease.kind))

    SYNCS["customer"] = sync
    TASKS["do"] = do
    return done


def subject(number: int) -> Customer:
    """Any row will do: only its table and its number count, and it is never written."""
    customer = Customer(email="")
    customer.id = number
    return customer


def ask(number: int, at: datetime = TODAY, *, bulk: bool = False) -> None:
    with transaction():
        outbox.want_sync(subject(number), at=at, bulk=bulk)


def ask_task(name: str, at: datetime = TODAY, key: str | None = None) -> None:
    with transaction():
        outbox.want_task("do", {"name": name}, at=at, key=key)


def the_sync() -> Sync:
    db.session.rollback()
    return db.session.scalars(select(Sync)).one()


def the_task() -> Task:
    db.session.rollback()
    return db.session.scalars(select(Task)).one()


def let_the_lease_end(table: type[Sync] | type[Task] = Sync) -> None:
    """As after LEASE_SECONDS of the wall's clock, which no test can move."""
    with transaction():
        db.session.execute(update(table).values(leased_until=datetime.now(UTC) - timedelta(hours=1)))


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: Any) -> None:
        raise error

    return fail
