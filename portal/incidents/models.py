"""Incidents, whom they concern, and who of them has put the notice away."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

from flask_babel import gettext as _
from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model
from portal.kit.refusal import Refusal

LONGEST_TITLE, LONGEST_BODY = 100, 500
"""Characters: it stands above everything else, on a phone."""


class NothingSaid(Refusal): ...


class NobodyMeant(Refusal): ...


class AlreadyOver(Refusal): ...


class PublishedAlready(Refusal):
    """From this form, with other words."""

    status = 409


class SaidMeanwhile(Refusal):
    """Whoever says it anew had other words before them."""

    status = 409


class When(StrEnum):
    """What is between two days: of a delivery of a subscription, or of an order."""

    CHARGED = "charged"
    ARRIVES = "arrives"
    ORDERED = "ordered"
    """An order was placed."""


@dataclass(frozen=True)
class Whom:
    """Whom an incident concerns: whoever has all that is named. Of orders, one order has all of it; so it is with subscriptions."""

    sku: str = ""
    """Of a product in an order, or in a subscription that goes on."""
    carrier: str = ""
    """In small letters, of a parcel."""
    is_under_way: bool = False
    """The parcel is not at its end."""
    when: When | None = None
    first: date | None = None
    last: date | None = None
    """Days, both of them included, in the shop's zone."""
    country: str = ""
    """ISO 3166, to which the order or the subscription goes."""

    @property
    def names_days(self) -> bool:
        return bool(self.when and self.first and self.last)

    @property
    def names_orders(self) -> bool:
        """By their parcels, or by their days."""
        return self.names_parcels or (self.names_days and self.when is When.ORDERED)

    @property
    def names_parcels(self) -> bool:
        return bool(self.carrier or self.is_under_way)

    @property
    def names_deliveries(self) -> bool:
        return self.names_days and self.when is not When.ORDERED

    def must_name_somebody(self) -> None:
        """Everybody is nobody in particular. Raises NobodyMeant."""
        if self.first and self.last and self.first > self.last:
            raise NobodyMeant(_("The first day is after the last."))
        if bool(self.first) != bool(self.last):
            raise NobodyMeant(_("Give both days, or none."))
        if not (self.sku or self.names_parcels or self.names_days or self.country):
            raise NobodyMeant(_("Say whom it concerns: a product, a carrier, parcels under way, days or a country."))

    def as_json(self) -> dict[str, Any]:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        told = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        told |= {name: date.fromisoformat(told[name]) for name in ("first", "last") if name in told}
        return cls(**told | ({"when": When(told["when"])} if "when" in told else {}))


class Incident(Model):
    """Something went wrong. Published with its first words, it is told until it ends."""

    __tablename__ = "incident"
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language; that of the shop is always there."""
    bodies: Mapped[dict[str, str]] = mapped_column(JSON)
    whom: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As `Whom.as_json` says it."""
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    """Who published it."""
    draft: Mapped[str] = mapped_column(unique=True)
    """The form that it was made with: of one form there is one incident."""
    published_at: Mapped[datetime]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it ends by itself."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When somebody ended it."""
    said_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was said anew; None while its first words stand. Who put it away before then is shown it again."""
    grown_at: Mapped[datetime | None] = mapped_column(default=None, info={"learned": True})
    """When those whom it concerns were last looked for."""
    cleared_at: Mapped[datetime | None] = mapped_column(default=None, index=True, info={"learned": True})
    """When, after its end, the marks of its customers were taken away."""

    @classmethod
    def newest(cls) -> Select[Self]:
        return select(cls).order_by(cls.id.desc())

    @classmethod
    def is_told(cls, at: datetime) -> ColumnElement[bool]:
        return and_(cls.begins_at <= at, cls.ended_at.is_(None), or_(cls.ends_at.is_(None), cls.ends_at > at))

    def is_over(self, *, at: datetime) -> bool:
        return self.ended_at is not None or (self.ends_at is not None and self.ends_at <= at)

    @property
    def seen(self) -> str:
        """Its words, in short: a page that shows others is an old one."""
        return sha256(json.dumps([self.titles, self.bodies], sort_keys=True).encode()).hexdigest()[:16]

    def say(self, titles: dict[str, str], bodies: dict[str, str], *, seen: str, at: datetime) -> None:
        """What it says already is no news, however often it is sent. Raises AlreadyOver, SaidMeanwhile."""
        if self.is_over(at=at):
            raise AlreadyOver(_("This incident is over."))
        if (titles, bodies) == (self.titles, self.bodies):
            return
        if seen != self.seen:
            raise SaidMeanwhile(
                _("A colleague said it anew while you wrote. Yours is not said yet, nor lost: send it, and it takes the place of theirs.")
            )
        self.titles, self.bodies, self.said_at = titles, bodies, at

    def end(self, *, at: datetime) -> None:
        if self.is_over(at=at):
            raise AlreadyOver(_("This incident is over."))
        self.ended_at = at


def readable(texts: dict[str, str], *languages: str) -> str:
    """In the first of these languages that it is written in, else in any: when it was written, the shop may have spoken another."""
    return next(filter(None, [*(texts.get(language) for language in languages), *texts.values()]), "")


class Concerned(Model):
    """An incident concerns a customer. Whom it concerned once it goes on to concern, so that who heard of it hears how it goes on."""

    __tablename__ = "incident_customer"
    __table_args__ = (
        Index("ix_incident_customer_customer_id_incident_id", "customer_id", "incident_id", unique=True),
        Index("ix_incident_customer_incident_id", "incident_id"),
    )
    incident_id: Mapped[int] = mapped_column(ForeignKey(Incident.id))
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    since: Mapped[datetime]
    dismissed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the customer put the notice away: as it was said then."""

    @classmethod
    def is_put_away(cls) -> ColumnElement[bool]:
        """Beside its incident."""
        return and_(cls.dismissed_at.is_not(None), or_(Incident.said_at.is_(None), cls.dismissed_at >= Incident.said_at))

    @classmethod
    def of(cls, customer: Customer, incident_id: int) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id, cls.incident_id == incident_id)
