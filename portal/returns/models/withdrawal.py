"""That somebody withdraws from a contract, as the law lets them: what they declared, and to the second when."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.returns.models.return_ import Return


class Withdrawal(Model):
    """A declaration, kept word for word. It counts when it comes in, whoever reads it when; whose it is, is found out afterwards.

    Source: Directive 2011/83/EU, Article 11a (as of Directive (EU) 2023/2673).
    """

    __tablename__ = "withdrawal"
    __table_args__ = (Index("ix_withdrawal_email_carried_out_at", "email", "carried_out_at"),)
    reference: Mapped[str] = mapped_column(unique=True)
    """Such as `W-7KQ2-M9XD`."""
    draft: Mapped[str] = mapped_column(unique=True)
    """The key of the form that made it: sent twice, it makes one."""
    declared_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(info={"personal": True})
    contract: Mapped[str] = mapped_column(info={"personal": True})
    """The number of an order, or what the person called it."""
    parts: Mapped[str] = mapped_column(info={"personal": True})
    """Which products; empty for all of them."""
    email: Mapped[str] = mapped_column(info={"personal": True})
    """Where the receipt went. That it is theirs, nobody has proven by that."""
    locale: Mapped[str | None] = mapped_column(default=None)
    time_zone: Mapped[str | None] = mapped_column(default=None)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), index=True, default=None)
    """Who was signed in, or proved the address later."""
    return_id: Mapped[int | None] = mapped_column(ForeignKey(Return.id), default=None)
    """The return that it became, if a rule could make one."""
    carried_out_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it became that, or a person at the shop was left to do the rest."""
