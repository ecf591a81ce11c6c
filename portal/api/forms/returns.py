"""What the shop's system tells of what comes back."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from portal.api.forms.shipments import EventForm
from portal.api.forms.values import Form


class NumberForm(Form):
    """What the carrier calls the parcel."""

    carrier: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
    """In small letters, such as dhl."""
    tracking_number: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{6,40}$")]


class ReturnEventsForm(Form):
    parcel: NumberForm | None = None
    """By which it comes back, where that is not known yet, or is another one."""
    events: Annotated[tuple[EventForm, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({event.id for event in self.events}) < len(self.events):
            raise ValueError("has two events with one id")
        return self
