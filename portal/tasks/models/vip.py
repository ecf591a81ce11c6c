"""Customers who go first."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model


class Vip(Model):
    """From when until when, and why: somebody said so, and may be asked."""

    __tablename__ = "vip"
    __table_args__ = (
        Index(
            "ix_vip_customer_id_now",
            "customer_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    reason: Mapped[str] = mapped_column(info={"personal": True})
    marked_at: Mapped[datetime]
    marked_by: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)

    @classmethod
    def now(cls, customer_id: int) -> Select["Vip"]:
        return select(cls).where(cls.customer_id == customer_id, cls.ended_at.is_(None))
