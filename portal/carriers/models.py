"""Which parcels the carrier service follows for us, and what it has told."""

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Index, UniqueConstraint, literal_column, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import Select

from portal.carriers.port import ParcelStatus, Tracking
from portal.carriers.service_port import News
from portal.kit.db import Model, db, insert

OVER = (ParcelStatus.DELIVERED, ParcelStatus.CANCELLED)
"""Nothing more is expected of such a parcel. What is told of it all the same, counts."""
LONGEST = timedelta(days=90)
"""After so long nobody looks for it any more. EasyPost keeps a number for three months. Source: docs.easypost.com/docs/trackers."""


class Tracker(Model):
    """A parcel that we want to hear of. All that is told of it is kept by whoever listens."""

    __tablename__ = "tracker"
    __table_args__ = (
        UniqueConstraint("carrier", "number"),
        Index("ix_tracker_over_at_asked_at", "over_at", "asked_at"),
        Index("ix_tracker_refused", "over_at", postgresql_where=text("refusal <> ''"), sqlite_where=text("refusal <> ''")),
    )
    carrier: Mapped[str]
    """Its name in small letters; empty while unknown."""
    number: Mapped[str] = mapped_column(index=True)
    """As the carrier gave it out, without blanks."""
    wanted_at: Mapped[datetime]
    """Since when we want to hear of it."""
    asked_at: Mapped[datetime]
    """When we last had it looked up, or meant to."""
    ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """What the service calls it, once it follows it."""
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the service last answered about it."""
    status: Mapped[ParcelStatus] = mapped_column(default=ParcelStatus.UNKNOWN)
    """As its newest scan said then."""
    over_at: Mapped[datetime | None] = mapped_column(default=None)
    """Since when it is not looked up by the clock any more."""
    refusal: Mapped[str] = mapped_column(default="")
    """Why the service does not follow it, for staff."""

    @classmethod
    def want(cls, carrier: str, number: str, *, at: datetime) -> Self:
        """The one of this number. The insert decides: of two that come at once, one."""
        row = {"carrier": carrier, "number": number, "wanted_at": at, "asked_at": at, "status": ParcelStatus.UNKNOWN, "refusal": ""}
        db.session.execute(insert(cls).values(row).on_conflict_do_nothing(index_elements=["carrier", "number"]))
        return db.session.scalars(select(cls).where(cls.carrier == carrier, cls.number == number)).one()

    @classmethod
    def told_of(cls, ref: str, number: str) -> Select[Self]:
        """Those that news may be about. One that is being registered has no name yet: it is known by its number."""
        return select(cls).where(or_(cls.ref == ref, cls.ref.is_(None) & (cls.number == number))).order_by(cls.id)

    @classmethod
    def unheard_of(cls, since: datetime) -> Select[Self]:
        """Those under way that nobody has asked about since then, the longest silent first."""
        return select(cls).where(cls.over_at.is_(None), cls.asked_at <= since).order_by(cls.asked_at, cls.id)

    @classmethod
    def refused(cls, *, at: datetime) -> Select[Self]:
        """Those that the service does not follow, as long as it could."""
        return select(cls).where(cls.refusal != literal_column("''"), cls.over_at > at - LONGEST)

    def learn(self, tracking: Tracking, *, at: datetime) -> None:
        newest = tracking.newest
        self.ref, self.heard_at, self.asked_at, self.refusal = tracking.ref, at, at, ""
        self.status = newest.status if newest else ParcelStatus.UNKNOWN
        self.over_at = (self.over_at or at) if self.status in OVER else None

    def want_again(self, *, at: datetime) -> None:
        """After it was refused: another number is another parcel, but the service may know by now what it did not."""
        self.refusal, self.over_at, self.asked_at = "", None, at

    def refuse(self, reason: str, *, at: datetime) -> None:
        self.refusal, self.over_at = reason, at

    def give_up(self, *, at: datetime) -> None:
        self.over_at = at


class ReceivedNews(Model):
    """News of the carrier service, kept so that a repeat is noticed. What it says is never believed, only looked up."""

    __tablename__ = "received_news"
    news_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    ref: Mapped[str | None]
    """The parcel that it is about, as the service calls it."""
    number: Mapped[str]
    happened_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    is_ours: Mapped[bool] = mapped_column(default=False)
    """Whether it is about a parcel that we follow. What is not is kept, and asks for nothing."""

    @classmethod
    def keep(cls, news: News, *, at: datetime) -> Self | None:
        """None if it is known. The insert decides: of two that come at once, one."""
        told = {name: getattr(news, name) for name in ("kind", "ref", "number", "happened_at")}
        kept = insert(cls).values(news_id=news.id, **told, received_at=at, is_ours=False)
        new = db.session.scalar(kept.on_conflict_do_nothing(index_elements=["news_id"]).returning(cls.id))
        return db.session.get_one(cls, new) if new is not None else None
