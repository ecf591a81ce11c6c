"""Devices that are signed in, and mails that were asked for to sign one in."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, and_, exists, false, func, or_, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from portal.accounts.models.impersonation import Impersonation
from portal.accounts.models.people import Customer, Person, Staff
from portal.kit.db import Model, db

LONGEST = timedelta(days=30)
"""How long a customer's device stays signed in, however busy it is."""
STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)
"""The same for staff: while nobody uses it, and in all."""
FRESH = timedelta(minutes=15)
"""For so long after the second step, staff need not take it again for what can do harm."""


class Session(Model):
    """One device on which a customer or a member of staff is signed in. Its key lies in that device's cookie, and nowhere else."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("(customer_id IS NULL) <> (staff_id IS NULL)", name="customer_or_staff"),
        CheckConstraint("(staff_id IS NULL) = (second_step_at IS NULL)", name="staff_took_two_steps"),
        CheckConstraint("impersonation_id IS NULL OR staff_id IS NOT NULL", name="staff_impersonate"),
        Index("ix_session_customer_id_revoked_at", "customer_id", "revoked_at"),
    )
    key_hash: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id), index=True)
    device: Mapped[str]
    """In the words of `devices.words`, such as `Firefox, Mac`."""
    created_at: Mapped[datetime]
    """When they signed in. A deed that asks for a fresh sign-in looks here."""
    last_seen_at: Mapped[datetime]
    """Up to five minutes behind."""
    second_step_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a member of staff last proved who they are with more than a mail."""
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    impersonation_id: Mapped[int | None] = mapped_column(ForeignKey(Impersonation.id), default=None)
    """Whose pages a member of staff sees in it now, and why."""

    @classmethod
    def live(cls, *, at: datetime) -> Select["Session"]:
        """Those that let somebody in at this moment."""
        customers = and_(cls.customer_id.is_not(None), cls.created_at > at - LONGEST)
        staff = and_(cls.staff_id.is_not(None), cls.last_seen_at > at - STAFF_IDLE, cls.created_at > at - STAFF_LONGEST)
        return select(cls).where(cls.revoked_at.is_(None), or_(customers, staff))

    @classmethod
    def of(cls, person: Person, *, at: datetime) -> Select["Session"]:
        owner = cls.customer_id if isinstance(person, Customer) else cls.staff_id
        return cls.live(at=at).where(owner == person.id)

    def is_fresh(self, *, at: datetime) -> bool:
        return self.second_step_at is not None and self.second_step_at > at - FRESH


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
    email: Mapped[str] = mapped_column(info={"personal": True})
    """As it was typed, in lower case."""
    browser_hash: Mapped[str] = mapped_column(index=True)
    """The browser that asked: in no other does the code count."""
    device: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    for_desk: Mapped[bool] = mapped_column(default=False, server_default=false())
    """At the staff's own door, which knows no customers, as theirs knows no staff."""
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
    def newest_of(cls, email: str, *, for_desk: bool) -> Select["SignIn"]:
        return select(cls).where(cls.email == email, cls.for_desk.is_(for_desk)).order_by(cls.id.desc()).limit(1)

    @classmethod
    def pending_in(cls, browser_hash: str, *, for_desk: bool) -> Select["SignIn"]:
        """What this browser asked for last, at this door."""
        return select(cls).where(cls.browser_hash == browser_hash, cls.for_desk.is_(for_desk)).order_by(cls.id.desc()).limit(1)

    def over(self, *, at: datetime) -> Over | None:
        if self.spent_at:
            return Over.SPENT
        if self.expires_at <= at:
            return Over.EXPIRED
        same_door = SignIn.for_desk.is_(self.for_desk)
        if db.session.scalar(select(func.max(SignIn.id)).where(SignIn.email == self.email, same_door)) != self.id:
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
            ~exists().where(newer.email == SignIn.email, newer.for_desk == SignIn.for_desk, newer.id > SignIn.id),
        )
        return db.session.scalar(mine.values(spent_at=at).returning(SignIn.id)) is not None
