"""What a browser may send to the door and to the You page."""

import re
from functools import cache
from unicodedata import normalize
from zoneinfo import available_timezones

from portal.kit import i18n
from portal.kit.shop import shop

LONGEST_ADDRESS = 254
"""Characters. Source: RFC 5321, 4.5.3.1.3."""
ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]+@[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]+\.[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f.]+")
TIME_ZONES = [
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Mexico_City", "America/Chicago",
    "America/New_York", "America/Bogota", "America/Toronto", "America/Halifax", "America/Santiago", "America/Sao_Paulo",
    "Atlantic/Azores", "Atlantic/Reykjavik", "Europe/Lisbon", "Europe/London", "Europe/Dublin", "Africa/Lagos", "Africa/Casablanca",
    "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Vienna", "Europe/Warsaw", "Europe/Athens",
    "Europe/Bucharest", "Europe/Chisinau", "Europe/Helsinki", "Europe/Kyiv", "Africa/Cairo", "Africa/Johannesburg",
    "Asia/Jerusalem", "Europe/Istanbul", "Asia/Riyadh", "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo", "Asia/Seoul", "Australia/Perth", "Australia/Sydney",
    "Pacific/Auckland",
]  # fmt: skip
"""Offered: each kind of time once or twice, under cities that people look for. All others are taken as well."""
CODE = re.compile(r"(?<!\d)(\d{3})[^\S\n]?-?[^\S\n]?(\d{3})(?!\d)")


def address(typed: str) -> str | None:
    """The address in what was typed, in lower case: also with blanks around it, or pasted as `Mira <mira@example.com>`."""
    given = normalize("NFKC", typed).strip().removeprefix("mailto:")
    if named := re.fullmatch(r"[^<>]*<([^<>]+)>", given):
        given = named[1].strip()
    return given.lower() if len(given) <= LONGEST_ADDRESS and ADDRESS.fullmatch(given) else None


def code(typed: str) -> str | None:
    """The six digits in what was typed: also with blanks between, or pasted with the words around them."""
    given = normalize("NFKC", typed)
    found = {"".join(parts) for parts in CODE.findall(given)}
    if len(found) == 1:
        return found.pop()
    digits = re.sub(r"[\s.-]", "", given)
    return digits if re.fullmatch("[0-9]{6}", digits) else None


def languages() -> list[str]:
    """Those that have a catalogue; English is what the catalogues are made from."""
    return sorted({"en", shop().locale} | _translated())


@cache
def _translated() -> set[str]:
    return {path.parents[1].name for path in i18n.TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")}


def is_time_zone(name: str) -> bool:
    return name in available_timezones()
