"""Customers and members of staff, and the devices on which they are signed in."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model


class Customer(Model):
    """A person who buys. Known by an address that was verified, or one day will be."""

    __tablename__ = "customer"
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str | None] = mapped_column(default=None)
    """The language chosen, such as `tr`; None means the shop's."""
    time_zone: Mapped[str | None] = mapped_column(default=None)
    email_verified_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a mail to this address was last seen to have arrived. Nothing is linked by an address that was not."""

    @property
    def customer_id(self) -> int:
        """What a mail to them is kept under in the history of messages."""
        return self.id


class Staff(Model):
    """A person who works for the shop. Reads the portal in the shop's own language and time."""

    __tablename__ = "staff"
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="agent")
    """agent, lead or admin."""

    @property
    def customer_id(self) -> None: ...

    @property
    def locale(self) -> None: ...

    @property
    def time_zone(self) -> None: ...


Person = Customer | Staff

IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)
STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)
"""How long a device stays signed in while nobody uses it, and in all."""


class Session(Model):
    """One device on which a customer or a member of staff is signed in. Its key lies in that device's cookie, and nowhere else."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("(customer_id IS NULL) <> (staff_id IS NULL)", name="customer_or_staff"),
        Index("ix_session_customer_id_revoked_at", "customer_id", "revoked_at"),
    )
    key_hash: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), default=None)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), default=None)
    device: Mapped[str] = mapped_column(default="")
    """In the words of `devices.words`, such as `Firefox, Mac`."""
    created_at: Mapped[datetime]
    """When they signed in. A deed that asks for a fresh sign-in looks here."""
    last_seen_at: Mapped[datetime]
    """Up to five minutes behind."""
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def live(cls, *, at: datetime) -> Select["Session"]:
        """Those that let somebody in at this moment."""
        customers = and_(cls.customer_id.is_not(None), cls.last_seen_at > at - IDLE, cls.created_at > at - LONGEST)
        staff = and_(cls.staff_id.is_not(None), cls.last_seen_at > at - STAFF_IDLE, cls.created_at > at - STAFF_LONGEST)
        return select(cls).where(cls.revoked_at.is_(None), or_(customers, staff))
