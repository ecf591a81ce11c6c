"""Where an order went, as a file tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale

from portal.kit import postal
from portal.kit.cells import CONTROL

LONGEST = 200
MOST = 1000
"""So many spellings of places are remembered: a file may hold any number of them."""


@dataclass(frozen=True)
class PlaceColumns:
    name: tuple[str, ...]
    """Whose name stands on the parcel, in parts."""
    line1: str
    line2: str
    postcode: str
    city: str
    region: str
    country: str
    """A code of ISO 3166, or an English name."""
    phone: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        each = (*self.name, self.line1, self.line2, self.postcode, self.city, self.region, self.country, self.phone)
        return tuple(column for column in each if column)


@dataclass(frozen=True)
class Place:
    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    region: str
    country: str
    phone: str


def place_of(row: Mapping[str, str], columns: PlaceColumns, customer: str) -> Place | None:
    """None where street, city or country is missing or can't be understood: an order of the past needs no address to be right."""

    def told(column: str) -> str:
        text = " ".join(row.get(column, "").split())
        return "" if CONTROL.search(text) else text[:LONGEST]

    if not row.get(columns.country):
        return None
    country = _country(told(columns.country))
    street, city = told(columns.line1), told(columns.city)
    if not (country and street and city):
        return None
    name = " ".join(filter(None, map(told, columns.name))) or customer
    postcode = told(columns.postcode).lstrip("'")  # keeps a spreadsheet from taking it for a number
    more = told(columns.line2)
    region = _region(country, told(columns.region))
    return Place(name, street, "" if more == street else more, postcode, city, region, country, told(columns.phone).lstrip("'"))


@lru_cache(MOST)
def _country(told: str) -> str:
    code = told.upper() if len(told) == 2 else _codes().get(told.casefold(), "")
    return code if postal.is_country(code) else ""


@lru_cache(MOST)
def _region(country: str, told: str) -> str:
    """Its key, where the country has a list and it is told by name."""
    for key, name in postal.country(country).regions:
        if told.casefold() in (key.casefold(), *name.casefold().split(" / ")):
            return key
    return told


@cache
def _codes() -> dict[str, str]:
    """By the English names of countries."""
    return {str(name).casefold(): str(code) for code, name in Locale("en").territories.items() if len(str(code)) == 2}
