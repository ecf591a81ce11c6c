"""The shop's rules of returns, in versions: an order is judged by those of its day."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, Connection, ForeignKey, Select, Table, event, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer
from portal.kit.db import Model


class PolicyVersion(Model):
    """Never changed in place, nor removed, and the database sees to it: new rules are a new version, for orders from then on."""

    __tablename__ = "policy_version"
    applies_from: Mapped[datetime] = mapped_column(unique=True)
    """Orders placed at this moment or later are judged by it, until the next version applies. Never in the past when it is made."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As `portal.returns.policy.terms` reads it."""
    made_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(default="")
    """Why it was made."""

    @classmethod
    def on(cls, placed_at: datetime) -> Select[Self]:
        """The one that counts for an order of that moment; of an order from before the first version, none."""
        return select(cls).where(cls.applies_from <= placed_at).order_by(cls.applies_from.desc()).limit(1)


REFUSE = "BEGIN SELECT RAISE(ABORT, 'policy_version is never changed'); END"
STAYS = {
    "sqlite": (
        f"CREATE TRIGGER policy_version_is_not_changed BEFORE UPDATE ON policy_version {REFUSE}",
        f"CREATE TRIGGER policy_version_is_not_removed BEFORE DELETE ON policy_version {REFUSE}",
    ),
    "postgresql": (
        """CREATE FUNCTION policy_version_stays() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'policy_version is never changed'; END $$""",
        """CREATE TRIGGER policy_version_stays BEFORE UPDATE OR DELETE ON policy_version
        FOR EACH ROW EXECUTE FUNCTION policy_version_stays()""",
    ),
}


@event.listens_for(PolicyVersion.__table__, "after_create")
def _guard(table: Table, connection: Connection, **_: Any) -> None:
    """The migration does the same."""
    for deed in STAYS[connection.dialect.name]:
        connection.exec_driver_sql(deed)


class FlagKind(StrEnum):
    BLOCKED = "blocked"
    """Each return of theirs is looked at by a person; the shop's own goodwill is not offered. The law's rights stay."""
    TRUSTED = "trusted"
    """They get what is instant within the policy's limits."""


class CustomerFlag(Model):
    """What the shop decided about a customer, and why."""

    __tablename__ = "customer_flag"
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True)
    kind: Mapped[FlagKind]
    why: Mapped[str] = mapped_column(info={"personal": True})
    """For staff."""
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def in_force(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id, cls.ended_at.is_(None)).order_by(cls.id)
