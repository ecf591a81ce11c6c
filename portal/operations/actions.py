"""What an operator can do about the work. All of it only asks: the worker does it, by the one sync."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from portal import outbox, payments
from portal.accounts.models import Customer
from portal.billing.models import BillingAccount, CardSetup, Refund
from portal.carriers.actions import follow_again
from portal.carriers.models import Tracker
from portal.kit.db import Model, db
from portal.operations.owners import owners_of, under_way
from portal.operations.queries import RECONCILE
from portal.outbox.models import Sync, Task
from portal.payments.models import ReceivedEvent
from portal.subscriptions.models import OutsideSubscription, Subscription
from portal.timeline import Actor, note
from portal.webhooks import actions as webhooks
from portal.webhooks.models import Dispatch, Endpoint

Retriable = type[Sync] | type[Task] | type[Endpoint] | type[Tracker]
RETRIED: dict[str, Retriable] = {table.__tablename__: table for table in (Sync, Task, Endpoint, Tracker)}
"""What can be tried again one by one, by the name of its table."""


@dataclass(frozen=True)
class Retried:
    syncs: int
    tasks: int
    messages: int
    """To the shop's own machines."""
    parcels: int
    """That the carrier service had refused to follow."""

    @property
    def number(self) -> int:
        return self.syncs + self.tasks + self.messages + self.parcels


def retry(work_id: int | None = None, *, of: Retriable | None = None, by: Actor, at: datetime) -> Retried:
    """Try again now what failed, and what was given up; with `work_id`, only the sync or the task of this number; with `of`, what has this
    number in that table. What is about to be tried anyway is left alone, so that a second press does nothing. Raises SwitchedOff for one
    endpoint to which nothing is sent; of all, those are left out."""

    def is_meant(table: Retriable) -> bool:
        return of is table or (of is None and (work_id is None or table in (Sync, Task)))

    messages = _send_again(work_id, by=by, at=at) if is_meant(Endpoint) else 0
    parcels = _follow_again(work_id, at=at) if is_meant(Tracker) else []
    syncs = _try_again(Sync, work_id, Sync.wanted > Sync.done, at=at) if is_meant(Sync) else []
    tasks = _try_again(Task, work_id, Task.done_at.is_(None), at=at) if is_meant(Task) else []
    retried = Retried(len(syncs), len(tasks), messages, len(parcels))
    if syncs or tasks or parcels:
        first = db.session.get_one(Sync, min(syncs)) if syncs else db.session.get_one(Task, min(tasks)) if tasks else parcels[0]
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


def _send_again(endpoint_id: int | None, *, by: Actor, at: datetime) -> int:
    chosen = Endpoint.off_at.is_(None) if endpoint_id is None else Endpoint.id == endpoint_id
    endpoints = db.session.scalars(Endpoint.listed().where(chosen).with_for_update(key_share=True)).all()
    return sum(webhooks.send_again(endpoint, Dispatch.held(endpoint.id, at=at), by=by, at=at) for endpoint in endpoints)


def _follow_again(tracker_id: int | None, *, at: datetime) -> Sequence[Tracker]:
    refused = Tracker.refused(at=at).where(under_way()).order_by(Tracker.id).with_for_update()
    trackers = db.session.scalars(refused if tracker_id is None else refused.where(Tracker.id == tracker_id)).all()
    for tracker in trackers:
        follow_again(tracker, at=at)
    return trackers


def _try_again(table: type[Sync] | type[Task], work_id: int | None, is_open: ColumnElement[bool], *, at: datetime) -> Sequence[int]:
    held_back = table.owner.is_(None), table.error.is_not(None), or_(table.attempts > 0, table.due_at > at)
    again = update(table).where(is_open, *held_back, *([] if work_id is None else [table.id == work_id]))
    afresh = {"due_at": at, "attempts": 0, **({"dead_at": None} if table is Task else {})}
    return db.session.scalars(again.values(afresh).returning(table.id)).all()


def _note_retry(first: Sync | Task | Tracker, retried: Retried, *, is_all: bool, by: Actor, at: datetime) -> None:
    """One entry, however much it was: it stands with the first, and says how many."""
    if is_all:
        note(first, "retry all work", by=by, at=at, facts=asdict(retried))
        return
    kind = first.__tablename__ if isinstance(first, Tracker) else first.kind
    whose = owners_of([(kind, first.subject_id if isinstance(first, Sync) else first.id)])
    note(first, "retry work", by=replace(by, customer_id=next(iter(whose.values()), None)), at=at, facts={"kind": kind})


def _subjects(customer: Customer) -> list[Model]:
    """The accounts first, as everywhere: two that ask in another order would wait for each other."""
    found: list[Model] = []
    for account in db.session.scalars(BillingAccount.of(customer)):
        found += [account, *db.session.scalars(CardSetup.open_of(account.id)), *db.session.scalars(Refund.of(account.id))]
    found += db.session.scalars(Subscription.of(customer).order_by(Subscription.id))
    return [*found, *db.session.scalars(OutsideSubscription.of(customer).order_by(OutsideSubscription.id))]
