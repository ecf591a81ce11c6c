"""A photo of a customer's, and how much of them came in a day."""

from datetime import date, datetime
from typing import Self

from sqlalchemy import BigInteger, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model

MOST = 10
"""Photos in one form."""
A_DAY = 200 * 1024 * 1024
"""Bytes that one customer may send in a day, whatever becomes of them."""


class Photo(Model):
    """What we made of a photo that was sent. Its row is written after its files, so there is none without them."""

    __tablename__ = "photo"
    __table_args__ = (Index("ix_photo_customer_id_draft", "customer_id", "draft"),)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    name: Mapped[str] = mapped_column(unique=True)
    """Of its files, and random: what it was called on somebody's phone is kept nowhere."""
    draft: Mapped[str]
    """The key of the form that it was sent with."""
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    """Bytes of its files together."""
    made_at: Mapped[datetime]
    attached_to: Mapped[str | None] = mapped_column(index=True, default=None)
    """The row that it belongs to, as `table:id`; None while its form was not sent."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    """Who of the shop took it, to show the customer what was found."""

    @classmethod
    def of(cls, customer_id: int) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer_id)

    @classmethod
    def waiting(cls, customer_id: int, draft: str) -> Select[Self]:
        """For this form to be sent, in the order in which they came."""
        return cls.of(customer_id).where(cls.draft == draft, cls.attached_to.is_(None)).order_by(cls.id)


class PhotoDay(Model):
    """What one customer sent on one day of the shop's. Its row is the lock that makes uploads at the same time take turns."""

    __tablename__ = "photo_day"
    __table_args__ = (UniqueConstraint("customer_id", "day"),)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    day: Mapped[date]
    sent: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
