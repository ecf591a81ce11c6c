"""One task as it is opened at the desk: what it is about, who could do it, and what was done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Staff
from portal.kit.db import Model, db
from portal.operations import queries as operations
from portal.operations.queries import Failing
from portal.orders.models import Order, Shipment
from portal.outbox.models import Sync
from portal.returns.models import Claim, Exchange, Payout, Return, ReturnItem, ReturnLabel, ReturnParcel, ReturnPickUp, Withdrawal
from portal.subscriptions.models import OneTimeItem, Overcharge, Subscription
from portal.tasks import ends_by_deed
from portal.tasks.models import StaffTask
from portal.tasks.queries import Line, WaitingTask, waiting_for
from portal.timeline import Entry
from portal.timeline.models import Values

MOST = 20
"""Deeds with one task; the newest."""
_rma, _claim, _order = Return.rma.label("rma"), Claim.reference.label("claim"), Order.number.label("order")
_of_parcel = select(_rma).join(ReturnParcel, ReturnParcel.return_id == Return.id)
_subscription = select(Subscription.id.label("subscription"), Subscription.provider_ref.label("subscription_ref"))
ABOUT: dict[str, tuple[type[Model], Any]] = {
    model.__tablename__: (model, found)
    for model, found in (
        (Return, select(_rma)),
        (Claim, select(_claim, _order).join(Order, Order.id == Claim.order_id)),
        (
            Payout,
            select(_rma, _claim, _order)
            .select_from(Payout)
            .join(Order, Order.id == Payout.order_id)
            .outerjoin(Return, Return.id == Payout.return_id)
            .outerjoin(Claim, Claim.id == Payout.claim_id),
        ),
        (
            Exchange,
            select(_rma, _claim)
            .select_from(Exchange)
            .outerjoin(ReturnItem, ReturnItem.id == Exchange.return_item_id)
            .outerjoin(Return, Return.id == ReturnItem.return_id)
            .outerjoin(Claim, Claim.id == Exchange.claim_id),
        ),
        (Withdrawal, select(_rma).join(Withdrawal, Withdrawal.return_id == Return.id)),
        (ReturnLabel, _of_parcel.join(ReturnLabel, ReturnLabel.parcel_id == ReturnParcel.id)),
        (ReturnPickUp, _of_parcel.join(ReturnPickUp, ReturnPickUp.parcel_id == ReturnParcel.id)),
        (Order, select(_order)),
        (Shipment, select(_order, Shipment.id.label("parcel")).join(Order, Order.id == Shipment.order_id)),
        (Subscription, _subscription),
        (OneTimeItem, _subscription.join(OneTimeItem, OneTimeItem.subscription_id == Subscription.id)),
        (Overcharge, _subscription.join(Overcharge, Overcharge.subscription_id == Subscription.id)),
    )
}
"""How each kind of row that a task, or the work that one is about, names as its subject leads to those pages."""


@dataclass(frozen=True)
class Done:
    """One thing that was done with it."""

    deed: str
    who: str | None
    """A colleague's name; None for what was done by the rules."""
    whose: str | None
    """Who had it then, or before it was put back."""
    facts: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class About:
    """What a task is about, as far as there are pages of it."""

    rma: str | None = None
    """The return on whose page it is worked on."""
    claim: str | None = None
    """Likewise; the reference."""
    order: str | None = None
    """Its number."""
    parcel: int | None = None
    """Of that order."""
    subscription: int | None = None
    subscription_ref: str | None = None
    """What the provider calls it."""


@dataclass(frozen=True)
class Opened:
    line: Line
    about: About
    told: tuple[str, ...]
    """In the words of whoever opened it."""
    work: Failing | None
    """What does not get through to the provider."""
    ends_by_deed: bool
    """Whether it ends with what is done there, and nobody can only say that it is done."""
    others: tuple[WaitingTask, ...]
    """What else waits for the same customer."""
    colleagues: tuple[tuple[int, str], ...]
    """Those who could do it, by number and name."""
    history: tuple[Done, ...]
    """Newest first."""


def opened(line: Line, *, at: datetime) -> Opened:
    others = waiting_for(line.customer_id, at=at) if line.customer_id else []
    everybody = db.session.execute(select(Staff.id, Staff.name, Staff.disabled_at).order_by(Staff.name, Staff.id)).all()
    return Opened(
        line=line,
        about=_about(line),
        told=_told(line),
        work=operations.failing_work(line.subject) if line.kind == "out of step" else None,
        ends_by_deed=ends_by_deed(line.kind, line.facts),
        others=tuple(one for one in others if one.id != line.id),
        colleagues=tuple((row.id, row.name) for row in everybody if row.disabled_at is None),
        history=_history(line.id, {row.id: row.name for row in everybody}),
    )


def _history(task_id: int, names: Mapping[int | None, str]) -> tuple[Done, ...]:
    subject = f"{StaffTask.__tablename__}:{task_id}"
    columns = Entry.deed, Entry.staff_id, Entry.before, Entry.after, Entry.facts, Entry.at
    entries = db.session.execute(select(*columns).where(Entry.subject == subject).order_by(Entry.id.desc()).limit(MOST))

    return tuple(
        Done(
            row.deed,
            names.get(row.staff_id),
            names.get(_owner(row.after, subject) or _owner(row.before, subject)),
            row.facts,
            row.at,
        )
        for row in entries
    )


def _owner(side: Values, subject: str) -> int | None:
    """Whom a deed left it with, or found it with."""
    owner_id: int | None = side.get(subject, {}).get("owner_id")
    return owner_id


def _about(line: Line) -> About:
    table, _, row_id = line.subject.partition(":")
    if table == Sync.__tablename__:
        sync = db.session.execute(select(Sync.kind, Sync.subject_id).where(Sync.id == int(row_id))).one_or_none()
        table, row_id = (sync.kind, str(sync.subject_id)) if sync else ("", "")
    if table not in ABOUT:
        return About()
    model, found = ABOUT[table]
    row = db.session.execute(found.where(model.id == int(row_id))).mappings().one_or_none()
    return About(**row) if row else About()


def _told(line: Line) -> tuple[str, ...]:
    table, _, row_id = line.subject.partition(":")
    if table == Withdrawal.__tablename__:
        said = select(Withdrawal.name, Withdrawal.email, Withdrawal.contract, Withdrawal.parts).where(Withdrawal.id == int(row_id))
        return tuple(filter(None, db.session.execute(said).one_or_none() or ()))
    return (line.words,) if line.words else ()
