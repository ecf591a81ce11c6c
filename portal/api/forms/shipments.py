"""What the shop's system tells of parcels."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from portal.api.forms.orders import MAYBE
from portal.api.forms.values import WHOLE, Form, Moment, Number, Pieces, Ref
from portal.carriers import Incident, ParcelStatus, Scan
from portal.orders.actions import Packed
from portal.orders.models import MOST_LINES

Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9000, 1, 1))]
Words = Annotated[str, Field(pattern=MAYBE, max_length=300)]


class PackedForm(Form):
    position: Annotated[int, Field(ge=0, lt=MOST_LINES), WHOLE]
    """Of the line in its order, from 0."""
    quantity: Pieces


class ShipmentForm(Form):
    order: Number
    """The order’s number."""
    lines: Annotated[tuple[PackedForm, ...], Field(min_length=1, max_length=MOST_LINES)] | None = None
    """What is in it. Without them, a new parcel holds all that no other one does."""
    carrier: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)] | None = None
    """In small letters, such as dhl."""
    tracking_number: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9/-]{3,39}$")] | None = None
    """The carrier gives it out once. It needs the carrier."""
    packed_at: Moment | None = None
    """From then on, the order stays as it is."""
    shipped_at: Moment | None = None
    expected_on: Day | None = None
    """When it should arrive. The customer sees when this changes."""

    @property
    def packed(self) -> list[Packed] | None:
        return None if self.lines is None else [Packed(line.position, line.quantity) for line in self.lines]


class EventForm(Form):
    id: Ref
    """What makes it the same news when it is sent again."""
    status: ParcelStatus
    incident: Incident | None = None
    happened_at: Moment
    """By the carrier’s clock. News may come in any order."""
    words: Words = ""
    """The carrier’s own."""
    place: Words = ""

    @property
    def scan(self) -> Scan:
        return Scan(self.id, self.status, self.incident, self.happened_at, self.words, self.place)


class EventsForm(Form):
    events: Annotated[tuple[EventForm, ...], Field(max_length=100)] = ()
    expected_on: Day | None = None
    held_at: Words = ""
    """Where it waits to be picked up."""
    held_until: Day | None = None
    pickup_code: Annotated[str, Field(pattern=MAYBE, max_length=40)] = ""
    """What opens the locker. The customer sees it, and no answer of the API holds it."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({event.id for event in self.events}) < len(self.events):
            raise ValueError("has two events with one id")
        return self
