"""The worker: takes what is due, does it, and says how it went."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from logging import getLogger
from threading import Event
from time import monotonic
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from portal.kit.clock import now
from portal.kit.db import db, insert, transaction, wall_time
from portal.outbox.asking import SYNCS, TASKS, WATCHERS, ask_by_the_clock
from portal.outbox.lease import Lease, LeaseLost, claim
from portal.outbox.models import Heartbeat

log = getLogger(__name__)
IDLE_SECONDS = 0.2
"""How long a worker waits before it looks again: half of what a customer would notice."""
LOOK_SECONDS = 5
"""How often a worker looks at the schedule, and leaves word that it runs."""


def work(stop: Event, owner: str | None = None) -> None:
    """Do what is due until told to stop; what is under way is finished first."""
    owner = owner or str(uuid4())
    next_look = monotonic()
    while not stop.is_set():
        try:
            if monotonic() >= next_look:
                _look_at_the_clock()
                next_look = monotonic() + LOOK_SECONDS
            if not _do_next(owner):
                stop.wait(IDLE_SECONDS)
        except OperationalError as error:  # the database is away: it comes back, and so do we
            log.warning("No database: %s", error.orig)
            stop.wait(1)


def work_until_idle(owner: str | None = None, after_each: Callable[[str], object] = lambda kind: None) -> None:
    """Do what is due, one after the other, until nothing is. `after_each` is told what kind it was, whether or not it succeeded."""
    owner = owner or str(uuid4())
    while lease := _do_next(owner):
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


def _do(lease: Lease) -> None:
    try:
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
