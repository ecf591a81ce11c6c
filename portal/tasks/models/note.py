"""What the shop's people tell each other about a customer. The customer does not see it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model


class StaffNote(Model):
    """Written once, never changed."""

    __tablename__ = "staff_note"
    __table_args__ = (Index("ix_staff_note_customer_id_at", "customer_id", "at"),)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    author: Mapped[Staff] = relationship(init=False)
    text: Mapped[str] = mapped_column(info={"personal": True})
    at: Mapped[datetime]
    draft: Mapped[str] = mapped_column(unique=True)
    """The key of the form that made it: sent twice, it makes one."""

    @classmethod
    def newest(cls, customer_id: int, limit: int) -> Select["StaffNote"]:
        return select(cls).where(cls.customer_id == customer_id).order_by(cls.at.desc(), cls.id.desc()).limit(limit)
