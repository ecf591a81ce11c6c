"""Somebody asked for the end of a subscription: when, why, and what became of it."""

from datetime import datetime
from typing import Self

from sqlalchemy import JSON, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model
from portal.payments import Why
from portal.subscriptions.models.subscription import Subscription
from portal.subscriptions.policy import PRIVATE


class Cancellation(Model):
    """The receipt shows it. One that was taken back stays."""

    __tablename__ = "cancellation"
    subscription_id: Mapped[int] = mapped_column(ForeignKey(Subscription.id), index=True, init=False)
    subscription: Mapped[Subscription] = relationship()
    reference: Mapped[str] = mapped_column(unique=True)
    """What the customer and support call it by, such as `C-7KQ2-M9XD`."""
    asked_at: Mapped[datetime] = mapped_column(index=True)
    is_at_once: Mapped[bool]
    reasons: Mapped[list[str]] = mapped_column(JSON, default_factory=list, info={"personal": True})
    """Of `policy.REASONS`; told after the fact, and only by those who want to."""
    comment: Mapped[str] = mapped_column(default="", info={"personal": True})
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider was told why."""
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we saw that the provider charges nothing more."""
    carried_out_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider ended it."""

    @property
    def why(self) -> Why | None:
        """What the provider is told; None if nothing was said. An illness or a death stays here, and takes back what was told before."""
        if PRIVATE in self.reasons:
            return Why((), "")
        return Why(tuple(self.reasons), self.comment) if self.reasons or self.comment else None

    def tell(self, reasons: list[str], comment: str) -> None:
        """Told afterwards, by those who want to. The last answer counts, at the provider too."""
        self.reasons, self.comment, self.told_at = reasons, comment, None

    @classmethod
    def of(cls, subscription: Subscription) -> Select[Self]:
        return select(cls).where(cls.subscription_id == subscription.id)

    @classmethod
    def standing(cls, subscription: Subscription) -> Select[Self]:
        """Those that count, newest first. What was carried out before it began again is past."""
        return cls.of(subscription).where(cls.taken_back_at.is_(None), cls.asked_at >= subscription.started_at).order_by(cls.id.desc())
