"""What a row knows of the page at the payment provider to which somebody was sent."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model
from portal.payments import HostedPage

OPEN_FOR = timedelta(hours=2)
"""How long a page can be used. Stripe takes half an hour to a day."""
ASKS_AGAIN = timedelta(seconds=5)
"""A page that is reloaded all the time asks the provider no more often."""


class SentToAPage(Model, kw_only=True):
    """Somebody was sent there, and comes back, or does not."""

    __abstract__ = True
    page_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    page_url: Mapped[str | None] = mapped_column(default=None)
    looked_at: Mapped[datetime | None] = mapped_column(default=None)
    """When somebody who had come back last had us look."""
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was said that nothing is to be done there any more: then the page is closed."""
    problem: Mapped[str] = mapped_column(default="")
    """Why the last card that was tried there was not taken, in the provider's word."""

    @property
    def is_open(self) -> bool:
        raise NotImplementedError

    def opened(self, page: HostedPage) -> None:
        self.page_ref, self.page_url = page.ref, page.url

    def came_back(self, *, at: datetime) -> bool:
        """Whether it is worth a look at the provider: nobody else had one just now."""
        is_news = self.is_open and (self.looked_at is None or at >= self.looked_at + ASKS_AGAIN)
        if is_news:
            self.looked_at = at
        return is_news

    def leave(self, *, at: datetime) -> bool:
        """Nothing is to be done there any more. Whether that is news."""
        is_news = self.is_open and self.left_at is None
        if is_news:
            self.left_at = at
        return is_news
