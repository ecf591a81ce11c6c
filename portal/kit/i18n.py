"""The reader's language, time zone and money: which one, and how days, times and amounts are written in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_gmt, get_timezone_location, get_timezone_name
from babel.numbers import format_currency, format_percent
from flask import Flask, current_app, g
from flask_babel import Babel, Domain, refresh
from flask_babel import gettext as _

from portal.kit import clock
from portal.kit.catalogues import CATALOGUES
from portal.kit.money import exponent, to_decimal

PATTERNS = {
    "day": {"en": "EEEE d MMMM", "tr": "d MMMM EEEE", "ro": "EEEE, d MMMM"},
    "day_of_year": {"en": "EEEE d MMMM y", "tr": "d MMMM y EEEE", "ro": "EEEE, d MMMM y"},
    "short_day": {"en": "EEE d MMM", "tr": "d MMM EEE", "ro": "EEE d MMM"},
    "short_day_of_year": {"en": "EEE d MMM y", "tr": "d MMM y EEE", "ro": "EEE d MMM y"},
    "date": {"en": "EEE d MMMM", "tr": "d MMMM EEE", "ro": "EEE d MMMM"},
    "date_of_year": {"en": "EEE d MMMM y", "tr": "d MMMM y EEE", "ro": "EEE d MMMM y"},
}
"""Chosen by hand for the languages we speak: the skeletons of CLDR shorten the weekday and add commas."""
SKELETONS = {
    "day": "MMMMEEEEd", "day_of_year": "yMMMMEEEEd", "short_day": "MMMEd", "short_day_of_year": "yMMMEd", "date": "MMMMEd",
    "date_of_year": "yMMMMEEEEd",
}  # fmt: skip
FAR = 274
"""Days, about nine months: a day further away than this is written with its year."""


def init_app(app: Flask) -> None:
    babel = Babel(
        app, default_locale=app.config["SHOP"].locale, locale_selector=lambda: str(locale()), timezone_selector=lambda: str(time_zone())
    )
    babel.domain_instance = Domain()
    babel.domain_instance.cache = CATALOGUES
    days = day, short_day, month, clock_time, moment, short_moment, exact_moment, exact_second, iso, from_iso
    for write in (*days, capital, quoted, money, percent, language_name, country_name):
        app.jinja_env.filters[write.__name__] = write
    app.jinja_env.globals["language"] = language


def locale() -> Locale:
    """The reader's, else the shop's. English without a country is British: the day comes before the month."""
    named = str(g.get("locale") or current_app.config["SHOP"].locale).replace("-", "_")
    return Locale.parse("en_GB" if named == "en" else named)


def language() -> str:
    """For `<html lang>`."""
    return locale().language


def time_zone() -> ZoneInfo:
    return ZoneInfo(str(g.get("time_zone") or current_app.config["SHOP"].time_zone))


@contextmanager
def speaking(locale: str | None, time_zone: str | None) -> Iterator[None]:
    """Write for this reader, whoever asks: a mail speaks the language of the one who gets it. None means the shop's."""
    before = g.get("locale"), g.get("time_zone")
    g.locale, g.time_zone = locale, time_zone
    refresh()
    try:
        yield
    finally:
        g.locale, g.time_zone = before
        refresh()


def day(value: date | datetime) -> str:
    """Friday 4 December"""
    return _write(value, "day")


def dated(value: date | datetime) -> str:
    """4 December 2026, for what is kept"""
    return format_date(_local(value) if isinstance(value, datetime) else value, "long", locale=locale())


def short_day(value: date | datetime) -> str:
    """Fri 4 Dec, which never breaks between the day and the month"""
    return _write(value, "short_day")


def month(value: date | datetime) -> str:
    """December 2026, for a heading"""
    local = _local(value) if isinstance(value, datetime) else value
    return capital(format_skeleton("yMMMM", local, locale=locale()))


def clock_time(value: datetime) -> str:
    """20:00"""
    return format_time(_local(value), "short", locale=locale())


