"""What can't be repeated: a refund, credit, an item that is charged once, a try to charge a card. See docs/decisions/once-only.md."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column, validates

from portal.kit.db import Model, db, transaction
from portal.payments.port import KeptError, TryAgain

FORGOTTEN_AFTER = timedelta(hours=20)
"""Stripe keeps an idempotency key for a day: from here on we look for the effect before we repeat.
Source: docs.stripe.com/api/idempotent_requests."""
There = TypeVar("There")


def signed(body: dict[str, Any], told: str) -> dict[str, Any]:
    """The body of a request, with who of the shop's people asked for it, if it was one of them."""
    return {**body, "asked_by": told} if told else body


class OnceOnly(Model, kw_only=True):
    """Such a row. It is there, with its key and all of the request, before the provider is first asked."""

    __abstract__ = True
    KIND: ClassVar[str]
    """With what its keys begin."""
    key: Mapped[str] = mapped_column(unique=True, init=False)
    """Random. The provider keeps it with the effect, so that it is found again, and does nothing twice under it."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What is asked for, in the port's words. It never changes."""
    asked_at: Mapped[datetime]
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider was first asked."""
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we heard that it was done, or refused for good."""
    other_keys: Mapped[int] = mapped_column(default=0)
    """How often the provider had kept an error of its own under the key, so that it is asked under another."""

    def __post_init__(self) -> None:
        self.key = f"{self.KIND}-{uuid4()}"

    @validates("key", "body")
    def _stays(self, name: str, value: object) -> object:
        if self.__dict__.get(name) not in (None, value):
            raise RuntimeError(f"The {name} of what can't be repeated never changes.")
        return value

    @property
    def asked_under(self) -> str:
        return f"{self.key}-{self.other_keys + 1}" if self.other_keys else self.key

    def is_forgotten_there(self, *, at: datetime) -> bool:
        """Whether the provider may not know the key any more."""
        return self.tried_at is not None and at >= self.tried_at + FORGOTTEN_AFTER


@dataclass(frozen=True)
class Try:
    model: type[OnceOnly]
    row_id: int
    key: str
    under: str
    """The idempotency key of the request."""
    body: dict[str, Any]
    since: datetime
    """When it was first tried: no effect is older."""
    look_first: bool
    is_first: bool
    """Whether the provider was never asked before."""


def begin_try(model: type[OnceOnly], row_id: int, *, at: datetime) -> Try | None:
    """Note that the provider is asked from now on, in a transaction that ends before it is. None if that was done already."""
    with transaction():
        row = db.session.get_one(model, row_id, with_for_update=True)
        if row.done_at:
            return None
        look_first = row.is_forgotten_there(at=at)
        is_first = row.tried_at is None
        row.tried_at = tried_at = row.tried_at or at
        return Try(model, row_id, row.key, row.asked_under, row.body, tried_at, look_first, is_first)


def carry_out(this: Try, *, do: Callable[[], There], find: Callable[[], There | None]) -> There:
    """Do it, unless the effect is there already. `find` looks for it, also for one whose answer we never heard."""
    if this.look_first and (found := find()) is not None:
        return found
    try:
        return do()
    except KeptError as error:
        if (found := find()) is not None:
            return found
        with transaction():
            row = db.session.get_one(this.model, this.row_id, with_for_update=True)
            row.other_keys += row.asked_under == this.under
        raise TryAgain(f"{error} It was kept under the key, and nothing was done: the next try has another one.") from error
