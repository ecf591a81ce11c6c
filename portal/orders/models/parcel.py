"""A parcel: which lines are in it, where it is, and when it is expected."""

from datetime import date, datetime
from typing import Self

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.carriers import Incident, ParcelStatus
from portal.kit.db import Model
from portal.orders.models.order import Order, OrderLine
from portal.orders.policy import ParcelFacts


class Shipment(Model):
    """One parcel of an order. Where it is follows from the carrier's news by the carrier's own times, whenever we hear of them."""

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("carrier", "tracking_number"), Index("ix_shipment_status_status_at", "status", "status_at"))
    ref: Mapped[str] = mapped_column(unique=True)
    """What the shop's own system calls it."""
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True, init=False)
    order: Mapped[Order] = relationship()
    carrier: Mapped[str] = mapped_column(default="")
    """Its name in small letters, such as `dhl`; empty while unknown."""
    tracking_number: Mapped[str | None] = mapped_column(index=True, default=None)
    """Without blanks. The carrier gives it out once."""
    tracker_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """What the carrier service calls it, once it follows it for us."""
    status: Mapped[ParcelStatus] = mapped_column(default=ParcelStatus.UNKNOWN)
    """As the newest scan says."""
    incident: Mapped[Incident | None] = mapped_column(default=None)
    """What is wrong, if the newest scan says so."""
    status_at: Mapped[datetime | None] = mapped_column(default=None)
    """When that scan was, by the carrier's clock."""
    packed_at: Mapped[datetime | None] = mapped_column(default=None)
    shipped_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the shop says that it left, or the first scan on the way."""
    delivered_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    expected_on: Mapped[date | None] = mapped_column(default=None)
    """The day that was told last; those before are `ExpectedDate` rows."""
    held_at: Mapped[str] = mapped_column(default="")
    """Where it waits to be picked up, as the carrier calls that place."""
    held_until: Mapped[date | None] = mapped_column(default=None)
    pickup_code: Mapped[str] = mapped_column(default="", info={"personal": True})
    """What opens the locker, or what the counter asks for."""
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we last heard of it, whatever was said."""
    expected_said_at: Mapped[datetime | None] = mapped_column(default=None)
    """As of when the expected day was so: what was said earlier, and heard later, changes nothing."""
    held_said_at: Mapped[datetime | None] = mapped_column(default=None)
    """The same of where it is held."""
    late_for: Mapped[date | None] = mapped_column(default=None)
    """The expected day of which the customer was told that it is over."""
    quiet_at: Mapped[datetime | None] = mapped_column(default=None)
    """Since when it counts as stuck, and customer and staff were told; None again with the next scan."""
    lines: Mapped[list["ShipmentLine"]] = relationship(back_populates="shipment", default_factory=list, order_by="ShipmentLine.id")
    events: Mapped[list["TrackingEvent"]] = relationship(
        back_populates="shipment", default_factory=list, order_by="(TrackingEvent.happened_at, TrackingEvent.id)"
    )
    expected: Mapped[list["ExpectedDate"]] = relationship(back_populates="shipment", default_factory=list, order_by="ExpectedDate.id")

    @property
    def facts(self) -> ParcelFacts:
        """What tells how it stands, and what can be done."""
        return ParcelFacts(
            self.status,
            self.incident,
            self.status_at,
            self.shipped_at,
            self.expected_on,
            self.held_until,
            self.tracker_ref,
        )

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).join(Order).where(Order.customer_id == customer.id)


class ShipmentLine(Model):
    """So many of one line of the order are in one parcel."""

    __tablename__ = "shipment_line"
    __table_args__ = (UniqueConstraint("shipment_id", "order_line_id"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), index=True, init=False)
    line: Mapped[OrderLine] = relationship()
    quantity: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(ForeignKey(Shipment.id), init=False)
    shipment: Mapped[Shipment] = relationship(back_populates="lines", default=None)


class TrackingEvent(Model):
    """A scan, or another news of the carrier's. Kept once, never changed."""

    __tablename__ = "tracking_event"
    __table_args__ = (
        UniqueConstraint("source", "source_ref"),
        Index("ix_tracking_event_shipment_id_happened_at", "shipment_id", "happened_at"),
    )
    source: Mapped[str]
    """Who told us: carrier, which is the carrier service, or api."""
    source_ref: Mapped[str]
    """What makes it the same news there."""
    status: Mapped[ParcelStatus]
    incident: Mapped[Incident | None]
    happened_at: Mapped[datetime]
    """By the carrier's clock."""
    received_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(default="")
    """The carrier's own, in its language."""
    place: Mapped[str] = mapped_column(default="")
    """Where it was, such as `Halle`."""
    shipment_id: Mapped[int] = mapped_column(ForeignKey(Shipment.id), init=False)
    shipment: Mapped[Shipment] = relationship(back_populates="events", default=None)


class ExpectedDate(Model):
    """A day on which a parcel was expected, since it was told."""

    __tablename__ = "expected_date"
    expected_on: Mapped[date]
    told_at: Mapped[datetime]
    shipment_id: Mapped[int] = mapped_column(ForeignKey(Shipment.id), index=True, init=False)
    shipment: Mapped[Shipment] = relationship(back_populates="expected", default=None)


class TrackingLook(Model):
    """Somebody looked where a parcel is. Many looks without a new scan are a worry."""

    __tablename__ = "tracking_look"
    __table_args__ = (Index("ix_tracking_look_shipment_id_at", "shipment_id", "at"),)
    shipment_id: Mapped[int] = mapped_column(ForeignKey(Shipment.id))
    at: Mapped[datetime]
