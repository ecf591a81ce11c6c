"""What was sent to whom."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model


class Message(Model):
    """A mail that left, or that its address refused for good. What it said is not kept."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_customer_id_sent_at", "customer_id", "sent_at"),)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    """None for a member of staff."""
    template: Mapped[str]
    """Below templates/emails, such as `accounts/sign_in`."""
    message_id: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime]
    refused_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the other side said that this address takes no mail."""
