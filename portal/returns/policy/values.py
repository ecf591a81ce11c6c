"""What may stand in a policy: days, shares, amounts by currency, words by language."""

from typing import Annotated

from babel.numbers import list_currencies
from flask_babel import gettext as _
from pydantic import AfterValidator, ConfigDict, Field

from portal.kit import postal

CURRENCIES = frozenset(list_currencies())
EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL",
    "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""The member states, as ISO 3166 has them. Source: european-union.europa.eu, EU countries."""
CHECKED = ConfigDict(extra="forbid", strict=True)


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError(_("a currency of ISO 4217, such as EUR"))
    return code


def _market(code: str) -> str:
    if code != "EU" and not postal.is_country(code):
        raise ValueError(_("a country of ISO 3166, such as DE, or EU"))
    return code


def _words(told: dict[str, str]) -> dict[str, str]:
    if not all(text.strip() for text in told.values()):
        raise ValueError(_("words for each language that is named, such as en"))
    return told


Words = Annotated[dict[str, str], Field(min_length=1), AfterValidator(_words)]
"""The same in each language, by its code."""
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Days = Annotated[int, Field(ge=0, le=3650)]
Share = Annotated[int, Field(ge=0, le=10_000)]
"""In basis points: 1500 is 15 %."""
Amounts = dict[Annotated[str, AfterValidator(_currency)], Annotated[int, Field(ge=0, le=10**9)]]
"""By currency, in its minor units. One that is not named has none."""
Market = Annotated[str, AfterValidator(_market)]
Sku = Annotated[str, Field(min_length=1, max_length=100)]
