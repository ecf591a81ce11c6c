"""History: one row for each thing that was done, chained so that tampering shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON, Connection, Index, Select, Table, event, select, text
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
    prepared_by: int | None = None
    """Who of the staff had prepared that."""

    def told(self, customer_id: int | None) -> str:
        """For the provider: by numbers, since names of people are none of its business. Empty where no staff had a hand in it."""
        if self.staff_id:
            return f"staff {self.staff_id} for customer {customer_id}"
        return f"customer {customer_id}, prepared by staff {self.prepared_by}" if self.prepared_by else ""


class Entry(Model):
    """One deed. What the hash covers never changes; what names a person is outside it, so that a person can be forgotten."""

    __tablename__ = "timeline"
    __table_args__ = (
        Index("ix_timeline_subject_id", "subject", "id"),
        Index("ix_timeline_deed_id", "deed", "id"),
        Index("ix_timeline_staff_id_id", "staff_id", "id"),
        Index("ix_timeline_customer_id_id", "customer_id", "id"),
        Index("ix_timeline_at", "at"),
        Index("ix_timeline_at_with_ip", "at", postgresql_where=text("ip IS NOT NULL"), sqlite_where=text("ip IS NOT NULL")),
    )
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
    request_id: Mapped[str | None] = mapped_column(default=None)
    """Of the request in which it was done, as the logs have it; None for what the worker or an operator did."""
    ip: Mapped[str | None] = mapped_column(default=None, info={"personal": True})
    """Who sent that request. Outside the hash, like `personal`; forgotten after a month (docs/decisions/addresses-of-requests.md)."""


MAY_CHANGE = ("personal", "undone_at", "refused_at", "ip")
STAYS = [column.name for column in Entry.__table__.columns if column.name not in MAY_CHANGE]
"""What the hash covers: the database refuses to change it, whoever asks. docs/decisions/history.md"""
NEVER = "an entry of the history is never changed"
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
_IS_THERE = "(SELECT 1 FROM timeline WHERE id = NEW.id)"
_STAY = "ON timeline FOR EACH STATEMENT EXECUTE FUNCTION timeline_stays()"
GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER timeline_is_not_changed BEFORE UPDATE OF {', '.join(STAYS)} ON timeline {_REFUSE}",
        f"CREATE TRIGGER timeline_is_not_removed BEFORE DELETE ON timeline {_REFUSE}",
        f"CREATE TRIGGER timeline_is_not_replaced BEFORE INSERT ON timeline WHEN EXISTS {_IS_THERE} {_REFUSE}",
    ),
    "postgresql": (
        f"CREATE FUNCTION timeline_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{NEVER}'; END $$",
        f"CREATE TRIGGER timeline_is_not_changed BEFORE UPDATE OF {', '.join(STAYS)} {_STAY}",
        f"CREATE TRIGGER timeline_is_not_removed BEFORE DELETE OR TRUNCATE {_STAY}",
    ),
}
"""On SQLite, INSERT OR REPLACE removes a row without asking the trigger for that."""


@event.listens_for(Entry.__table__, "after_create")
def _guard(table: Table, connection: Connection, **_: Any) -> None:
    """The migration does the same."""
    for guard in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(guard)


class ChainHead(Model):
    """The hash of the newest entry. Its one row is the lock that keeps concurrent writers in one chain."""

    __tablename__ = "timeline_head"
    entry_hash: Mapped[str] = mapped_column(default="")


@event.listens_for(ChainHead.__table__, "after_create")
def _begin(table: Table, connection: Connection, **_: Any) -> None:
    """The migration does the same: without its row, nobody could write."""
    connection.execute(table.insert().values(entry_hash=""))


class Check(Model):
    """One walk along the chain, by the clock or by an operator, as far as it has come."""

    __tablename__ = "timeline_check"
    began_at: Mapped[datetime]
    at: Mapped[datetime]
    """When it came this far."""
    since: Mapped[int] = mapped_column(default=0)
    """The entry after which it began, which another walk had reached; 0 is the beginning."""
    entry: Mapped[int] = mapped_column(default=0)
    """The last one that is as it was written."""
    entry_hash: Mapped[str] = mapped_column(default="")
    entries: Mapped[int] = mapped_column(default=0)
    """How many it has looked at."""
    is_done: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None] = mapped_column(default=None)
    """The first place that does not hold, in a sentence."""
    finding: Mapped[str | None] = mapped_column(default=None)
    """Of which kind that is; None of what was found before there were kinds."""

    @classmethod
    def newest(cls) -> Select[Self]:
        """That came to an end."""
        return select(cls).where(cls.is_done).order_by(cls.id.desc()).limit(1)

    @classmethod
    def reached(cls) -> Select[Self]:
        """The last one that found nothing wrong so far."""
        return select(cls).where(cls.problem.is_(None), cls.entry > 0).order_by(cls.id.desc()).limit(1)


WALKED = "what a walk along the history found is never changed"
_REFUSE_WALKED = f"BEGIN SELECT RAISE(ABORT, '{WALKED}'); END"
_WALK_STAYS = "EXECUTE FUNCTION timeline_check_stays()"
_WALK_IS_THERE = "(SELECT 1 FROM timeline_check WHERE id = NEW.id)"
CHECK_GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER timeline_check_is_not_changed BEFORE UPDATE ON timeline_check WHEN OLD.is_done {_REFUSE_WALKED}",
        f"CREATE TRIGGER timeline_check_is_not_removed BEFORE DELETE ON timeline_check {_REFUSE_WALKED}",
        f"CREATE TRIGGER timeline_check_is_not_replaced BEFORE INSERT ON timeline_check WHEN EXISTS {_WALK_IS_THERE} {_REFUSE_WALKED}",
    ),
    "postgresql": (
        f"CREATE FUNCTION timeline_check_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{WALKED}'; END $$",
        f"CREATE TRIGGER timeline_check_is_not_changed BEFORE UPDATE ON timeline_check FOR EACH ROW WHEN (OLD.is_done) {_WALK_STAYS}",
        f"CREATE TRIGGER timeline_check_is_not_removed BEFORE DELETE OR TRUNCATE ON timeline_check FOR EACH STATEMENT {_WALK_STAYS}",
    ),
}
"""A walk that goes on writes down how far it is; one that came to an end stays as it was."""


@event.listens_for(Check.__table__, "after_create")
def _guard_checks(table: Table, connection: Connection, **_: Any) -> None:
    """The migration does the same."""
    for guard in CHECK_GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(guard)


class AnchorFile(Model):
    """Where anchors are kept outside the database, and how many were made there."""

    __tablename__ = "timeline_anchor_file"
    place: Mapped[str] = mapped_column(unique=True)
    """`host:path`."""
    made: Mapped[int]
    at: Mapped[datetime]
    """When the newest was made."""
