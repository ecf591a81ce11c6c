"""Who asks for what is asked for now: it is kept with the work, wherever in the code that is wanted."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Asker:
    """A customer, or a member of staff, on a customer's behalf if both are given."""

    customer_id: int | None = None
    staff_id: int | None = None
    prepared_by: int | None = None
    """Who of the staff had prepared what the customer approved by asking for it."""

    def __bool__(self) -> bool:
        return self != NOBODY


NOBODY = Asker()
"""The clock, an operator, the provider."""
_asker = ContextVar("asker", default=NOBODY)


def asker() -> Asker:
    return _asker.get()


def asked_by(who: Asker) -> None:
    """Until it is set anew: a server's thread goes from one request to the next."""
    _asker.set(who)


@contextmanager
def asking_for(who: Asker) -> Iterator[None]:
    """What is asked for meanwhile comes of what they asked for."""
    before = _asker.set(who)
    try:
        yield
    finally:
        _asker.reset(before)
