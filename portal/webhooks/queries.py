"""What the desk and the command line show of what was sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from portal.kit.db import db
from portal.webhooks.models import Dispatch, Endpoint, Message, Try, address_of, host_of

SHOWN = 50


@dataclass(frozen=True)
class ShownEndpoint:
    id: int
    url: str
    events: list[str]
    waiting: int
    """Messages that have yet to arrive."""
    failing_since: datetime | None
    off_at: datetime | None
    why_off: str

    @property
    def address(self) -> str:
        """Without what may be a secret."""
        return address_of(self.url)


@dataclass(frozen=True)
class Undelivered:
    """What does not arrive at one endpoint."""

    endpoint_id: int
    host: str
    messages: int
    tries: int
    """Of the message that was tried most."""
    since: datetime
    """When the oldest of them was written down."""
    next_at: datetime | None
    """When one of them is tried next; None if all were given up."""
    reason: str
    """Why it is off; else what came back at the last try, for staff."""
    is_off: bool


@dataclass(frozen=True)
class ShownDispatch:
    id: int
    ref: str
    event: str
    subject: str
    at: datetime
    host: str
    due_at: datetime | None
    arrived_at: datetime | None
    status: int | None
    """Of the last try; None if there was none, or no answer came."""
    tries: int
    """All of them."""

    @property
    def is_given_up(self) -> bool:
        return self.due_at is None and self.arrived_at is None


@dataclass(frozen=True)
class ShownTry:
    at: datetime
    status: int | None
    ms: int
    said: str

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Log:
    dispatches: list[ShownDispatch]
    older: int | None
    """Where the older ones begin, if there are any."""


@dataclass(frozen=True)
class Whole:
    """One message to one endpoint, with all that is known of it."""

    dispatch: ShownDispatch
    address: str
    """Without what may be a secret."""
    can_send: bool
    """Whether the endpoint is on."""
    body: str
    tried: list[ShownTry]
    """Newest first."""


def endpoints() -> list[ShownEndpoint]:
    waiting = select(func.count()).select_from(Dispatch).where(Dispatch.endpoint_id == Endpoint.id, Dispatch.due_at.is_not(None))
    columns = Endpoint.id, Endpoint.url, Endpoint.events, waiting.scalar_subquery()
    rows = db.session.execute(Endpoint.listed().with_only_columns(*columns, Endpoint.failing_since, Endpoint.off_at, Endpoint.why_off))
    return [ShownEndpoint(*row) for row in rows]


def undelivered() -> list[Undelivered]:
    """Of each endpoint at which something does not arrive."""
    columns = Endpoint.id, Endpoint.url, Endpoint.rests_until, Endpoint.off_at, Endpoint.why_off
    counts = func.count(), func.max(Dispatch.tries), func.min(Message.at), func.min(Dispatch.due_at)
    fails = Endpoint.listed().with_only_columns(*columns, *counts).join(Dispatch, Dispatch.endpoint_id == Endpoint.id)
    fails = fails.join(Message, Message.id == Dispatch.message_id).where(Dispatch.fails()).group_by(*columns)
    said = _last_said()
    return [
        Undelivered(
            endpoint_id=endpoint_id,
            host=host_of(url),
            messages=messages,
            tries=tries,
            since=since,
            next_at=max(due_at, rests_until or due_at) if due_at else None,
            reason=why_off or said.get(endpoint_id, ""),
            is_off=off_at is not None,
        )
        for endpoint_id, url, rests_until, off_at, why_off, messages, tries, since, due_at in db.session.execute(fails)
    ]


def log(*, before: int | None = None, only_open: bool = False) -> Log:
    """Newest first; `only_open`: those that have not arrived."""
    query = _dispatches().order_by(Dispatch.id.desc()).limit(SHOWN + 1)
    if before:
        query = query.where(Dispatch.id < before)
    if only_open:
        query = query.where(Dispatch.arrived_at.is_(None))
    found = _shown(query)
    return Log(found[:SHOWN], found[SHOWN - 1].id if len(found) > SHOWN else None)


def whole(dispatch_id: int) -> Whole | None:
    found = _shown(_dispatches().where(Dispatch.id == dispatch_id))
    if not found:
        return None
    more = select(Endpoint.url, Endpoint.off_at, Endpoint.removed_at, Message.body).select_from(Dispatch)
    more = more.join(Endpoint, Endpoint.id == Dispatch.endpoint_id).join(Message, Message.id == Dispatch.message_id)
    url, off_at, removed_at, body = db.session.execute(more.where(Dispatch.id == dispatch_id)).one()
    tried = select(Try.at, Try.status, Try.ms, Try.said).where(Try.dispatch_id == dispatch_id)
    rows = db.session.execute(tried.order_by(Try.id.desc()))
    return Whole(found[0], address_of(url), off_at is None and removed_at is None, body, [ShownTry(*row) for row in rows])


def _last_said() -> dict[int, str]:
    """By endpoint: what came back at the last try of all those of messages that have not arrived."""
    last = select(func.max(Try.id)).join(Dispatch, Dispatch.id == Try.dispatch_id).where(Dispatch.arrived_at.is_(None))
    tried = select(Dispatch.endpoint_id, Try.status, Try.said).join(Dispatch, Dispatch.id == Try.dispatch_id)
    rows = db.session.execute(tried.where(Try.id.in_(last.group_by(Dispatch.endpoint_id))))
    return {endpoint_id: f"{status}: {said}" if status else said for endpoint_id, status, said in rows}


def _dispatches() -> Select[Any]:
    tried = Try.dispatch_id == Dispatch.id
    last = select(Try.status).where(tried).order_by(Try.id.desc()).limit(1).scalar_subquery().label("status")
    tries = select(func.count()).select_from(Try).where(tried).scalar_subquery().label("tries")
    columns = Dispatch.id, Message.ref, Message.event, Message.subject, Message.at, Endpoint.url, Dispatch.due_at, Dispatch.arrived_at
    query = select(*columns, last, tries).select_from(Dispatch)
    return query.join(Message, Message.id == Dispatch.message_id).join(Endpoint, Endpoint.id == Dispatch.endpoint_id)


def _shown(query: Select[Any]) -> list[ShownDispatch]:
    return [
        ShownDispatch(row.id, row.ref, row.event, row.subject, row.at, host_of(row.url), row.due_at, row.arrived_at, row.status, row.tries)
        for row in db.session.execute(query)
    ]
