"""Cards, and the pages of the payment provider on which one is given."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.models.hosted import OPEN_FOR, SentToAPage
from portal.kit.db import Model
from portal.payments import CardThere

SAME_PAGE_FOR = timedelta(minutes=10)
"""Who asks for a page again within this time gets the same one: they tapped twice, or have it in two tabs."""
LOOKS_FOR = timedelta(seconds=30)
"""Who asked so lately is still looking at the page, and needs no mail."""


class Card(Model):
    """Something that can be charged; the number is known to the provider alone. A row stays when the card is gone: the history names it."""

    __tablename__ = "card"
    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"), index=True, init=False)
    provider_ref: Mapped[str] = mapped_column(unique=True)
    brand: Mapped[str]
    """In the provider's word, such as `visa` or `sepa_debit`."""
    last4: Mapped[str]
    exp_month: Mapped[int | None]
    exp_year: Mapped[int | None]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was removed here."""
    gone_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider no longer showed it."""

    @classmethod
    def seen(cls, there: CardThere) -> Self:
        month, year = there.expires or (None, None)
        return cls(provider_ref=there.ref, brand=there.brand, last4=there.last4, exp_month=month, exp_year=year, added_at=there.added_at)

    def learn(self, there: CardThere) -> None:
        """A bank may send a new card with another date, and the provider hears of it."""
        self.brand, self.last4, self.gone_at = there.brand, there.last4, None
        self.exp_month, self.exp_year = there.expires or (None, None)

    @property
    def is_usable(self) -> bool:
        return self.removed_at is None and self.gone_at is None


class Outcome(StrEnum):
    """How a page on which a card was to be given ended."""

    ADDED = "added"
    LEFT = "left"
    """They came back without a card."""
    EXPIRED = "expired"


class CardSetup(SentToAPage):
    """Somebody was sent to the provider's page to give a card. Once only: its key is the same however often the page is asked for."""

    __tablename__ = "card_setup"
    __table_args__ = (Index("ix_card_setup_account_id_closed_at", "account_id", "closed_at"),)
    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"))
    key: Mapped[str] = mapped_column(unique=True, init=False)
    for_everything: Mapped[bool]
    """Whether the card becomes the default, also of what named another, and pays at once what is owed."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey(Card.id))
    """The card that is removed once this one is there."""
    staff_id: Mapped[int | None]
    """Who asked on the customer's behalf, if it was not the customer."""
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(init=False)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[Outcome | None] = mapped_column(default=None)
    card_id: Mapped[int | None] = mapped_column(ForeignKey(Card.id), default=None)

    def __post_init__(self) -> None:
        self.key = f"setup-{uuid4()}"
        self.expires_at = self.asked_at + OPEN_FOR

    @classmethod
    def open_of(cls, account_id: int) -> Select[Self]:
        return select(cls).where(cls.account_id == account_id, cls.closed_at.is_(None)).order_by(cls.id)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_same_as(self, *, for_everything: bool, replaces_id: int | None, at: datetime) -> bool:
        """Whether somebody who asks for this gets the page that was opened already."""
        is_fresh = self.is_open and self.looked_at is None and at < self.asked_at + SAME_PAGE_FOR
        return is_fresh and (self.for_everything, self.replaces_id) == (for_everything, replaces_id)

    def leave(self, *, at: datetime) -> bool:
        if is_news := super().leave(at=at):
            self.looked_at = at
        return is_news

    def close(self, outcome: Outcome, *, problem: str = "", card: Card | None = None, at: datetime) -> None:
        self.closed_at, self.outcome, self.problem = at, outcome, problem
        self.card_id = card.id if card else None
        self.page_url = None
