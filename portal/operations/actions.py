"""What an operator can do about the work. All of it only asks: the worker does it, by the one sync."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select, update

from portal import outbox, payments
from portal.accounts.models import Customer
from portal.billing.models import BillingAccount, CardSetup, Refund
from portal.kit.db import Model, db
from portal.operations.owners import owners_of
from portal.operations.queries import RECONCILE
from portal.outbox.models import Sync, Task
from portal.payments.models import ReceivedEvent
from portal.subscriptions.models import OutsideSubscription, Subscription
from portal.timeline import Actor, note


@dataclass(frozen=True)
class Retried:
    syncs: int
    tasks: int

    @property
    def number(self) -> int:
        return self.syncs + self.tasks


def retry(work_id: int | None = None, *, of: type[Sync] | type[Task] | None = None, by: Actor, at: datetime) -> Retried:
    """Try again now what failed, and what was given up; with `work_id`, only the sync or the task of this number; with `of`, only one of
    the two. What is about to be tried anyway is left alone, so that a second press does nothing."""
    held_back = Sync.wanted > Sync.done, Sync.owner.is_(None), Sync.error.is_not(None), or_(Sync.attempts > 0, Sync.due_at > at)
    given_up = Task.done_at.is_(None), Task.owner.is_(None), Task.error.is_not(None), or_(Task.attempts > 0, Task.due_at > at)
    syncs, tasks = update(Sync).where(*held_back), update(Task).where(*given_up)
    if work_id is not None:
        syncs, tasks = syncs.where(Sync.id == work_id), tasks.where(Task.id == work_id)
    tried = [] if of is Task else db.session.scalars(syncs.values(due_at=at, attempts=0).returning(Sync.id)).all()
    done = [] if of is Sync else db.session.scalars(tasks.values(due_at=at, attempts=0, dead_at=None).returning(Task.id)).all()
    retried = Retried(len(tried), len(done))
    if tried or done:
        first = db.session.get_one(Sync, min(tried)) if tried else db.session.get_one(Task, min(done))
        _note_retry(first, retried, is_all=work_id is None, by=by, at=at)
    return retried


def missing(event_id: str) -> payments.Event | None:
    """What the provider says of an event that never came; None where we have it. Asked outside a transaction. Raises Declined, TryAgain."""
    known = db.session.scalars(select(ReceivedEvent.id).where(ReceivedEvent.event_id == event_id)).one_or_none()
    db.session.rollback()
    return None if known else payments.provider().event(event_id)


def replay(event_id: str, fetched: payments.Event | None = None, *, by: Actor, at: datetime) -> bool:
    """Ask once more for all that follows from an event; one that never came is `fetched` by `missing`. False, and nothing, where it is of
    another mode or account than our key."""
    if fetched:
        payments.take(fetched, at=at)
    event = db.session.scalars(select(ReceivedEvent).where(ReceivedEvent.event_id == event_id)).one()
    if not event.is_ours:
        return False
    payments.apply(event, at=at)
    given_up = update(Task).where(Task.key == f"{payments.APPLY}:{event.event_id}", Task.done_at.is_(None), Task.owner.is_(None))
    db.session.execute(given_up.values(done_at=at, dead_at=None))
    note(event, "replay event", by=by, at=at, facts={"event": event_id})
    return True


def resync(customer: Customer, *, by: Actor, at: datetime) -> int:
    """Have all that this customer has at the provider looked up now. Of how many things."""
    subjects = _subjects(customer)
    for subject in subjects:
        outbox.want_sync(subject, at=at)
    note(customer, "look up at provider", by=replace(by, customer_id=customer.id), at=at, facts={"things": len(subjects)})
    return len(subjects)


def reconcile(*, by: Actor, at: datetime) -> bool:
    """Have all that lives at the provider compared with what we have, now and not only tonight. Whether it was not asked for already."""
    asked = Task.kind == RECONCILE, Task.done_at.is_(None), Task.dead_at.is_(None), Task.due_at <= at
    if db.session.scalars(select(Task.id).where(*asked).limit(1)).one_or_none():
        return False
    key = f"{RECONCILE}:asked {at.isoformat()}"
    outbox.want_task(RECONCILE, {}, at=at, key=key)
    note(db.session.scalars(select(Task).where(Task.key == key)).one(), "reconcile", by=by, at=at, facts={})
    return True


def _note_retry(first: Sync | Task, retried: Retried, *, is_all: bool, by: Actor, at: datetime) -> None:
    """One entry, however much it was: it stands with the first, and says how many."""
    if is_all:
        note(first, "retry all work", by=by, at=at, facts={"syncs": retried.syncs, "tasks": retried.tasks})
        return
    whose = owners_of([(first.kind, first.subject_id)]) if isinstance(first, Sync) else {}
    note(first, "retry work", by=replace(by, customer_id=next(iter(whose.values()), None)), at=at, facts={"kind": first.kind})


def _subjects(customer: Customer) -> list[Model]:
    """The accounts first, as everywhere: two that ask in another order would wait for each other."""
    found: list[Model] = []
    for account in db.session.scalars(BillingAccount.of(customer)):
        found += [account, *db.session.scalars(CardSetup.open_of(account.id)), *db.session.scalars(Refund.of(account.id))]
    found += db.session.scalars(Subscription.of(customer).order_by(Subscription.id))
    return [*found, *db.session.scalars(OutsideSubscription.of(customer).order_by(OutsideSubscription.id))]
