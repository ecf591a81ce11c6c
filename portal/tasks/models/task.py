"""One thing that somebody at the shop has to look at."""

from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model
from portal.tasks.kinds import Queue, ends_by_deed
from portal.tasks.refusals import DoneAlready, EndsByItself, SomebodyHasIt

WAITS = text("done_at IS NULL")
FIRST, THEN = 0, 1


def _open(name: str, *columns: str) -> Index:
    """In the order in which they are shown, and of those alone that wait: the list is as fast however many were done."""
    return Index(f"ix_staff_task_{name}", *columns, "rank", "due_at", "id", postgresql_where=WAITS, sqlite_where=WAITS)


class StaffTask(Model):
    """Opened by the rule that noticed it, or by a colleague; finished by a person or because its reason is gone."""

    __tablename__ = "staff_task"
    __table_args__ = (
        _open("waits"),
        _open("waits_in", "queue"),
        _open("waits_for", "owner_id"),
        Index("ix_staff_task_subject", "subject"),
    )
    key: Mapped[str] = mapped_column(unique=True)
    """What makes it the same task, such as `worry:shipment:7:1`."""
    kind: Mapped[str]
    """One of `KINDS`, such as claim, worry or no scan."""
    queue: Mapped[Queue]
    """Where this kind stands."""
    subject: Mapped[str]
    """The row that it is about, as `table:id`."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What a sentence about it needs, without personal data."""
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Until when somebody has to have looked: what the customer was promised, if anything was."""
    rank: Mapped[int] = mapped_column(default=THEN)
    """`FIRST` as long as its customer is a VIP."""
    words: Mapped[str] = mapped_column(default="", info={"personal": True})
    """What a colleague wrote who opened it."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    owner: Mapped[Staff | None] = relationship(init=False, foreign_keys=owner_id)
    given_by: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    """The colleague from whom its owner has it; None where they took it themselves."""
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    done_by: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    """Who said so; None where its reason went away."""

    @classmethod
    def waiting(cls) -> Select["StaffTask"]:
        return select(cls).where(cls.done_at.is_(None)).order_by(cls.rank, cls.due_at, cls.id)

    @classmethod
    def held(cls, task_id: int) -> Select[Self]:
        """For who changes it, one after the other."""
        return select(cls).where(cls.id == task_id).with_for_update(of=cls)

    def take(self, staff: Staff) -> None:
        """Raises DoneAlready, SomebodyHasIt."""
        self._must_wait()
        if self.owner_id is None:
            self.owner_id = staff.id
        elif self.owner_id != staff.id:
            raise SomebodyHasIt(self.owner.name if self.owner else "")

    def give(self, staff: Staff, *, by: Staff) -> None:
        """Raises DoneAlready."""
        self._must_wait()
        self.owner_id, self.given_by = staff.id, by.id if by.id != staff.id else None

    def put_back(self) -> None:
        """It is nobody's. Raises DoneAlready."""
        self._must_wait()
        self.owner_id = self.given_by = None

    def finish(self, staff: Staff, *, at: datetime) -> None:
        """Raises DoneAlready, EndsByItself."""
        self._must_wait()
        if ends_by_deed(self.kind, self.facts):
            raise EndsByItself
        self.done_at, self.done_by = at, staff.id

    def reopen(self) -> None:
        """It was not done after all. What ended by itself stays over."""
        if self.done_by is not None:
            self.done_at = self.done_by = None

    def _must_wait(self) -> None:
        if self.done_at is not None:
            raise DoneAlready
