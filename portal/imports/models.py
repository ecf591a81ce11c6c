"""How far the provider's lists have been read."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model


class Kind(StrEnum):
    """In the order in which they are read: what comes later names what came before."""

    PRODUCTS = "products"
    PRICES = "prices"
    CUSTOMERS = "customers"
    SUBSCRIPTIONS = "subscriptions"


class Reading(Model):
    """One list, as far as it has been read. Written in the transaction that takes a page over: a crash costs no more than that page."""

    __tablename__ = "reading"
    kind: Mapped[Kind] = mapped_column(unique=True)
    begun_at: Mapped[datetime]
    after: Mapped[str | None] = mapped_column(default=None)
    """The provider's name of the last thing that was read; None: not begun."""
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    new: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    """Those that can't be anybody's, or are nothing to us."""

    def begin(self, *, at: datetime) -> None:
        self.begun_at, self.after, self.done_at = at, None, None
        self.new = self.known = self.left_out = 0

    def go_on(self, after: str | None, *, at: datetime) -> None:
        """`after` is where the next page begins; None if there is none."""
        self.after = after or self.after
        self.done_at = None if after else at