def moment(value: datetime) -> str:
    """Tue 1 December, 20:00"""
    return str(_("%(day)s, %(time)s", day=_write(value, "date"), time=clock_time(value)))


def short_moment(value: date | datetime) -> str:
    """Tue 1 Dec, 20:00; a day without a time stays one"""
    if isinstance(value, datetime):
        return str(_("%(day)s, %(time)s", day=short_day(value), time=clock_time(value)))
    return short_day(value)


def exact_moment(value: datetime) -> str:
    """Mon 23 November 2026, 10:00 CET: with all that a proof needs"""
    return _proof(value, "short")


def exact_second(value: datetime) -> str:
    """Mon 23 November 2026, 10:00:31 CET: where the law counts seconds"""
    return _proof(value, "medium")


def _proof(value: datetime, length: str) -> str:
    local = _local(value)
    pattern = PATTERNS["date_of_year"].get(locale().language)
    written = _by_hand(local, pattern) if pattern else format_date(local, "full", locale=locale())
    return str(_("%(day)s, %(time)s", day=written, time=f"{format_time(local, length, locale=locale())} {_zone_name(local)}"))


def capital(written: str) -> str:
    """As it begins a line: Romanian writes its days small."""
    first = "İ" if written[:1] == "i" and language() == "tr" else written[:1].upper()
    return first + written[1:]


def quoted(words: str) -> str:
    """What somebody wrote, between the marks of the reader's language."""
    return str(_("“%(words)s”", words=words))


def iso(value: date | datetime) -> str:
    """For machines, in `<time datetime>`: HTML takes no microseconds"""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def from_iso(written: str) -> date | datetime:
    """A day or a moment that came through JSON."""
    return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)


def money(amount: int, currency: str) -> str:
    """€40.59, from 4059 and "EUR" """
    reader, places = locale(), exponent(currency)
    pattern = reader.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * places}".rstrip("."))
    written = format_currency(to_decimal(amount, currency), currency, pattern, locale=reader, currency_digits=False)
    return written.replace("-", "−")


def percent(share: float) -> str:
    """12.5%, from 0.125"""
    return format_percent(round(share, 6), locale=locale(), decimal_quantization=False)


def language_name(code: str) -> str:
    """A language in its own words."""
    return (Locale.parse(code.replace("-", "_")).get_display_name() or code).capitalize()


def city(zone: str) -> str:
    """By which a time zone is known: Lisbon, from Europe/Lisbon."""
    return get_timezone_location(ZoneInfo(zone), locale=locale(), return_city=True)


def country_name(code: str) -> str:
    """Germany, from DE."""
    return str(locale().territories.get(code, code))


def _write(value: date | datetime, shape: str) -> str:
    local = _local(value) if isinstance(value, datetime) else value
    today = clock.now().astimezone(time_zone()).date()
    on = local.date() if isinstance(local, datetime) else local
    if abs((on - today).days) > FAR:
        shape = f"{shape}_of_year"
    reader = locale()
    if pattern := PATTERNS[shape].get(reader.language):
        written = _by_hand(on, pattern)
    else:
        written = format_skeleton(SKELETONS[shape], on, locale=reader)
    return _bind(written) if shape.startswith("short") else written


def _zone_name(local: datetime) -> str:
    """CET; GMT+03:00 where the language has no short name for it"""
    name = get_timezone_name(local, "short", locale=locale())
    return get_timezone_gmt(local, locale=locale()) if name[0] in "+-" else name


def _by_hand(on: date, pattern: str) -> str:
    """Without the dots of shortened names: a day may be the last word of a sentence."""
    return format_date(on, pattern, locale=locale()).replace(".", "")


def _bind(written: str) -> str:
    """Keep a day with its month, and a month with its year, so that no line ends between them."""
    return re.sub(r"(?<=\d) |(?<=\d\.) | (?=\d+$)", "\u00a0", written)


def _local(value: datetime) -> datetime:
    return value.astimezone(time_zone())
