"""What pages and mails show of the receipt for a cancellation: plain values, read once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ON_ITS_WAY_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Receipt:
    """What proves that a subscription was cancelled."""

    reference: str
    subscription_id: int
    name: str
    currency: str
    email: str
    locale: str | None
    time_zone: str | None
    asked_at: datetime
    is_at_once: bool
    ends_at: datetime | None
    """When it ends, or has ended."""
    confirmed_at: datetime | None
    carried_out_at: datetime | None
    taken_back_at: datetime | None
    other_end_at: datetime | None
    """Of one that was taken back: when it ends all the same, or has ended."""
    is_running_again: bool
    """It was carried out, and begun again since."""
    last_charge: tuple[int, datetime] | None
    """The amount, and when."""
    entry_id: int | None
    """Of the history: what can be undone."""
    reasons: list[str]
    comment: str

    @property
    def counts(self) -> bool:
        return self.taken_back_at is None and not self.is_running_again

    @property
    def masked_email(self) -> str:
        """m***@example.com"""
        local, _, host = self.email.rpartition("@")
        return f"{local[:1]}***@{host}"

    def is_on_its_way(self, *, at: datetime) -> bool:
        """Whether the mail with it may not have arrived yet."""
        return at < self.asked_at + ON_ITS_WAY_FOR

    def can_be_undone(self, *, at: datetime) -> bool:
        return self.counts and self.carried_out_at is None and self.ends_at is not None and at < self.ends_at
