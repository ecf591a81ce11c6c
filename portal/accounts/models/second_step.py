"""What a member of staff proves who they are with, after the mail: an authenticator app, a passkey, a recovery code."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Select, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models.door import Over
from portal.accounts.models.people import Staff
from portal.kit.db import Model, db

ENDS_AFTER = timedelta(minutes=10)
RECOVERY_CODES = 10


class SecondStep(Model):
    """Somebody whose mail was proven at the desk's door. What is missing is the second step, in the same browser.

    It is no session: a row of its own, in which nobody can be signed in by mistake.
    """

    __tablename__ = "second_step"
    key_hash: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    begun_at: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    guessed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the last wrong one that was allowed had been tried."""

    @classmethod
    def with_key(cls, key_hash: str) -> Select["SecondStep"]:
        return select(cls).where(cls.key_hash == key_hash)

    @property
    def ends_at(self) -> datetime:
        return self.begun_at + ENDS_AFTER

    def over(self, *, at: datetime) -> Over | None:
        if self.taken_at:
            return Over.SPENT
        if self.guessed_at:
            return Over.GUESSED
        return Over.EXPIRED if self.ends_at <= at else None


class AuthenticatorApp(Model):
    """The app whose six digits change every thirty seconds (TOTP, RFC 6238)."""

    __tablename__ = "authenticator_app"
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), unique=True)
    sealed: Mapped[str]
    """The secret that it shares with us, under a key that is not in the database."""
    last_step: Mapped[int]
    """The thirty seconds, counted from 1970, whose code was taken last: it and those before it are spent."""
    added_at: Mapped[datetime]

    def spend(self, step: int) -> bool:
        """Of many that come with one code, the first gets in: the row decides, whatever was read before. Source: RFC 6238, 5.2."""
        newer = update(AuthenticatorApp).where(AuthenticatorApp.id == self.id, AuthenticatorApp.last_step < step)
        return db.session.scalar(newer.values(last_step=step).returning(AuthenticatorApp.id)) is not None


class Passkey(Model):
    """A key in a phone, a computer or a stick, which signs for this portal's address and for no other (WebAuthn)."""

    __tablename__ = "passkey"
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    credential: Mapped[str] = mapped_column(unique=True)
    """Its own name, base64url."""
    public_key: Mapped[str]
    """COSE, base64url."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it has signed, if it counts: a copy of it would fall behind."""
    device: Mapped[str]
    """On which it was added, in the words of `devices.words`."""
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def of(cls, staff: Staff) -> Select["Passkey"]:
        return select(cls).where(cls.staff_id == staff.id).order_by(cls.id)


class RecoveryCode(Model):
    """For whoever has lost the phone. Shown once, on paper from then on, and good for one sign-in."""

    __tablename__ = "recovery_code"
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256: with 80 random bits in it, a code can't be guessed from that."""
    made_at: Mapped[datetime]
    kept_at: Mapped[datetime | None] = mapped_column(default=None)
    """When its owner said that it was written down: from then on no page shows it."""
    spent_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def left_of(cls, staff: Staff) -> Select["RecoveryCode"]:
        return select(cls).where(cls.staff_id == staff.id, cls.spent_at.is_(None)).order_by(cls.id)

    @classmethod
    def spend(cls, code_hash: str, staff: Staff, *, at: datetime) -> bool:
        mine = update(cls).where(cls.code_hash == code_hash, cls.staff_id == staff.id, cls.spent_at.is_(None))
        return db.session.scalar(mine.values(spent_at=at).returning(cls.id)) is not None
