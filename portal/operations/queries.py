"""How the work stands: what waits, since when, what fails and why, and what was done last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from portal.accounts.models import Customer, Staff
from portal.billing.models import BillingAccount
from portal.kit.alarms import Alarm
from portal.kit.db import db, wall_time
from portal.operations.owners import OWNERS, owners_of
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Heartbeat, Sync, Task
from portal.payments import APPLY
from portal.payments.models import CallCount, Difference, ReceivedEvent
from portal.subscriptions.models import Subscription

RECENT = 10
SHOWN = 100
"""So many failures are shown at the most; all of them are counted."""
RECONCILE = "reconcile"
LOOKS = ("look at every account", "look at every open refund", "look at every subscription")
"""The tasks by which each room has its own things looked at."""


@dataclass(frozen=True)
class Failing:
    """A piece of work that failed when it was last tried. It is tried again, unless it was given up."""

    work_id: int
    kind: str
    subject_id: int | None
    """None for a task."""
    customer_id: int | None
    attempts: int
    reason: str
    since: datetime
    next_at: datetime | None
    """None: it was given up."""
    asked_by: str | None = None
    """The name of who of the staff asked for it, if one did."""

    @property
    def is_stuck(self) -> bool:
        """Whether it has failed so often that somebody should look."""
        return self.next_at is None or self.attempts >= STUCK_AFTER


@dataclass(frozen=True)
class Done:
    kind: str
    subject_id: int
    customer_id: int | None
    at: datetime
    asked_by: str | None
    """As of what fails."""


@dataclass(frozen=True)
class Found:
    """Something that was one way here and another way at the provider, although nobody had told of it."""

    subject: str
    """`table:id`."""
    ref: str
    """What the provider calls it."""
    what: str
    ours: str
    theirs: str
    found_at: datetime
    repaired_at: datetime | None
    how: str | None
    customer_id: int | None


@dataclass(frozen=True)
class Reconciliation:
    """The last one that began."""

    began_at: datetime
    left: int
    """So many things are still to be looked at."""
    found: int
    repaired: int
    differences: list[Found]
    """What is not repaired first; of this run and of those before it that are open."""


@dataclass(frozen=True)
class Status:
    at: datetime
    syncs: int
    """That wait now, for a person or in bulk."""
    bulk: int
    """Of them, those that nobody waits for."""
    tasks: int
    oldest_at: datetime | None
    """Since when the longest has waited of what a person waits for."""
    failures: int
    failing: list[Failing]
    """Given up first, then those with the most tries."""
    recent: list[Done]
    """Newest first."""

    @property
    def oldest_age(self) -> timedelta:
        return max(self.at - self.oldest_at, timedelta()) if self.oldest_at else timedelta()


def status(*, at: datetime) -> Status:
    waits = (Sync.wanted > Sync.done) & (Sync.asked_at <= at)
    syncs = dict(db.session.execute(select(Sync.bulk, func.count()).where(waits).group_by(Sync.bulk)).all())
    open_tasks = (Task.done_at.is_(None)) & Task.dead_at.is_(None)
    tasks = db.session.scalar(select(func.count()).select_from(Task).where(open_tasks, or_(Task.due_at <= at, Task.attempts > 0)))
    failing = _failing_tasks() + _failing_syncs()
    return Status(
        at=at,
        syncs=sum(syncs.values()),
        bulk=syncs.get(True, 0),
        tasks=tasks or 0,
        oldest_at=oldest_at(at=at),
        failures=_failures(),
        failing=failing[:SHOWN],
        recent=_recent(),
    )


def oldest_at(*, at: datetime) -> datetime | None:
    """Since when the oldest piece of work has waited that somebody waits for; None if nothing waits."""
    asked = select(func.min(Sync.asked_at)).where(Sync.wanted > Sync.done, Sync.asked_at <= at, Sync.bulk.is_(False))
    wanted = select(func.min(Task.asked_at)).where(Task.done_at.is_(None), Task.dead_at.is_(None), Task.asked_at <= at)
    return min(filter(None, (db.session.scalar(asked), db.session.scalar(wanted))), default=None)


def failing_of(customer_id: int) -> list[Failing]:
    """What fails of all that belongs to this customer."""
    theirs: list[ColumnElement[bool]] = []
    for kind, query in OWNERS.items():
        subject, owner = query.selected_columns
        theirs.append(and_(Sync.kind == kind, Sync.subject_id.in_(query.where(owner == customer_id).with_only_columns(subject))))
    return _failing_syncs(or_(*theirs))


def failing_work(subject: str) -> Failing | None:
    """Of the sync or the task that this names, such as `sync:12`, if it fails."""
    table, _, row_id = subject.partition(":")
    found = _failing_syncs(Sync.id == int(row_id)) if table == Sync.__tablename__ else _failing_tasks(Task.id == int(row_id))
    return next(iter(found), None)


def stuck() -> int:
    """How much has failed so often that somebody should look, or was given up."""
    syncs = select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.attempts >= STUCK_AFTER, Sync.error.is_not(None))
    tasks = select(func.count()).select_from(Task).where(Task.done_at.is_(None), Task.dead_at.is_not(None))
    return (db.session.scalar(syncs) or 0) + (db.session.scalar(tasks) or 0)


def events_lately(*, at: datetime) -> dict[str, int]:
    """The provider's events of the last 24 hours, by what became of them."""
    lately = ReceivedEvent.received_at > at - timedelta(days=1)
    given_up = select(func.count()).select_from(Task).where(Task.kind == APPLY, Task.dead_at > at - timedelta(days=1))
    counts = select(func.count(), func.count(ReceivedEvent.applied_at), func.count().filter(ReceivedEvent.is_ours.is_(False)))
    received, applied, ignored = db.session.execute(counts.where(lately)).one()
    return {"received": received, "applied": applied, "ignored": ignored, "dead": db.session.scalar(given_up) or 0}


