"""Postage in our words: a label by which somebody else sends us a parcel, the code that stands for it, and the van that comes for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """Where a parcel begins or ends, as carriers ask for it."""

    name: str
    street: str
    street2: str
    city: str
    region: str
    postcode: str
    country: str
    """ISO 3166, such as DE."""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class WantedLabel:
    """What is asked for, with our own name for it."""

    reference: str
    customer: Place
    """Who sends it."""
    shop: Place
    grams: int
    carrier: str = ""
    """Ours for one of those that the account has; empty for whichever is cheapest."""


@dataclass(frozen=True)
class BoughtLabel:
    carrier: str
    """In small letters, as everywhere here."""
    number: str
    amount: int
    """What it cost us, in minor units of `currency`."""
    currency: str
    url: str
    """Of the label itself."""


@dataclass(frozen=True)
class WantedPickUp:
    reference: str
    label_ref: str
    at: Place
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class BoughtPickUp:
    confirmation: str
    """What the carrier calls it."""
    amount: int
    currency: str


@dataclass(frozen=True)
class Paper:
    """A file as the service made it: a label is PDF, a code a picture."""

    kind: str
    """Its media type."""
    content: bytes


class Postage(Protocol):
    """What costs money is prepared for nothing first, and bought by the name that it has there: bought a second time, it is the one that
    there is. Raises NotNow, and NotTaken where the service will not."""

    def prepare(self, wanted: WantedLabel) -> str:
        """Its name there. It costs nothing, and nothing follows from it until it is bought."""

    def buy(self, ref: str, carrier: str) -> BoughtLabel:
        """The cheapest of what there is; the one that was bought before, if it was."""

    def code(self, ref: str) -> Paper | None:
        """A picture that a counter reads instead of a label. None where the carrier has no such thing."""

    def paper(self, url: str) -> Paper:
        """The label itself. Raises NotNow for what is none: it was paid for, so there has to be one."""

    def prepare_pick_up(self, wanted: WantedPickUp) -> str:
        """Its name there, as for labels."""

    def buy_pick_up(self, ref: str) -> BoughtPickUp: ...

    def hand_back(self, ref: str) -> None:
        """The money for a label that was never used. Done twice, it is done once."""
