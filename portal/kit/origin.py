"""Where what is done now comes from: the name of its request and who sent that, for whoever writes it down far from the web."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    request_id: str | None = None
    ip: str | None = None
    """As the outermost proxy that we trust saw it."""


NOWHERE = Origin()
"""Of what the worker or an operator does."""
_origin = ContextVar("origin", default=NOWHERE)


def origin() -> Origin:
    return _origin.get()


def comes_from(found: Origin) -> None:
    """Until it is set anew: a server's thread goes from one request to the next."""
    _origin.set(found)