def calls() -> dict[str, int]:
    """To the provider, since the beginning, by how they went."""
    return dict(db.session.execute(select(CallCount.outcome, CallCount.calls).order_by(CallCount.outcome)).all())


def open_differences() -> int:
    return db.session.scalar(select(func.count()).select_from(Difference).where(Difference.repaired_at.is_(None))) or 0


def alarms() -> list[Alarm]:
    """Those that are on, the oldest first."""
    return list(db.session.scalars(select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.raised_at)))


def worker_age() -> timedelta | None:
    """Since a worker last left word that it runs; None if none ever did."""
    seen_at = db.session.scalar(select(Heartbeat.seen_at))
    return max(wall_time() - seen_at, timedelta()) if seen_at else None


def last_reconciliation() -> Reconciliation | None:
    """None if there was none yet."""
    began_at = db.session.scalar(select(func.max(Task.done_at)).where(Task.kind == RECONCILE))
    if began_at is None:
        return None
    of_this_run = Difference.found_at >= began_at
    found, repaired = db.session.execute(select(func.count(), func.count(Difference.repaired_at)).where(of_this_run)).one()
    looks = select(func.count()).select_from(Task).where(Task.kind.in_(LOOKS), Task.done_at.is_(None), Task.dead_at.is_(None))
    left = select(func.count()).select_from(Sync).where(Sync.is_check, Sync.wanted > Sync.done)
    shown = select(Difference).where(or_(of_this_run, Difference.repaired_at.is_(None)))
    rows = db.session.scalars(shown.order_by(Difference.repaired_at.is_not(None), Difference.id.desc()).limit(SHOWN)).all()
    about = {row.subject: (row.subject.partition(":")[0], int(row.subject.partition(":")[2])) for row in rows}
    whose = owners_of(about.values())
    return Reconciliation(
        began_at=began_at,
        left=(db.session.scalar(left) or 0) + (db.session.scalar(looks) or 0),
        found=found,
        repaired=repaired,
        differences=[
            Found(
                one.subject, one.ref, one.what, one.ours, one.theirs, one.found_at, one.repaired_at, one.how, whose.get(about[one.subject])
            )
            for one in rows
        ],
    )


def customer_by(name: str) -> Select[Customer]:
    """Who is meant: by e-mail address, by our number, or by what the provider calls them or one of their subscriptions."""
    accounts = select(BillingAccount.customer_id).where(BillingAccount.provider_ref == name)
    subscriptions = select(Subscription.customer_id).where(or_(Subscription.provider_ref == name, Subscription.account_ref == name))
    is_meant = or_(Customer.email == name.lower(), Customer.id.in_(accounts), Customer.id.in_(subscriptions))
    return select(Customer).where(or_(is_meant, Customer.id == int(name)) if name.isdecimal() and len(name) < 10 else is_meant)


def _failures() -> int:
    syncs = select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.error.is_not(None))
    tasks = select(func.count()).select_from(Task).where(Task.done_at.is_(None), Task.error.is_not(None))
    return (db.session.scalar(syncs) or 0) + (db.session.scalar(tasks) or 0)


def _failing_tasks(*which: ColumnElement[bool]) -> list[Failing]:
    failed = select(Task, Staff.name).outerjoin(Staff, Staff.id == Task.staff_id)
    failed = failed.where(Task.done_at.is_(None), Task.error.is_not(None), *which)
    rows = db.session.execute(failed.order_by(Task.dead_at.is_(None), Task.attempts.desc(), Task.id).limit(SHOWN))
    return [
        Failing(
            task.id, task.kind, None, task.customer_id, task.attempts, task.error or "", task.asked_at,
            None if task.dead_at else task.due_at, name,
        )
        for task, name in rows
    ]  # fmt: skip


def _failing_syncs(which: ColumnElement[bool] | None = None) -> list[Failing]:
    failed = select(Sync, Staff.name).outerjoin(Staff, Staff.id == Sync.staff_id)
    failed = failed.where(Sync.wanted > Sync.done, Sync.error.is_not(None), *([] if which is None else [which]))
    rows = db.session.execute(failed.order_by(Sync.attempts.desc(), Sync.id).limit(SHOWN)).all()
    owners = owners_of([(sync.kind, sync.subject_id) for sync, _name in rows])
    return [
        Failing(
            work_id=sync.id,
            kind=sync.kind,
            subject_id=sync.subject_id,
            customer_id=owners.get((sync.kind, sync.subject_id)),
            attempts=sync.attempts,
            reason=sync.error or "",
            since=sync.asked_at or sync.due_at,
            next_at=sync.due_at,
            asked_by=name,
        )
        for sync, name in rows
    ]


def _recent() -> list[Done]:
    query = select(Sync.kind, Sync.subject_id, Sync.finished_at, Staff.name).outerjoin(Staff, Staff.id == Sync.staff_id)
    query = query.where(Sync.finished_at.is_not(None))
    rows = db.session.execute(query.order_by(Sync.finished_at.desc()).limit(RECENT)).all()
    owners = owners_of([(kind, subject_id) for kind, subject_id, _at, _name in rows])
    return [Done(kind, subject_id, owners.get((kind, subject_id)), at, name) for kind, subject_id, at, name in rows if at]
