"""Something was offered to somebody who wanted to cancel: what, for which reason, and what became of it."""

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import JSON, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model
from portal.subscriptions.models.subscription import Subscription
from portal.timeline import Entry

WITHIN = timedelta(hours=1)
"""So long after an offer was opened, the change that it leads to is made of it."""


class Offered(Model):
    """One for each reason on one visit of the page. Of who only looks and sends nothing there is none: no server can tell."""

    __tablename__ = "offered"
    subscription_id: Mapped[int] = mapped_column(ForeignKey(Subscription.id), index=True, init=False)
    subscription: Mapped[Subscription] = relationship()
    reason: Mapped[str] = mapped_column(info={"personal": True})
    """Of `policy.REASONS`."""
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """Of `policy.Instead`: what stood there to choose from."""
    shown_at: Mapped[datetime] = mapped_column(index=True)
    customer_id: Mapped[int | None]
    staff_id: Mapped[int | None]
    """Who looked on the customer's behalf, if it was not the customer."""
    opened: Mapped[str | None] = mapped_column(default=None)
    """Which of them was opened last."""
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(Entry.id), default=None, index=True)
    """The change that was made of it: when, by whom, and whether it was undone or refused since, stands there."""

    def open(self, kind: str, *, at: datetime) -> None:
        self.opened, self.opened_at = kind, at

    @classmethod
    def lately(cls, subscription: Subscription, *, at: datetime) -> Select[Self]:
        """Those of which nothing was made yet, newest first."""
        return (
            select(cls)
            .where(cls.subscription_id == subscription.id, cls.entry_id.is_(None), cls.shown_at > at - WITHIN)
            .order_by(cls.id.desc())
        )
