"""What a browser may send to the door and to the You page."""

import re
from collections.abc import Mapping
from typing import ClassVar
from unicodedata import category, normalize
from zoneinfo import available_timezones

from babel.lists import format_list
from flask_babel import gettext as _

from portal.accounts.models import Address
from portal.kit import catalogues, i18n, postal
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
    """Those that have a catalogue, and the shop's own."""
    return sorted({shop().locale} | catalogues.spoken())


def is_time_zone(name: str) -> bool:
    return name in available_timezones()


class AddressForm:
    """An address as it is typed. All of it is kept, and what is wrong is said beside its field."""

    longest: ClassVar[dict[str, int]] = {"name": 80, "line1": 80, "line2": 80, "city": 60, "region": 40, "phone": 25}
    """Characters. All of them together still fit what Stripe takes as one value of its metadata (500)."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self.sent = sent
        self.values = {field: plain(sent.get(field, "")) for field in (*self.longest, "postcode")}
        self.code = sent.get("country") or shop().ships_to[0]
        self.errors: dict[str, str] = {}
        self.country = postal.country(self.code if postal.is_country(self.code) else shop().ships_to[0])

    @classmethod
    def of(cls, address: Address, **changed: str) -> "AddressForm":
        return cls({field: getattr(address, field) for field in (*cls.longest, "postcode", "country")} | changed)

    @property
    def countries(self) -> list[tuple[str, str]]:
        """Those that the shop ships to, and the one that was chosen, by their names."""
        names = {code: i18n.country_name(code) for code in (*shop().ships_to, self.country.code)}
        return sorted(names.items(), key=lambda one: normalize("NFKD", one[1]).casefold())

    def typed(self, field: str) -> str:
        return self.sent.get(field, "")

    def address(self, customer_id: int) -> Address | None:
        """The address, if nothing is wrong with it. It is in no book yet."""
        self._check()
        if self.errors:
            return None
        told = self.values
        return Address(
            customer_id=customer_id,
            name=told["name"],
            line1=told["line1"],
            line2=told["line2"],
            postcode=told["postcode"],
            city=told["city"],
            region=told["region"] if self.country.has_region else "",
            country=self.country.code,
            phone=told["phone"],
        )

    def _check(self) -> None:
        for field, most in self.longest.items():
            if unprintable := "".join(dict.fromkeys(filter(is_unprintable, self.values[field]))):
                self.errors[field] = _("Parcel labels can’t show “%(these)s”. Please leave it out.", these=unprintable)
            elif (length := len(self.values[field])) > most:
                self.errors[field] = _("This has %(length)s characters; a label has room for %(most)s.", length=length, most=most)
        for field, sentence in self._needed().items():
            if not self.values[field]:
                self.errors[field] = sentence
        if self.code in shop().ships_to:
            self._check_region()
            self._check_postcode()
        else:
            where = format_list([i18n.country_name(code) for code in shop().ships_to], locale=i18n.locale())
            self.errors["country"] = _("%(shop)s ships to %(where)s. Choose one of these.", shop=shop().name, where=where)
        if self.values["phone"] and not re.fullmatch(r"\+?[0-9][0-9 ()./-]{4,}", self.values["phone"]):
            self.errors.setdefault("phone", _("A phone number has digits only, such as +49 341 1234567."))

    def _needed(self) -> dict[str, str]:
        return {"name": _("Whose name stands at the door?"), "line1": _("Type the street and number."), "city": _("Type the city or town.")}

    def _check_region(self) -> None:
        region, choices = self.values["region"], dict(self.country.regions)
        if not self.country.has_region:
            return
        if not region and self.country.needs_region:
            self.errors["region"] = _("Choose one of the list.") if choices else _("This is needed in %(country)s.", country=self._name())
        elif region and choices and region not in choices:
            self.errors["region"] = _("Choose one of the list.")

    def _check_postcode(self) -> None:
        typed, example = self.values["postcode"], next(iter(self.country.examples), "")
        if not self.country.has_postcode:
            self.values["postcode"] = ""
        elif not typed and self.country.needs_postcode:
            self.errors["postcode"] = _("Type the postcode, such as %(example)s.", example=example)
        elif typed:
            region = self.values["region"] if "region" not in self.errors else ""
            if found := self.country.postcode(typed, region):
                self.values["postcode"] = found
            elif region and self.country.postcode(typed):
                self.errors["postcode"] = _("This postcode lies elsewhere: compare the two.")
            else:
                self.errors["postcode"] = _("A postcode in %(country)s looks like %(example)s.", country=self._name(), example=example)

    def _name(self) -> str:
        return i18n.country_name(self.country.code)


def plain(typed: str) -> str:
    """What can be seen of it: one blank for each stretch of them, and no control characters or marks that nobody sees."""
    seen = "".join(" " if letter.isspace() else letter for letter in normalize("NFC", typed))
    return " ".join("".join(letter for letter in seen if category(letter) not in ("Cc", "Cf") and letter != "\ufe0f").split())


def is_unprintable(letter: str) -> bool:
    """Whether the printer of a parcel label has no such sign: emoji, mostly. Signs such as № and + are in its fonts."""
    kind = category(letter)
    return kind[0] not in "LMNPZS" or kind == "Me" or (kind[0] == "S" and letter >= "\u2200")
