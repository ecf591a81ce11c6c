"""The kinds of values that bodies and parameters are made of."""

from datetime import UTC, datetime
from typing import Annotated

from babel.numbers import list_currencies
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

CURRENCIES = frozenset(list_currencies())
VISIBLE = r"[^\x00-\x20\x7f-\xa0]"
TEXT = rf"^{VISIBLE}([^\x00-\x1f\x7f-\x9f]*{VISIBLE})?$"
"""No control characters, and no blanks around it."""
REF = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
MOST_MINOR = 10**9
MOST_PIECES = 999_999


class Form(BaseModel):
    """A body, or a part of one. Nothing is guessed: "3" is not a number, and a name that is not listed is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Query(BaseModel):
    """The parameters behind the question mark: all of them come as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Nothing(Query):
    """No parameters."""


class PageQuery(Query):
    cursor: Annotated[str, Field(max_length=200)] | None = None
    """What next_cursor of the page before says. Without one: the first page."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    """How many at the most."""


def _whole(value: object) -> object:
    """2.0 is a whole number, says JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: datetime) -> datetime:
    if not 1970 <= value.year <= 9000:
        raise ValueError("the year has to be between 1970 and 9000")
    return value.astimezone(UTC)


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("no currency of ISO 4217, such as EUR")
    return value


Ref = Annotated[str, Field(pattern=REF, max_length=64)]
"""What one of the shop's systems calls something."""
Sku = Annotated[str, Field(pattern=TEXT, max_length=100)]
Number = Annotated[str, Field(pattern=r"^#?\w+([-./ ]\w+)*$", max_length=40)]
"""Of an order."""
Name = Annotated[str, Field(pattern=TEXT, max_length=200)]
Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
WHOLE = BeforeValidator(_whole)
Amount = Annotated[int, Field(ge=0, le=MOST_MINOR), WHOLE]
Pieces = Annotated[int, Field(ge=1, le=MOST_PIECES), WHOLE]
Currency = Annotated[str, AfterValidator(_currency), WithJsonSchema({"type": "string", "enum": sorted(CURRENCIES)})]


class OfAnOrderQuery(PageQuery):
    order: Number | None = None
    """Only those of this order."""
