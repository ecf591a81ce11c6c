"""Where news is sent, what was sent, and how each try went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, Text, UniqueConstraint, Update, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model

TRIES_AFTER = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)] + [
    timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)
]
"""How long after each failure the same message is tried again: ten tries in 76 hours. Source: the schedule of the Standard Webhooks
specification, "Deliverability and reliability"."""
LONGEST_REST = timedelta(minutes=5)
OUTAGE = timedelta(minutes=5)
"""After so long without a success, an endpoint that answers again gets all that waits for it at once."""
OFF_AFTER = timedelta(days=5)
"""An endpoint that has failed for so long without a single success is switched off."""
BOTH_FOR = timedelta(hours=24)
"""So long after a rotation the secret before it signs as well."""
KEPT = timedelta(days=30)
"""For so long it can be seen what was sent, and sent again."""
GONE = 410
IS_OPEN = "arrived_at IS NULL"


@dataclass(frozen=True)
class Outcome:
    """How one try went."""

    status: int | None
    """None when no answer came; then `said` is why."""
    said: str
    """The beginning of the answer."""
    ms: int
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Endpoint(Model):
    """An address of the shop's own, that is told of what happens here."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (a plain class attribute, and no number a second time)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(JSON)
    """The kinds of events that it is told of."""
    added_at: Mapped[datetime]
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    """When the first try failed after the last one that succeeded."""
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    rests_until: Mapped[datetime | None] = mapped_column(default=None)
    """Nothing is sent there before."""
    off_at: Mapped[datetime | None] = mapped_column(default=None)
    why_off: Mapped[str] = mapped_column(default="")
    """For operators."""
    removed_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def listed(cls) -> Select[Self]:
        return select(cls).where(cls.removed_at.is_(None)).order_by(cls.id)

    @classmethod
    def locked(cls, endpoint_id: int) -> Select[Self]:
        """It is locked before what was sent there; meanwhile more can be written down for it."""
        return cls.listed().where(cls.id == endpoint_id).with_for_update(key_share=True)

    @classmethod
    def of_dispatch(cls, dispatch_id: int) -> Select[Self]:
        """The same, by something that was sent there."""
        its = select(Dispatch.endpoint_id).where(Dispatch.id == dispatch_id).scalar_subquery()
        return cls.listed().where(cls.id == its).with_for_update(key_share=True)

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def is_off(self) -> bool:
        return self.off_at is not None or self.removed_at is not None

    @property
    def alarm(self) -> str:
        """The name of the alarm that it is off."""
        return f"webhook endpoint {self.id} is off"

    def has_answered(self) -> None:
        self.failing_since, self.failures, self.rests_until = None, 0, None

    def has_failed(self, outcome: Outcome, *, at: datetime) -> None:
        """It rests for 2 seconds, 4, 8 … up to five minutes, or for as long as it asked to. Once it says that it is gone, or after five
        days without a success, it is off."""
        self.failing_since, self.failures = self.failing_since or at, self.failures + 1
        rest = min(timedelta(seconds=2 ** min(self.failures, 12)), LONGEST_REST)
        self.rests_until = at + _unlike_others(max(rest, outcome.retry_after or timedelta()))
        if outcome.status == GONE:
            self.off_at, self.why_off = at, "It answered 410: it wants nothing more."
        elif at - self.failing_since >= OFF_AFTER:
            self.off_at, self.why_off = at, f"Nothing has arrived there since {self.failing_since:%Y-%m-%d %H:%M} UTC."

    def switch_on(self) -> None:
        self.has_answered()
        self.off_at, self.why_off = None, ""


class Secret(Model):
    """What signs the messages to one endpoint. While it changes there are two."""

    __tablename__ = "webhook_secret"
    endpoint_id: Mapped[int] = mapped_column(ForeignKey(Endpoint.id), index=True)
    sealed: Mapped[str]
    """Locked away in the safe: whoever has only the database can't sign."""
    made_at: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    """None: it is the one that counts."""

    @classmethod
    def signing(cls, endpoint_id: int, *, at: datetime) -> Select[Self]:
        """The newest first."""
        return select(cls).where(cls.endpoint_id == endpoint_id, or_(cls.until.is_(None), cls.until > at)).order_by(cls.id.desc())


