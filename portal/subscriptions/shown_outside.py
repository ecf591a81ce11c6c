"""What pages show of subscriptions that the portal can't change."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class OutsidePart:
    """One thing that a subscription is for which the portal can't change."""

    words: str
    quantity: int | None
    amount: int | None
    """For one, in minor units of `currency`; None if it depends."""
    currency: str
    every_count: int
    every_unit: str

    @property
    def is_fixed(self) -> bool:
        """Whether its price can be said before it is charged."""
        return self.quantity is not None and self.amount is not None

    @property
    def total(self) -> int:
        return (self.quantity or 0) * (self.amount or 0)


@dataclass(frozen=True)
class ShownOutside:
    """A subscription that the portal can't change."""

    id: int
    name: str
    currency: str
    started_at: datetime
    ended_at: datetime | None
    next_charge_at: datetime | None
    next_due: int | None
    parts: list[OutsidePart]

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None
