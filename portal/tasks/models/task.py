"""One thing that somebody at the shop has to look at."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model


class StaffTask(Model):
    """Opened by the rule that noticed it, finished by a person or because its reason is gone."""

    __tablename__ = "staff_task"
    __table_args__ = (Index("ix_staff_task_done_at_due_at", "done_at", "due_at"), Index("ix_staff_task_subject", "subject"))
    key: Mapped[str] = mapped_column(unique=True)
    """What makes it the same task, such as `worry:shipment:7:1`."""
    kind: Mapped[str]
    """Such as claim, worry or no scan: what the queue is called."""
    subject: Mapped[str]
    """The row that it is about, as `table:id`."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What a sentence about it needs, without personal data."""
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Until when somebody has to have looked: what the customer was promised, if anything was."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    owner: Mapped[Staff | None] = relationship(init=False)
    done_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def waiting(cls) -> Select["StaffTask"]:
        return select(cls).where(cls.done_at.is_(None)).order_by(cls.due_at, cls.id)
