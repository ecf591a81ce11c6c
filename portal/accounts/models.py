"""Customers and members of staff, and the devices on which they are signed in."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from portal.kit.db import Model, db


class Customer(Model):
    """A person who buys. Known by an address that was verified, or one day will be."""

    __tablename__ = "customer"
    email: Mapped[str] = mapped_column(unique=True, info={"personal": True})
    """In lower case."""
    name: Mapped[str] = mapped_column(default="", info={"personal": True})
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
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    device: Mapped[str]
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

    @classmethod
    def of(cls, customer: Customer, *, at: datetime) -> Select["Session"]:
        return cls.live(at=at).where(cls.customer_id == customer.id)


WORKS_FOR = timedelta(minutes=10)


class Over(StrEnum):
    """Why a sign-in that was asked for lets nobody in any more."""

    SPENT = "spent"
    EXPIRED = "expired"
    REPLACED = "replaced"
    """A newer one was asked for."""
    GUESSED = "guessed"
    """Too many wrong codes were typed."""


class SignIn(Model):
    """Somebody asked for the mail with the link and the code, for an address that may be known here or not.

    The secrets are made when the mail leaves, and only their hashes are kept.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_email_id", "email", "id"),)
    email: Mapped[str]
    """As it was typed, in lower case."""
    browser_hash: Mapped[str] = mapped_column(index=True)
    """The browser that asked: in no other does the code count."""
    device: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column(init=False)
    """Counted from the asking, not from the mail: the page must not tell whether one was sent."""
    key_hash: Mapped[str | None] = mapped_column(default=None)
    code_hash: Mapped[str | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    spent_at: Mapped[datetime | None] = mapped_column(default=None)
    guessed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the last wrong code that was allowed had been typed."""

    def __post_init__(self) -> None:
        self.expires_at = self.asked_at + WORKS_FOR

    @classmethod
    def newest_of(cls, email: str) -> Select["SignIn"]:
        return select(cls).where(cls.email == email).order_by(cls.id.desc()).limit(1)

    @classmethod
    def pending_in(cls, browser_hash: str) -> Select["SignIn"]:
        """What this browser asked for last."""
        return select(cls).where(cls.browser_hash == browser_hash).order_by(cls.id.desc()).limit(1)

    def over(self, *, at: datetime) -> Over | None:
        if self.spent_at:
            return Over.SPENT
        if self.expires_at <= at:
            return Over.EXPIRED
        if db.session.scalar(select(func.max(SignIn.id)).where(SignIn.email == self.email)) != self.id:
            return Over.REPLACED
        return Over.GUESSED if self.guessed_at else None

    def spend(self, *, at: datetime) -> bool:
        """Of many that try at once, one does: the row decides, whatever was read before."""
        newer = aliased(SignIn)
        mine = update(SignIn).where(
            SignIn.id == self.id,
            SignIn.spent_at.is_(None),
            SignIn.guessed_at.is_(None),
            SignIn.expires_at > at,
            ~exists().where(newer.email == SignIn.email, newer.id > SignIn.id),
        )
        return db.session.scalar(mine.values(spent_at=at).returning(SignIn.id)) is not None
