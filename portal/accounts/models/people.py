"""Customers and members of staff."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model


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
    suggested_until: Mapped[datetime | None] = mapped_column(default=None, info={"learned": True})
    """Until when a change that staff suggest may wait for them: nothing does later, so no page has to look."""
    noticed_at: Mapped[datetime | None] = mapped_column(default=None, info={"learned": True})
    """When something last came to concern them that is told above each page. While it is None, no page asks what."""

    @classmethod
    def locked(cls, customer_id: int) -> Select[Self]:
        """For who changes what belongs to them, one after the other. Rows that only refer to them can be written meanwhile."""
        return select(cls).where(cls.id == customer_id).with_for_update(key_share=True)

    @property
    def customer_id(self) -> int:
        """What a mail to them is kept under in the history of messages."""
        return self.id


class Role(StrEnum):
    """What a member of staff may do. Each may all that those before it may."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


MOST_WRONG = 100
"""Wrong second steps in a row, over however many days, after which signing in stops until an administrator resets it.
Source: NIST SP 800-63B, 3.2.2."""


class Staff(Model):
    """A person who works for the shop. Reads the portal in the shop's own language and time."""

    __tablename__ = "staff"
    email: Mapped[str] = mapped_column(unique=True, info={"personal": True})
    """In lower case."""
    name: Mapped[str] = mapped_column(info={"personal": True})
    role: Mapped[Role] = mapped_column(default=Role.AGENT)
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)
    """When they were shut out. What they did stays theirs, so the row stays."""
    wrong_steps: Mapped[int] = mapped_column(default=0, info={"learned": True})
    """Wrong second steps since the last right one."""

    @classmethod
    def by_email(cls, email: str) -> Select[Self]:
        return select(cls).where(cls.email == email)

    @classmethod
    def locked(cls, staff_id: int) -> Select[Self]:
        """For who tries or changes a second step, or gives them work: one after the other, so that each try counts."""
        return select(cls).where(cls.id == staff_id).with_for_update(key_share=True).execution_options(populate_existing=True)

    @property
    def is_shut_out(self) -> bool:
        return self.disabled_at is not None

    @property
    def is_stopped(self) -> bool:
        """So many wrong second steps were tried that none is taken any more."""
        return self.wrong_steps >= MOST_WRONG

    def may(self, role: Role) -> bool:
        return not self.is_shut_out and self.role.includes(role)

    @property
    def customer_id(self) -> None: ...

    @property
    def locale(self) -> None: ...

    @property
    def time_zone(self) -> None: ...


Person = Customer | Staff
