"""What the shop's people saw of whom."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer, Staff
from portal.kit.db import Model


class Look(Model):
    """One member of staff saw personal data of one customer, on one page. Written before the page is shown (REL P8)."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_customer_id_at", "customer_id", "at"), Index("ix_look_staff_id_at", "staff_id", "at"))
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    page: Mapped[str]
    """The word for it in `routes.py`, such as `search`."""
    at: Mapped[datetime]
