"""What the provider has told us."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from sqlalchemy import BigInteger, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model, db, insert
from portal.payments.port import Event

SOME = 500
"""So many are looked for in one question: databases have a limit."""


class ReceivedEvent(Model):
    """An event from the provider, kept so that a repeat is noticed. What it says is never believed, only looked up."""

    __tablename__ = "received_event"
    event_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    ref: Mapped[str | None]
    """The subscription that it is about."""
    customer_ref: Mapped[str | None]
    """Whose it is, there."""
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    is_ours: Mapped[bool]
    """Whether it is of our mode, test or live, and of our account. What is not is kept, and believed by nobody."""
    key: Mapped[str | None] = mapped_column(default=None)
    """Of something that we asked for once only, if it is about that; else the payment of which money went back, if it is about that."""
    applied_at: Mapped[datetime | None] = mapped_column(default=None)
    """When all that follows from it was asked for."""
    about: Mapped[str | None] = mapped_column(default=None, index=True)
    """What the provider calls the thing itself that it is about."""

    @classmethod
    def keep(cls, event: Event, *, at: datetime) -> Self | None:
        """None if it is known. The insert decides: of two that come at once, one."""
        told = {name: getattr(event, name) for name in ("kind", "ref", "customer_ref", "key", "is_ours", "happened_at", "about")}
        kept = insert(cls).values(event_id=event.id, **told, received_at=at).on_conflict_do_nothing(index_elements=["event_id"])
        new = db.session.scalar(kept.returning(cls.id))
        return db.session.get_one(cls, new) if new is not None else None

    @classmethod
    def unknown(cls, event_ids: list[str]) -> set[str]:
        """Those of them that nobody has told us of."""
        unknown = set(event_ids)
        for first in range(0, len(event_ids), SOME):
            some = event_ids[first : first + SOME]
            unknown.difference_update(db.session.scalars(select(cls.event_id).where(cls.event_id.in_(some))))
        return unknown


class ProviderName(Model):
    """What the provider calls something of a customer's that has no row of its own. Who is at the desk finds by it whose that is."""

    __tablename__ = "provider_name"
    name: Mapped[str] = mapped_column(unique=True)
    customer_ref: Mapped[str]
    """The provider's name for them."""
    invoice_ref: Mapped[str | None]
    """Of a payment, if it is of one: the invoice."""

    @classmethod
    def keep(cls, names: Mapping[str, str | None], customer_ref: str) -> None:
        """Each with the invoice that it pays, which may be written after it was paid."""
        rows = [{"name": name, "customer_ref": customer_ref, "invoice_ref": names[name]} for name in sorted(names)]
        kept = insert(cls)
        is_news = cls.invoice_ref.is_(None) & kept.excluded.invoice_ref.is_not(None)
        learned = kept.on_conflict_do_update(index_elements=["name"], set_={"invoice_ref": kept.excluded.invoice_ref}, where=is_news)
        if rows:
            db.session.execute(learned, rows)


class CaughtUp(Model):
    """Until when the provider's own list of events has been read. One row."""

    __tablename__ = "caught_up"
    until: Mapped[datetime]


class Difference(Model):
    """Something that the reconciliation found to be one way here and another way there, although nothing waited and no event told of it."""

    __tablename__ = "difference"
    __table_args__ = (Index("ix_difference_subject_repaired_at", "subject", "repaired_at"),)
    subject: Mapped[str]
    """The row that it is about, as `table:id`."""
    ref: Mapped[str] = mapped_column(index=True)
    """What the provider calls that."""
    what: Mapped[str]
    ours: Mapped[str]
    theirs: Mapped[str]
    """As it was found, in a few letters; empty for nothing."""
    found_at: Mapped[datetime] = mapped_column(index=True)
    repaired_at: Mapped[datetime | None] = mapped_column(default=None)
    how: Mapped[str | None] = mapped_column(default=None)
    """`sent`: made so there. `taken over`: made so here."""

    def repair(self, *, sent: bool, at: datetime) -> None:
        self.repaired_at, self.how = at, "sent" if sent else "taken over"


class Pace(Model):
    """When the next call may be made: to one endpoint, or, under an empty name, to any."""

    __tablename__ = "pace"
    name: Mapped[str] = mapped_column(unique=True)
    free_at: Mapped[float]
    """Seconds since 1970, by the database's clock."""


class CallCount(Model):
    """How many calls to the provider went like this, since the beginning."""

    __tablename__ = "call_count"
    outcome: Mapped[str] = mapped_column(unique=True)
    calls: Mapped[int] = mapped_column(BigInteger)
