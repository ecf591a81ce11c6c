"""One thing that somebody at the shop has to look at."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, TextClause, and_, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model
from portal.tasks.kinds import Queue, ends_by_deed
from portal.tasks.refusals import DoneAlready, EndsByItself, NotThen, SomebodyHasIt

WAITS = text("done_at IS NULL")
IS_PUT_OFF = text("done_at IS NULL AND put_off_until IS NOT NULL")
FIRST, THEN = 0, 1
LONGEST = timedelta(days=2 * 365)
"""So far ahead may somebody want to be reminded, or put something off."""


def _open(name: str, *columns: str, where: TextClause = WAITS) -> Index:
    """In the order in which they are shown, and of those alone that wait: the list is as fast however many were done. With all that says
    whether one is open, so that they can be counted there."""
    return Index(f"ix_staff_task_{name}", *columns, "rank", "due_at", "id", "put_off_until", postgresql_where=where, sqlite_where=where)


class StaffTask(Model):
    """Opened by the rule that noticed it, or by a colleague; finished by a person or because its reason is gone."""

    __tablename__ = "staff_task"
    __table_args__ = (
        _open("waits"),
        _open("waits_in", "queue"),
        _open("waits_for", "owner_id"),
        _open("put_off", where=IS_PUT_OFF),
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
    put_off_until: Mapped[datetime | None] = mapped_column(default=None)
    """Until then it is not among what is open. What was promised stays: it may be late meanwhile."""
    put_off_by: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    done_by: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    """Who said so; None where its reason went away."""

    @classmethod
    def waiting(cls) -> Select["StaffTask"]:
        return select(cls).where(cls.done_at.is_(None)).order_by(cls.rank, cls.due_at, cls.id)

    @classmethod
    def is_open(cls, at: datetime) -> ColumnElement[bool]:
        """It waits, and nobody has put it off until later."""
        return and_(cls.done_at.is_(None), or_(cls.put_off_until.is_(None), cls.put_off_until <= at))

    @classmethod
    def is_put_off(cls, at: datetime) -> ColumnElement[bool]:
        return and_(cls.done_at.is_(None), cls.put_off_until > at)

    def take(self, staff: Staff) -> None:
        """From now on. Raises DoneAlready, SomebodyHasIt."""
        self._must_wait()
        if self.owner_id is None:
            self.give(staff, by=staff)
        elif self.owner_id != staff.id:
            raise SomebodyHasIt(self.owner.name if self.owner else "")

    def give(self, staff: Staff, *, by: Staff) -> None:
        """Who is given one has it before them, also one that was put off. Raises DoneAlready."""
        self.take_up()
        self.owner_id, self.given_by = staff.id, by.id if by.id != staff.id else None

    def put_back(self) -> None:
        """It is nobody's. Raises DoneAlready."""
        self._must_wait()
        self.owner_id = self.given_by = None

    def put_off(self, until: datetime, staff: Staff, *, at: datetime) -> None:
        """Whoever has it. Raises DoneAlready, NotThen."""
        self._must_wait()
        if not at < until <= at + LONGEST:
            raise NotThen
        self.put_off_until, self.put_off_by = until, staff.id

    def take_up(self) -> None:
        """It is put off no more. Raises DoneAlready."""
        self._must_wait()
        self.put_off_until = self.put_off_by = None

    def finish(self, staff: Staff, *, at: datetime) -> None:
        """Who has said so before changes nothing. Raises DoneAlready, EndsByItself."""
        if self.done_by == staff.id:
            return
        self._must_wait()
        if ends_by_deed(self.kind, self.facts):
            raise EndsByItself
        self.done_at, self.done_by = at, staff.id

    def reopen(self) -> None:
        """It was not done after all. What ended by itself stays over."""
        if self.done_by is not None:
            self.done_at = self.done_by = None
            self.take_up()

    def _must_wait(self) -> None:
        if self.done_at is not None:
            raise DoneAlready
