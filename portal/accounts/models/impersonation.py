"""A member of staff sees the pages of a customer, to help: who, whose, why, and how long."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models.people import Customer, Role, Staff
from portal.kit.db import Model

VIEW_LASTS = timedelta(minutes=30)
"""Not renewable: whoever needs longer says again why."""


class Mode(StrEnum):
    """What becomes of a form that is sent from the customer's pages meanwhile."""

    LOOK = "look"
    """It is refused."""
    PREPARE = "prepare"
    """It is kept for the customer, who approves it or not."""
    ACT = "act"
    """It is done, under both names."""


class Why(StrEnum):
    """What it is for, besides the sentence."""

    TASK = "task"
    """Something that waits for the shop's people."""
    PHONE = "phone"
    """The customer asked for it."""
    OTHER = "other"


SHORTEST_REASON = 10
"""Characters of the sentence."""
LONGEST_REASON = 200


class Ended(StrEnum):
    """What ended it."""

    LEFT = "left"
    TIME = "time"
    SIGNED_OUT = "signed out"
    RIGHTS = "rights"
    """The member of staff was shut out or given a lesser role, or this customer may not be viewed any more."""


class Impersonation(Model):
    """Kept before the first page is shown. The session of the member of staff carries it: there is no session of the customer's."""

    __tablename__ = "impersonation"
    __table_args__ = (
        Index("ix_impersonation_customer_id_started_at", "customer_id", "started_at"),
        Index("ix_impersonation_staff_id_started_at", "staff_id", "started_at"),
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    reason: Mapped[str] = mapped_column(info={"personal": True})
    """In a sentence; the customer reads it."""
    why: Mapped[Why]
    role: Mapped[Role]
    """What the member of staff was when it began. With less, it is over."""
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(init=False)
    mode: Mapped[Mode] = mapped_column(default=Mode.LOOK)
    task_id: Mapped[int | None] = mapped_column(default=None)
    """Which of the shop's tasks it is for."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[Ended | None] = mapped_column(default=None)

    def __post_init__(self) -> None:
        self.ends_at = self.started_at + VIEW_LASTS

    @classmethod
    def of(cls, customer_id: int) -> Select["Impersonation"]:
        """Newest first."""
        return select(cls).where(cls.customer_id == customer_id).order_by(cls.started_at.desc(), cls.id.desc())

    @classmethod
    def open_of(cls, staff_id: int) -> Select["Impersonation"]:
        """Those that nobody ended: one for each of their devices at most."""
        return select(cls).where(cls.staff_id == staff_id, cls.ended_at.is_(None)).order_by(cls.id)

    def why_over(self, staff: Staff, *, at: datetime) -> Ended | None:
        """None while it goes on."""
        if self.ended_at is not None:
            return self.ended_by
        if self.ends_at <= at:
            return Ended.TIME
        return None if staff.may(self.role) else Ended.RIGHTS

    def lasted(self, *, at: datetime) -> timedelta | None:
        """None while it goes on. One whose time is up is over, also before anybody has written that down."""
        ended_at = self.ended_at or (self.ends_at if self.ends_at <= at else None)
        return ended_at - self.started_at if ended_at else None

    def minutes(self, *, at: datetime) -> int | None:
        """At least one; None while it goes on."""
        lasted = self.lasted(at=at)
        return max(1, round(lasted.total_seconds() / 60)) if lasted is not None else None

    def end(self, by: Ended, *, at: datetime) -> None:
        """Once: what ended it first stays."""
        if self.ended_at is None:
            self.ended_at, self.ended_by = min(at, self.ends_at), by
