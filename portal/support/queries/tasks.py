"""One task as it is opened at the desk: what it is about, who could do it, and what was done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.operations import queries as operations
from portal.operations.queries import Failing
from portal.returns.models import Claim, Exchange, Payout, Return, ReturnItem, Withdrawal
from portal.tasks import ends_by_deed
from portal.tasks.models import StaffTask
from portal.tasks.queries import Line, WaitingTask, waiting_for
from portal.timeline import Entry
from portal.timeline.models import Values

MOST = 20
"""Deeds with one task; the newest."""


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
class Opened:
    line: Line
    rma: str | None
    """The return on whose page it is worked on."""
    claim: str | None
    """Likewise; the reference."""
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
    rma, claim = _where(line)
    others = waiting_for(line.customer_id, at=at) if line.customer_id else []
    everybody = db.session.execute(select(Staff.id, Staff.name, Staff.disabled_at).order_by(Staff.name, Staff.id)).all()
    return Opened(
        line=line,
        rma=rma,
        claim=claim,
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


def _where(line: Line) -> tuple[str | None, str | None]:
    """The return or the claim that it is about."""
    table, _, row_id = line.subject.partition(":")
    if table == Return.__tablename__:
        return line.facts.get("rma"), None
    if table == Claim.__tablename__:
        return None, line.facts.get("reference")
    query = select(Return.rma, Claim.reference)
    if table == Payout.__tablename__:
        query = query.select_from(Payout).outerjoin(Return, Return.id == Payout.return_id).outerjoin(Claim, Claim.id == Payout.claim_id)
        query = query.where(Payout.id == int(row_id))
    elif table == Exchange.__tablename__:
        query = query.select_from(Exchange).outerjoin(ReturnItem, ReturnItem.id == Exchange.return_item_id)
        query = query.outerjoin(Return, Return.id == ReturnItem.return_id).outerjoin(Claim, Claim.id == Exchange.claim_id)
        query = query.where(Exchange.id == int(row_id))
    else:
        return None, None
    found = db.session.execute(query).one_or_none()
    return (found[0], found[1]) if found else (None, None)


def _told(line: Line) -> tuple[str, ...]:
    table, _, row_id = line.subject.partition(":")
    if table == Withdrawal.__tablename__:
        said = select(Withdrawal.name, Withdrawal.email, Withdrawal.contract, Withdrawal.parts).where(Withdrawal.id == int(row_id))
        return tuple(filter(None, db.session.execute(said).one_or_none() or ()))
    return (line.words,) if line.words else ()
