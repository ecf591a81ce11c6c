"""Who may ask the API, for what; and what was answered, so that a request that is sent twice is done once."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Self

from sqlalchemy import JSON, ForeignKey, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model
from portal.kit.limits import Steady

RATE = Steady(every=timedelta(milliseconds=50), at_once=200)
"""Of one key: 20 requests in a second, and 200 at once after ten quiet seconds."""
COARSE = timedelta(hours=1)
"""When a key was last used is known no closer: it is for finding keys that nobody uses."""
KEPT = timedelta(hours=24)
"""For how long a request can be sent again under its Idempotency-Key."""
GIVEN_UP = timedelta(minutes=2)
"""A request that has no answer after so long died with its process. Nothing of it was kept, so it may be tried again."""


class Scope(StrEnum):
    """What a key may do. To write does not include to read."""

    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    STOCK_READ = "stock:read"
    STOCK_WRITE = "stock:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    SHIPMENTS_READ = "shipments:read"
    SHIPMENTS_WRITE = "shipments:write"
    RETURNS_READ = "returns:read"
    RETURNS_WRITE = "returns:write"
    CHANGES_READ = "changes:read"
    CUSTOMERS_READ = "customers:read"


class ApiKey(Model):
    """A system of the shop's. The key itself is shown once: we keep what it hashes to. It has 256 random bits, so that no salt and
    no slow hash is needed (docs/decisions/api-keys.md)."""

    __tablename__ = "api_key"
    name: Mapped[str] = mapped_column(unique=True)
    """Which system, in the shop's words. It stands in the history beside what the key changed."""
    prefix: Mapped[str] = mapped_column(unique=True)
    """The beginning, by which people recognise it."""
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    busy_until: Mapped[datetime | None] = mapped_column(default=None)
    """What its limit has to know."""

    @classmethod
    def make(cls, name: str, scopes: Iterable[Scope], *, at: datetime) -> tuple[Self, str]:
        """The row, and the key to be shown."""
        prefix = f"lk_{secrets.token_hex(4)}"
        key = f"{prefix}_{secrets.token_urlsafe(32)}"
        return cls(name=name, prefix=prefix, key_hash=hashed(key), scopes=sorted(set(scopes)), made_at=at), key

    @classmethod
    def that_is(cls, key: str) -> Select[Self]:
        """Those that were revoked are not there."""
        return select(cls).where(cls.key_hash == hashed(key), cls.revoked_at.is_(None))

    def use(self, *, at: datetime) -> timedelta | None:
        """Count one request; or answer how long to wait, and then it does not count."""
        taken = RATE.take(self.busy_until, at=at)
        if isinstance(taken, timedelta):
            return taken
        self.busy_until = taken
        if self.last_used_at is None or at - self.last_used_at >= COARSE:
            self.last_used_at = at
        return None

    def revoke(self, *, at: datetime) -> None:
        self.revoked_at = self.revoked_at or at


class Repeatable(Model):
    """A request that came with an Idempotency-Key, and what was answered. The answer is written together with what it tells of."""

    __tablename__ = "api_request"
    __table_args__ = (UniqueConstraint("api_key_id", "idempotency_key"),)
    api_key_id: Mapped[int] = mapped_column(ForeignKey(ApiKey.id))
    idempotency_key: Mapped[str]
    fingerprint: Mapped[str]
    """Of method, address and body: another request under the same key is a mistake of its sender."""
    turn: Mapped[str]
    """Of whoever is at it: one that was given up finds another's here, and writes nothing."""
    began_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None] = mapped_column(default=None)
    """None while there is no answer yet."""
    content_type: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="", info={"personal": True})

    def is_over(self, *, at: datetime) -> bool:
        """Whether its key may stand for another request, or for another try."""
        return at - self.began_at >= (GIVEN_UP if self.status is None else KEPT)


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()
