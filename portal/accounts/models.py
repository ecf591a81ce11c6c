"""Customers and members of staff."""

from datetime import datetime

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


class Staff(Model):
    """A person who works for the shop."""

    __tablename__ = "staff"
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="agent")
    """agent, lead or admin."""
