"""The list of what can be asked, each with what it takes and gives: the requests are read by it, and the description is written from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field, TypeAdapter

from portal.api.forms.values import REF, Number, Sku
from portal.api.models import Scope
from portal.api.shown import Shown
from portal.timeline import Actor

Told = TypeVar("Told", bound=BaseModel)
PLACES: dict[str, tuple[str, TypeAdapter[str]]] = {
    "ref": ("What your system calls it.", TypeAdapter(Annotated[str, Field(pattern=REF, max_length=64)])),
    "sku": ("The SKU of a variant. A slash in it is written as %2F.", TypeAdapter(Sku)),
    "rma": ("The return’s number.", TypeAdapter(Number)),
    "reference": ("The claim’s reference.", TypeAdapter(Number)),
    "number": ("The order’s number. A slash in it is written as %2F.", TypeAdapter(Number)),
}
"""What stands in addresses."""


@dataclass(frozen=True)
class Call(Generic[Told]):
    """A request that was let in, and read."""

    told: Told
    """The body; of a request without one, its parameters."""
    scopes: frozenset[str]
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Answer:
    shown: Shown
    status: int = 200


@dataclass(frozen=True)
class Endpoint:
    name: str
    method: str
    path: str
    scope: Scope
    takes: type[BaseModel]
    gives: dict[int, tuple[type[Shown], str]]
    """By status: what is answered, and when."""
    summary: str
    description: str
    places: tuple[str, ...] = ()
    example: str = ""
    """A body, as JSON."""

    @property
    def changes(self) -> bool:
        return self.method != "GET"


ENDPOINTS: list[Endpoint] = []
