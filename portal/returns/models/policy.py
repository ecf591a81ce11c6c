"""The shop's rules of returns, in versions: an order is judged by those of its day."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer
from portal.kit.db import Model


class PolicyVersion(Model):
    """Never changed in place: new rules are a new version, for orders from then on."""

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
