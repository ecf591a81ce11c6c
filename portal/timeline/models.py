"""History: one row for each thing that was done, chained so that tampering shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, Index, Table, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model

Values = dict[str, dict[str, Any]]
"""For each row that a deed touched (`delivery:12`), its fields."""


@dataclass(frozen=True)
class Actor:
    """A customer, a member of staff (on a customer's behalf if both are given), or the system itself, by name."""

    customer_id: int | None = None
    staff_id: int | None = None
    system: str | None = None
    impersonation_id: int | None = None
    """Within which view of the customer's pages a member of staff does it."""
    prepared_id: int | None = None
    """Which change that staff had prepared a customer approves by it."""


class Entry(Model):
    """One deed. What the hash covers never changes; what names a person is outside it, so that a person can be forgotten."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_subject_id", "subject", "id"),)
    subject: Mapped[str]
    """The row that it happened to, as `table:id`."""
    deed: Mapped[str]
    customer_id: Mapped[int | None]
    staff_id: Mapped[int | None]
    system: Mapped[str | None]
    at: Mapped[datetime]
    version: Mapped[int | None]
    """The subject's version after this deed; confirmed when the provider has shown it or a later one."""
    before: Mapped[Values] = mapped_column(JSON)
    """The fields that the deed touched, as they were; what undo puts back. Those marked personal are in `personal`."""
    after: Mapped[Values] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What a sentence about this deed needs, without personal data."""
    personal: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    """What names a person: `before` and `after` of columns marked with `info={"personal": True}`. Outside the hash: erasure
    empties it, and the chain still holds."""
    impersonation_id: Mapped[int | None] = mapped_column(default=None, index=True)
    previous_hash: Mapped[str] = mapped_column(default="")
    entry_hash: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    refused_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider refused it and it was put back."""


class ChainHead(Model):
    """The hash of the newest entry. Its one row is the lock that keeps concurrent writers in one chain."""

    __tablename__ = "timeline_head"
    entry_hash: Mapped[str] = mapped_column(default="")


@event.listens_for(ChainHead.__table__, "after_create")
def _begin(table: Table, connection: Connection, **_: Any) -> None:
    """The migration does the same: without its row, nobody could write."""
    connection.execute(table.insert().values(entry_hash=""))
