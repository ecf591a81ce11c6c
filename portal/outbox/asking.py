"""To ask is all that a change, a webhook or the clock ever does; the worker does the rest."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import case, func, literal, select, update

from portal.kit.db import Instant, Model, changing, db, insert, is_sqlite
from portal.outbox.asker import asker
from portal.outbox.lease import ASIDE, TRIES, Lease
from portal.outbox.models import ScheduledRun, Sync, Task

Syncer = Callable[[int, Lease], None]
Doer = Callable[[dict[str, Any], Lease], None]
Watcher = Callable[[datetime], None]
SYNCS: dict[str, Syncer] = {}
TASKS: dict[str, Doer] = {}
SCHEDULE: dict[str, timedelta] = {}
WATCHERS: list[Watcher] = []


def syncs(model: type[Model], *, aside: bool = False) -> Callable[[Syncer], Syncer]:
    """Mark the function that syncs this kind of subject. It ends with `lease.finish()`.

    One that waits for machines of strangers is done `aside`, by threads of the worker's that do nothing else: it holds up nobody.
    """

    def register(sync: Syncer) -> Syncer:
        SYNCS[model.__tablename__] = sync
        if aside:
            ASIDE.add(model.__tablename__)
        return sync

    return register


def task(kind: str, *, tries: int | None = None) -> Callable[[Doer], Doer]:
    """Mark the function that does this kind of task. It ends with `lease.finish()`, or is given up after so many `tries`."""

    def register(do: Doer) -> Doer:
        TASKS[kind] = do
        if tries:
            TRIES[kind] = tries
        return do

    return register


def every(interval: timedelta, kind: str) -> None:
    """Have this kind of task done once in each interval, however many workers there are."""
    SCHEDULE[kind] = interval


def watch(watcher: Watcher) -> Watcher:
    """Call it every few seconds, in a transaction of each worker's, whatever waits: it must be quick, and do no harm twice."""
    if watcher not in WATCHERS:
        WATCHERS.append(watcher)
    return watcher


def want_sync(subject: Model, *, at: datetime, bulk: bool = False, check: bool = False) -> None:
    """Have it synced from `at` on, after the commit; once, however often it is asked for until then.

    `bulk` work lets customers' clicks go first, and never postpones one. A `check` is bulk work of which nobody expects anything new.
    Of several people who ask for it until it is done, the last one's name stands there.
    """
    bulk = bulk or check
    if not changing():
        raise RuntimeError("A sync belongs to a change: ask for it inside a transaction.")
    if subject.__tablename__ not in SYNCS:
        raise LookupError(f"Nobody syncs {subject.__tablename__}.")
    moment, who = literal(at, Instant()), asker()
    first = insert(Sync).values(
        kind=subject.__tablename__,
        subject_id=subject.id,
        wanted=1,
        done=0,
        attempts=0,
        due_at=moment,
        bulk=bulk,
        is_check=check,
        asked_at=moment,
        **asdict(who),
    )
    waits = Sync.wanted > Sync.done
    earliest = func.min if is_sqlite() else func.least
    again = {
        "wanted": Sync.wanted + 1,
        "bulk": case((waits, Sync.bulk), else_=True) if bulk else False,
        "is_check": case((waits, Sync.is_check), else_=True) if check else False,
        "due_at": case((waits, earliest(Sync.due_at, moment)), else_=moment) if bulk else moment,
        "asked_at": case((waits, earliest(func.coalesce(Sync.asked_at, moment), moment)), else_=moment),
    }
    kept = {name: case((waits, Sync.__table__.c[name]), else_=number) for name, number in asdict(who).items()}
    again |= asdict(who) if who and not bulk else kept
    db.session.execute(first.on_conflict_do_update(index_elements=["kind", "subject_id"], set_=again))


def want_task(kind: str, payload: dict[str, Any], *, at: datetime, key: str | None = None) -> None:
    """Have it done once, from `at` on, after the commit. A second one with the same `key` is the same task."""
    if not changing():
        raise RuntimeError("A task belongs to a change: ask for it inside a transaction.")
    if kind not in TASKS:
        raise LookupError(f"Nobody does {kind}.")
    told = {"payload": payload, "asked_at": at, "due_at": at, **asdict(asker())}
    wanted = insert(Task).values(kind=kind, key=key or f"{kind}:{uuid4()}", attempts=0, **told)
    db.session.execute(wanted.on_conflict_do_nothing(index_elements=["key"]))


def never_synced(model: type[Model]) -> int:
    """Of these, how many wait for their first sync."""
    return db.session.scalar(select(func.count()).where(Sync.kind == model.__tablename__, Sync.done == 0)) or 0


def ask_by_the_clock(*, at: datetime) -> None:
    """Ask for what the schedule has due. Of many workers that do this at once, one gets to ask."""
    next_at = {run.name: run.next_at for run in db.session.scalars(select(ScheduledRun))}
    for kind, interval in SCHEDULE.items():
        # Looked at first: a row that is not inserted still takes a number of PostgreSQL's sequence, and it has two thousand million.
        if kind not in next_at or next_at[kind] <= at:
            _ask_if_first(kind, interval, at)


def _ask_if_first(kind: str, interval: timedelta, at: datetime) -> None:
    slot = datetime.fromtimestamp(at.timestamp() // interval.total_seconds() * interval.total_seconds(), at.tzinfo)
    known = insert(ScheduledRun).values(name=kind, next_at=slot).on_conflict_do_nothing(index_elements=["name"])
    db.session.execute(known)
    due = update(ScheduledRun).where(ScheduledRun.name == kind, ScheduledRun.next_at <= at)
    if db.session.scalar(due.values(next_at=slot + interval).returning(ScheduledRun.id)):
        want_task(kind, {}, at=at, key=f"{kind}@{slot.isoformat()}")
