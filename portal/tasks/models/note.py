"""What the shop's people tell each other about a customer. The customer does not see it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model
from portal.tasks.refusals import NothingWritten, WrittenByAnother


class StaffNote(Model):
    """Corrected and removed by its writer alone; how it was before stands in the history."""

    __tablename__ = "staff_note"
    __table_args__ = (Index("ix_staff_note_customer_id_at", "customer_id", "at"),)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    author: Mapped[Staff] = relationship(init=False)
    text: Mapped[str] = mapped_column(info={"personal": True})
    at: Mapped[datetime]
    draft: Mapped[str] = mapped_column(unique=True)
    """The key of the form that made it: sent twice, it makes one."""
    corrected_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    """Its words are gone here from then on."""

    @classmethod
    def newest(cls, customer_id: int, limit: int) -> Select["StaffNote"]:
        return select(cls).where(cls.customer_id == customer_id).order_by(cls.at.desc(), cls.id.desc()).limit(limit)

    @classmethod
    def held(cls, note_id: int, customer_id: int) -> Select["StaffNote"]:
        """For who changes it, one after the other."""
        return select(cls).where(cls.id == note_id, cls.customer_id == customer_id).with_for_update(of=cls)

    def correct(self, words: str, by: Staff, *, at: datetime) -> None:
        """With these words it is there again, if it was removed meanwhile. Raises NothingWritten, WrittenByAnother."""
        self.must_be_of(by)
        if not words:
            raise NothingWritten
        if words != self.text:
            self.text, self.corrected_at, self.removed_at = words, at, None

    def remove(self, by: Staff, *, at: datetime) -> None:
        """Raises WrittenByAnother."""
        self.must_be_of(by)
        if self.removed_at is None:
            self.text, self.removed_at = "", at

    def must_be_of(self, staff: Staff) -> None:
        """Raises WrittenByAnother."""
        if self.staff_id != staff.id:
            raise WrittenByAnother
