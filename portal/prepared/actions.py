"""Staff suggest a change to a customer, who approves it or declines it; or they take it back."""

from datetime import datetime, timedelta
from typing import Any

from portal import outbox
from portal.accounts.actions.impersonating import actor_of
from portal.accounts.models import Customer, Impersonation
from portal.kit.db import db
from portal.prepared.models import MOST_OPEN, Outcome, PreparedChange
from portal.prepared.refusals import AnsweredAlready, TooManyWait
from portal.timeline import Actor, Entry, note

TELL = "tell of prepared changes"
MORE_MAY_COME = timedelta(minutes=10)
"""Those that are prepared within so long are told in one mail; at the end of the view, at once."""


def prepare(
    impersonation: Impersonation,
    *,
    path: str,
    form: list[list[str]],
    told: list[dict[str, Any]],
    looks: dict[str, Any],
    looked: dict[str, Any],
    page: str,
    at: datetime,
) -> PreparedChange:
    """The same twice is one."""
    customer = db.session.get_one(Customer, impersonation.customer_id, with_for_update=True, populate_existing=True)
    waiting = db.session.scalars(PreparedChange.open_of(impersonation.customer_id, at=at)).all()
    if known := next((one for one in waiting if one.is_for(path, form)), None):
        return known
    if len(waiting) >= MOST_OPEN:
        raise TooManyWait
    made = PreparedChange(
        customer_id=impersonation.customer_id,
        staff_id=impersonation.staff_id,
        impersonation_id=impersonation.id,
        path=path,
        form=form,
        told=told,
        looks=looks,
        looked=looked,
        page=page,
        prepared_at=at,
    )
    db.session.add(made)
    customer.suggested_until = made.expires_at
    db.session.flush()
    note(made, "change prepared", by=actor_of(impersonation), at=at, facts={})
    outbox.want_task(TELL, {"customer": made.customer_id}, at=at + MORE_MAY_COME, key=f"{TELL}:{made.id}")
    return made


def say_why(prepared: PreparedChange, words: str) -> None:
    prepared.note = words


def approve(prepared_id: int, entry: Entry, *, at: datetime) -> None:
    """In the transaction of the deed, and after it: whoever comes second is refused, and so is what they did."""
    prepared = _held(prepared_id, at=at)
    prepared.end(Outcome.APPROVED, at=at)
    prepared.entry_id = entry.id


def renew(prepared_id: int, looks: dict[str, Any], looked: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """It waits on, with what would come of it by now. Nothing, if it was answered meanwhile."""
    if db.session.get_one(PreparedChange, prepared_id).is_open(at=at):
        note(db.session.get_one(PreparedChange, prepared_id), "change renewed", by=by, at=at, facts={})
        _held(prepared_id, at=at).renew(looks, looked, at=at)


def decline(prepared_id: int, *, reason: str = "", by: Actor, at: datetime) -> None:
    _end(prepared_id, Outcome.DECLINED, "change declined", reason=reason, by=by, at=at)


def withdraw(prepared_id: int, *, by: Actor, at: datetime) -> None:
    _end(prepared_id, Outcome.WITHDRAWN, "change withdrawn", by=by, at=at)


def overtake(prepared_id: int, *, by: Actor, at: datetime) -> None:
    """Nothing, if it was answered meanwhile."""
    if db.session.get_one(PreparedChange, prepared_id).is_open(at=at):
        _end(prepared_id, Outcome.OVERTAKEN, "change overtaken", by=by, at=at)


def _end(prepared_id: int, outcome: Outcome, deed: str, *, by: Actor, at: datetime, reason: str = "") -> None:
    """The history first, as where one is approved: both wait for its head, and only then for the row."""
    told = {"reason": reason} if reason else None
    note(db.session.get_one(PreparedChange, prepared_id), deed, by=by, at=at, facts={}, personal=told)
    _held(prepared_id, at=at).end(outcome, at=at, reason=reason)


def _held(prepared_id: int, *, at: datetime) -> PreparedChange:
    prepared = db.session.get_one(PreparedChange, prepared_id, with_for_update=True, populate_existing=True)
    if not prepared.is_open(at=at):
        raise AnsweredAlready(prepared.ended_as)
    return prepared