class Message(Model):
    """Something that happened, as it is told. Its number is the sequence: of what happens to one subject, later is higher."""

    __tablename__ = "webhook_message"
    __table_args__ = (Index("ix_webhook_message_at", "at"), {"sqlite_autoincrement": True})
    ref: Mapped[str] = mapped_column(unique=True)
    """Its `webhook-id`: the same in each try, and when it is sent again."""
    event: Mapped[str]
    """What kind: one of the vocabulary."""
    subject: Mapped[str]
    """What it happened to, as `table:id`."""
    at: Mapped[datetime]
    """When it was written down."""
    body: Mapped[str] = mapped_column(Text)
    """To the byte as it is sent and signed. Without personal data."""


class Dispatch(Model):
    """One message to one endpoint."""

    __tablename__ = "webhook_dispatch"
    __table_args__ = (
        UniqueConstraint("message_id", "endpoint_id"),
        Index("ix_webhook_dispatch_endpoint_id_due_at", "endpoint_id", "due_at"),
        Index("ix_webhook_dispatch_open", "endpoint_id", postgresql_where=text(IS_OPEN), sqlite_where=text(IS_OPEN)),
    )
    message_id: Mapped[int] = mapped_column(ForeignKey(Message.id), init=False)
    message: Mapped[Message] = relationship()
    endpoint_id: Mapped[int] = mapped_column(ForeignKey(Endpoint.id), init=False)
    endpoint: Mapped[Endpoint] = relationship()
    due_at: Mapped[datetime | None]
    """When it is tried next; None when it has arrived, or was given up."""
    tries: Mapped[int] = mapped_column(default=0)
    """Since it was last asked for."""
    arrived_at: Mapped[datetime | None] = mapped_column(default=None)
    tried: Mapped[list["Try"]] = relationship(back_populates="dispatch", order_by="Try.id", default_factory=list)

    @classmethod
    def waiting(cls, endpoint_id: int) -> Select[Self]:
        return select(cls).where(cls.endpoint_id == endpoint_id, cls.due_at.is_not(None))

    @classmethod
    def fails(cls) -> ColumnElement[bool]:
        """Where its endpoint is joined: whether it has not arrived, and not because it is only on its way."""
        return cls.arrived_at.is_(None) & or_(cls.tries > 0, cls.due_at.is_(None), Endpoint.failing_since.is_not(None))

    @classmethod
    def held(cls, endpoint_id: int, *, at: datetime) -> Select[int]:
        """Those of that endpoint that have not arrived, and that nobody is about to send."""
        return select(cls.id).where(
            cls.endpoint_id == endpoint_id, cls.arrived_at.is_(None), or_(cls.due_at.is_(None), cls.due_at > at, cls.tries > 0)
        )

    def has_been_tried(self, outcome: Outcome, *, at: datetime) -> None:
        """A success is the end of it, and so is the last of its tries; else it is tried again later, and never all at once."""
        self.tries += 1
        self.tried.append(Try(at=at, status=outcome.status, ms=outcome.ms, said=outcome.said))
        if outcome.is_success:
            self.arrived_at, self.due_at = at, None
        elif self.tries > len(TRIES_AFTER):
            self.due_at = None
        else:
            self.due_at = at + _unlike_others(max(TRIES_AFTER[self.tries - 1], outcome.retry_after or timedelta()))

    @classmethod
    def send_again(cls, endpoint: Endpoint, which: Select[int], *, at: datetime) -> Update:
        """Those of these that go to this endpoint, from the beginning of their tries, with the same `webhook-id`."""
        theirs = update(cls).where(cls.endpoint_id == endpoint.id, cls.id.in_(which))
        return theirs.values(due_at=at, tries=0, arrived_at=None)


class Try(Model):
    """One try, whose outcome was noted. One that took its worker along is in no row, and may have arrived."""

    __tablename__ = "webhook_try"
    dispatch_id: Mapped[int] = mapped_column(ForeignKey(Dispatch.id), index=True, init=False)
    dispatch: Mapped[Dispatch] = relationship(back_populates="tried", init=False)
    at: Mapped[datetime]
    status: Mapped[int | None]
    ms: Mapped[int]
    said: Mapped[str]
    """The first 500 characters of the answer, or why there was none."""


def host_of(url: str) -> str:
    """For logs and mails: the rest may hold a secret."""
    return urlsplit(url).hostname or ""


def address_of(url: str) -> str:
    """For the desk: without what follows a question mark, which may be a password."""
    return urlsplit(url)._replace(query="").geturl() + ("?…" if urlsplit(url).query else "")


def _unlike_others(wait: timedelta) -> timedelta:
    return wait * uniform(1, 1.2)
