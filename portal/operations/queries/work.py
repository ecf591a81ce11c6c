"""How the work stands: what waits, since when, and what was done last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select

from portal.accounts.models import Customer, Staff
from portal.billing.models import BillingAccount
from portal.kit.db import db
from portal.operations.owners import owners_of
from portal.operations.queries.failing import Failing, Preparer, failing
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Sync, Task
from portal.subscriptions.models import Subscription

RECENT = 10


@dataclass(frozen=True)
class Done:
    kind: str
    subject_id: int
    customer_id: int | None
    at: datetime
    asked_by: str | None
    prepared_by: str | None
    """Both as of what fails."""


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
    """All that fails, also where fewer are shown."""
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
    failures, first = failing(at=at)
    return Status(
        at=at,
        syncs=sum(syncs.values()),
        bulk=syncs.get(True, 0),
        tasks=tasks or 0,
        oldest_at=oldest_at(at=at),
        failures=failures,
        failing=first,
        recent=_recent(),
    )


def oldest_at(*, at: datetime) -> datetime | None:
    """Since when the oldest piece of work has waited that somebody waits for; None if nothing waits."""
    asked = select(func.min(Sync.asked_at)).where(Sync.wanted > Sync.done, Sync.asked_at <= at, Sync.bulk.is_(False))
    wanted = select(func.min(Task.asked_at)).where(Task.done_at.is_(None), Task.dead_at.is_(None), Task.asked_at <= at)
    return min(filter(None, (db.session.scalar(asked), db.session.scalar(wanted))), default=None)


def stuck() -> int:
    """How much has failed so often that somebody should look, or was given up."""
    syncs = select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.attempts >= STUCK_AFTER, Sync.error.is_not(None))
    tasks = select(func.count()).select_from(Task).where(Task.done_at.is_(None), Task.dead_at.is_not(None))
    return (db.session.scalar(syncs) or 0) + (db.session.scalar(tasks) or 0)


def customer_by(name: str) -> Select[Customer]:
    """Who is meant: by e-mail address, by our number, or by what the provider calls them or one of their subscriptions."""
    accounts = select(BillingAccount.customer_id).where(BillingAccount.provider_ref == name)
    subscriptions = select(Subscription.customer_id).where(or_(Subscription.provider_ref == name, Subscription.account_ref == name))
    is_meant = or_(Customer.email == name.lower(), Customer.id.in_(accounts), Customer.id.in_(subscriptions))
    return select(Customer).where(or_(is_meant, Customer.id == int(name)) if name.isdecimal() and len(name) < 10 else is_meant)


def _recent() -> list[Done]:
    query = select(Sync.kind, Sync.subject_id, Sync.finished_at, Staff.name, Preparer.name).where(Sync.finished_at.is_not(None))
    query = query.outerjoin(Staff, Staff.id == Sync.staff_id).outerjoin(Preparer, Preparer.id == Sync.prepared_by)
    rows = db.session.execute(query.order_by(Sync.finished_at.desc()).limit(RECENT)).all()
    owners = owners_of([(kind, subject_id) for kind, subject_id, *_rest in rows])
    return [Done(kind, subject_id, owners.get((kind, subject_id)), at, *names) for kind, subject_id, at, *names in rows if at]
