"""The worker: takes what is due, does it, and says how it went."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from logging import getLogger
from threading import Event, Thread
from time import monotonic
from uuid import uuid4

from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from portal.kit.clock import now
from portal.kit.db import db, insert, transaction, wall_time
from portal.outbox.asker import asking_for
from portal.outbox.asking import SYNCS, TASKS, WATCHERS, ask_by_the_clock
from portal.outbox.lease import Lease, LeaseLost, claim, claim_aside
from portal.outbox.models import Heartbeat

log = getLogger(__name__)
IDLE_SECONDS = 0.2
"""How long a worker waits before it looks again: half of what a customer would notice."""
LOOK_SECONDS = 5
"""How often a worker looks at the schedule, and leaves word that it runs."""
ASIDE_THREADS, ASIDE_SECONDS = 2, 1
"""So many threads of each worker do what waits for machines of strangers, and look so often whether there is any."""


def work(stop: Event, owner: str | None = None) -> None:
    """Do what is due until told to stop; what is under way is finished first."""
    owner = owner or str(uuid4())
    next_look = monotonic()
    with _threads_aside(stop, owner):
        while not stop.is_set():
            with _while_there_is_a_database(stop):
                if monotonic() >= next_look:
                    _look_at_the_clock()
                    next_look = monotonic() + LOOK_SECONDS
                if not _do_next(owner):
                    stop.wait(IDLE_SECONDS)


@contextmanager
def _threads_aside(stop: Event, owner: str) -> Iterator[None]:
    """What they are at is finished before this ends."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threads = [Thread(target=_work_aside, args=[app, stop, f"{owner} aside {number}"]) for number in range(ASIDE_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _work_aside(app: Flask, stop: Event, owner: str) -> None:
    with app.app_context():
        while not stop.is_set():
            with _while_there_is_a_database(stop):
                if not _do_next_aside(owner):
                    stop.wait(ASIDE_SECONDS)


@contextmanager
def _while_there_is_a_database(stop: Event) -> Iterator[None]:
    """It may be away: it comes back, and so do we."""
    try:
        yield
    except OperationalError as error:
        log.warning("No database: %s", error.orig)
        stop.wait(1)


def work_until_idle(owner: str | None = None, after_each: Callable[[str], object] = lambda kind: None) -> None:
    """Do what is due, aside too, one after the other, until nothing is. `after_each` is told of what kind it was, also where it failed."""
    owner = owner or str(uuid4())
    while lease := _do_next(owner) or _do_next_aside(owner):
        after_each(lease.kind)


def _look_at_the_clock() -> None:
    with transaction():
        ask_by_the_clock(at=now())
        seen = insert(Heartbeat).values(name="worker", seen_at=(moment := wall_time()))
        db.session.execute(seen.on_conflict_do_update(index_elements=["name"], set_={"seen_at": moment}))
        for watcher in WATCHERS:
            watcher(now())


def _do_next(owner: str) -> Lease | None:
    """None when nothing is due."""
    lease = claim(owner, at=now())
    if lease:
        _do(lease)
    return lease


def _do_next_aside(owner: str) -> Lease | None:
    lease = claim_aside(owner, at=now())
    if lease:
        _do(lease)
    return lease


def _do(lease: Lease) -> None:
    try:
        with asking_for(lease.asker):
            if lease.kind in SYNCS:
                SYNCS[lease.kind](lease.subject_id, lease)
            else:
                TASKS[lease.kind](lease.payload, lease)
    except LeaseLost:
        log.warning("Too late for %s %s", lease.kind, lease.work_id)
        lease.repair(at=now())
    except Exception as error:
        db.session.rollback()  # what it changed outside a transaction must not stop the worker
        log.exception("Will try %s %s again", lease.kind, lease.work_id)
        with suppress(LeaseLost):
            lease.fail(f"{type(error).__name__}: {error}", at=now(), after=_asked_to_wait(error))


def _asked_to_wait(error: Exception) -> timedelta | None:
    """What the other side said about when to come back, if it said anything."""
    wait: timedelta | None = getattr(error, "retry_after", None)
    return wait
