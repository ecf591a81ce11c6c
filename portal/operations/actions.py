"""What an operator can do about the work. All of it only asks: the worker does it, by the one sync."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from portal import outbox, payments
from portal.accounts.models import Customer
from portal.billing.models import BillingAccount, CardSetup, Refund
from portal.kit.db import Model, db
from portal.kit.refusal import Refusal
from portal.operations.queries import RECONCILE
from portal.outbox.models import Sync, Task
from portal.payments.models import ReceivedEvent
from portal.subscriptions.models import OutsideSubscription, Subscription


class NotOurs(Refusal):
    """It is of another mode or account than our key."""


@dataclass(frozen=True)
class Retried:
    syncs: int
    tasks: int


def retry(work_id: int | None = None, *, at: datetime) -> Retried:
    """Try again now what failed, and what was given up; with `work_id`, only the sync or the task of this number."""
    syncs = update(Sync).where(Sync.wanted > Sync.done, Sync.owner.is_(None), Sync.error.is_not(None))
    tasks = update(Task).where(Task.done_at.is_(None), Task.owner.is_(None), Task.error.is_not(None))
    if work_id is not None:
        syncs, tasks = syncs.where(Sync.id == work_id), tasks.where(Task.id == work_id)
    tried = db.session.scalars(syncs.values(due_at=at, attempts=0).returning(Sync.id)).all()
    done = db.session.scalars(tasks.values(due_at=at, attempts=0, dead_at=None).returning(Task.id)).all()
    return Retried(len(tried), len(done))


def replay(event: ReceivedEvent, *, at: datetime) -> None:
    """Ask once more for all that follows from an event. Raises NotOurs."""
    if not event.is_ours:
        raise NotOurs(f"{event.event_id} is of another mode or account than our key: nothing follows from it.")
    payments.apply(event, at=at)
    given_up = update(Task).where(Task.key == f"{payments.APPLY}:{event.event_id}", Task.done_at.is_(None), Task.owner.is_(None))
    db.session.execute(given_up.values(done_at=at, dead_at=None))


def resync(customer: Customer, *, at: datetime) -> int:
    """Have all that this customer has at the provider looked up now. Of how many things."""
    subjects = _subjects(customer)
    for subject in subjects:
        outbox.want_sync(subject, at=at)
    return len(subjects)


def reconcile(*, at: datetime) -> None:
    """Have all that lives at the provider compared with what we have, now and not only tonight."""
    outbox.want_task(RECONCILE, {}, at=at)


def _subjects(customer: Customer) -> list[Model]:
    """The accounts first, as everywhere: two that ask in another order would wait for each other."""
    found: list[Model] = []
    for account in db.session.scalars(BillingAccount.of(customer)):
        found += [account, *db.session.scalars(CardSetup.open_of(account.id)), *db.session.scalars(Refund.of(account.id))]
    found += db.session.scalars(Subscription.of(customer).order_by(Subscription.id))
    return [*found, *db.session.scalars(OutsideSubscription.of(customer).order_by(OutsideSubscription.id))]
