"""A change that a member of staff drafted on a customer's pages: it is the customer's to approve."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer, Impersonation, Staff
from portal.kit.db import Model

LASTS = timedelta(days=7)
MOST_OPEN = 20
"""Of one customer: more than that nobody reads."""


class Outcome(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"
    """When it was approved, it could not be done any more as it was shown."""


class PreparedChange(Model):
    """What was sent from a form of the customer's pages, and what would come of it. To approve it is to send the same form."""

    __tablename__ = "prepared_change"
    __table_args__ = (
        Index("ix_prepared_change_customer_id_ended_at", "customer_id", "ended_at"),
        Index("ix_prepared_change_impersonation_id", "impersonation_id"),
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    impersonation_id: Mapped[int] = mapped_column(ForeignKey(Impersonation.id))
    path: Mapped[str]
    """Where the form was sent."""
    form: Mapped[list[list[str]]] = mapped_column(JSON, info={"personal": True})
    """Its fields, as pairs; without the token."""
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSON, info={"personal": True})
    """What the history would have told: for each entry its subject, its deed and its facts, and what more there is to say."""
    looks: Mapped[dict[str, Any]] = mapped_column(JSON)
    """How the subjects would look then, by `table:id`, where their rooms say how they look, as of `renewed_at` or when it was prepared."""
    looked: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """How they looked without it at that moment: where that is another picture by now, `looks` says nothing any more."""
    page: Mapped[str]
    """On which page it was prepared; home, where that is the page of the form alone, which may not be there any more."""
    prepared_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(init=False)
    note: Mapped[str] = mapped_column(default="", info={"personal": True})
    """From the member of staff to the customer."""
    reason: Mapped[str] = mapped_column(default="", info={"personal": True})
    """Why the customer declined it, in their words; empty where they said nothing."""
    renewed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When what would come of it was reckoned anew, since something had changed."""
    mailed_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_as: Mapped[Outcome | None] = mapped_column(default=None)
    entry_id: Mapped[int | None] = mapped_column(default=None)
    """What the history tells of it, once it is approved."""

    def __post_init__(self) -> None:
        self.expires_at = self.prepared_at + LASTS

    @classmethod
    def of(cls, customer_id: int) -> Select["PreparedChange"]:
        return select(cls).where(cls.customer_id == customer_id).order_by(cls.id)

    @classmethod
    def open_of(cls, customer_id: int, *, at: datetime) -> Select["PreparedChange"]:
        """Those that wait for the customer, oldest first."""
        return cls.of(customer_id).where(cls.ended_at.is_(None), cls.expires_at > at)

    def is_open(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def is_for(self, path: str, form: list[list[str]]) -> bool:
        """Whether this is the very form."""
        return self.path == path and sorted(self.form) == sorted(form)

    def renew(self, looks: dict[str, Any], looked: dict[str, Any], *, at: datetime) -> None:
        self.looks, self.looked, self.renewed_at = looks, looked, at

    def end(self, outcome: Outcome, *, at: datetime, reason: str = "") -> None:
        self.ended_at, self.ended_as, self.reason = at, outcome, reason
