"""The worker: takes what is due, does it, and says how it went."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from logging import getLogger
from threading import Event
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from portal.kit.clock import now
from portal.kit.db import transaction
from portal.outbox.asking import SYNCS, TASKS, ask_by_the_clock
from portal.outbox.lease import Lease, LeaseLost, claim

log = getLogger(__name__)
IDLE_SECONDS = 0.2
"""How long a worker waits before it looks again: half of what a customer would notice."""


def work(stop: Event, owner: str | None = None) -> None:
    """Do what is due until told to stop; what is under way is finished first."""
    owner = owner or str(uuid4())
    while not stop.is_set():
        try:
            with transaction():
                ask_by_the_clock(at=now())
            work_until_idle(owner, stop.is_set)
        except OperationalError as error:  # the database is away: it comes back, and so do we
            log.warning("No database: %s", error.orig)
            stop.wait(1)
        stop.wait(IDLE_SECONDS)


def work_until_idle(owner: str | None = None, stopped: Callable[[], bool] = lambda: False) -> None:
    """Do what is due, one after the other, until nothing is."""
    owner = owner or str(uuid4())
    while not stopped() and (lease := claim(owner, at=now())):
        _do(lease)


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
        log.exception("Will try %s %s again", lease.kind, lease.work_id)
        with suppress(LeaseLost):
            lease.fail(f"{type(error).__name__}: {error}", at=now(), after=_asked_to_wait(error))


def _asked_to_wait(error: Exception) -> timedelta | None:
    """What the other side said about when to come back, if it said anything."""
    wait: timedelta | None = getattr(error, "retry_after", None)
    return wait
