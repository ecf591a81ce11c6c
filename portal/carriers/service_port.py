"""The carrier service in our words: what we ask of it, and what it tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.carriers.port import Tracking
from portal.carriers.postage_port import Postage


@dataclass(frozen=True)
class News:
    """Something happened there. What, we look up: news comes late, doubled and out of order."""

    id: str
    kind: str
    ref: str | None
    """The service's name for the parcel that it is about, if it is about one."""
    number: str
    """Of that parcel, as its carrier gave it out; empty if it is about none."""
    happened_at: datetime | None
    """By the service's clock, if it said so."""


@dataclass(frozen=True)
class Listener:
    """Where the service sends its news."""

    url: str
    is_enabled: bool


class NotTaken(Exception):
    """The service refused, and will refuse again. Its text is the service's own, for staff."""


class NotNow(Exception):
    """The service is away, busy, does not take our key, or its answer was lost. `retry_after` if it said when to come back."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class CarrierService(Protocol):
    """What speaks with the service raises NotNow, and NotTaken where it says so."""

    @property
    def postage(self) -> Postage: ...

    def register(self, carrier: str, number: str) -> Tracking:
        """Have it follow this parcel: once, however often it is asked to. Raises NotTaken for a number that no carrier could have."""

    def look_up(self, ref: str) -> Tracking:
        """All that it knows of one parcel. Raises NotTaken if it follows none of that name."""

    def listeners(self) -> list[Listener]: ...

    def proof(self, payload: bytes) -> list[str]:
        """What it would sign this with, once for each secret that we take: to try the way here."""

    def read_news(self, payload: bytes, signature: str) -> News | None:
        """None if the service did not sign it, or if it is no news of its kind."""
