"""How a return goes back: its parcel, the label that was bought for it, the van that comes for it, and what its carrier says."""

from datetime import datetime
from typing import Self

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.carriers import BoughtLabel, BoughtPickUp, Incident, ParcelStatus
from portal.kit.db import Model
from portal.payments import OnceOnly
from portal.returns.models.return_ import Return, Way


class ReturnParcel(Model):
    """One try to send it. A new label, or another way, is another parcel: the newest counts, and news of the earlier ones still does."""

    __tablename__ = "return_parcel"
    __table_args__ = (Index("ix_return_parcel_carrier_tracking_number", "carrier", "tracking_number"),)
    way: Mapped[Way]
    made_at: Mapped[datetime]
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), index=True, init=False)
    return_: Mapped[Return] = relationship()
    carrier: Mapped[str] = mapped_column(default="")
    """Its name in small letters; empty while unknown."""
    tracking_number: Mapped[str] = mapped_column(index=True, default="")
    """Without blanks; empty while there is none."""
    status: Mapped[ParcelStatus] = mapped_column(default=ParcelStatus.UNKNOWN)
    incident: Mapped[Incident | None] = mapped_column(default=None)
    status_at: Mapped[datetime | None] = mapped_column(default=None)
    """By the carrier's clock."""
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    """The first scan on the way, or when the customer showed that it was handed over."""
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    shown_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the customer sent a photo of the receipt of the counter."""
    valid_until: Mapped[datetime | None] = mapped_column(default=None)
    """From then on its label is not taken any more."""

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        """The newest first."""
        return select(cls).join(Return, Return.id == cls.return_id).where(Return.customer_id == customer.id).order_by(cls.id.desc())

    def is_worn_out(self, *, at: datetime) -> bool:
        """Whether its label is too old to send it with."""
        return self.sent_at is None and self.valid_until is not None and at >= self.valid_until


class ReturnLabel(OnceOnly):
    """Postage that we buy. What is asked for names an address by its row, which never changes."""

    __tablename__ = "return_label"
    KIND = "label"
    parcel_id: Mapped[int] = mapped_column(ForeignKey(ReturnParcel.id), unique=True)
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """What the service calls it. It is known before the label is bought, and never changes after."""
    amount: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """What it cost the shop, in minor units of `currency`."""
    currency: Mapped[str] = mapped_column(default="")
    refusal: Mapped[str] = mapped_column(default="")
    """Why there is none, in the service's words, for staff."""
    handed_back_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the service was told that nobody will use it."""

    def learn(self, bought: BoughtLabel, *, at: datetime) -> None:
        self.amount, self.currency, self.done_at = bought.amount, bought.currency, at

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.done_at = reason, at


class ReturnPaper(Model):
    """The label itself, or the code that stands for it. Kept here, because the service keeps its own for a while only."""

    __tablename__ = "return_paper"
    __table_args__ = (UniqueConstraint("parcel_id", "is_code"),)
    parcel_id: Mapped[int] = mapped_column(ForeignKey(ReturnParcel.id))
    is_code: Mapped[bool]
    kind: Mapped[str]
    """Its media type."""
    content: Mapped[bytes] = mapped_column(LargeBinary, info={"personal": True})


class ReturnPickUp(OnceOnly):
    """A van that comes to the customer's door."""

    __tablename__ = "return_pick_up"
    KIND = "pick-up"
    parcel_id: Mapped[int] = mapped_column(ForeignKey(ReturnParcel.id), unique=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    confirmation: Mapped[str] = mapped_column(default="")
    """What the carrier calls it."""
    amount: Mapped[int | None] = mapped_column(BigInteger, default=None)
    currency: Mapped[str] = mapped_column(default="")
    refusal: Mapped[str] = mapped_column(default="")

    def learn(self, bought: BoughtPickUp, *, at: datetime) -> None:
        self.confirmation, self.amount, self.currency, self.done_at = bought.confirmation, bought.amount, bought.currency, at

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.done_at = reason, at


class ReturnScan(Model):
    """What a carrier said of a parcel that is sent back: each piece of news once."""

    __tablename__ = "return_scan"
    __table_args__ = (UniqueConstraint("source", "source_ref"), Index("ix_return_scan_parcel_id_happened_at", "parcel_id", "happened_at"))
    parcel_id: Mapped[int] = mapped_column(ForeignKey(ReturnParcel.id))
    source: Mapped[str]
    source_ref: Mapped[str]
    """What makes it the same news: the parcel's id, and the source's name for it."""
    status: Mapped[ParcelStatus]
    incident: Mapped[Incident | None]
    happened_at: Mapped[datetime]
    """By the carrier's clock."""
    received_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
