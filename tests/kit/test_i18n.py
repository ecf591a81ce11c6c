from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask, g, render_template_string

from portal.kit import i18n

EVENING = datetime(2026, 12, 1, 19, tzinfo=UTC)


@pytest.fixture(autouse=True)
def request_of_somebody(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_days_are_written_as_people_say_them() -> None:
    assert i18n.day(date(2026, 12, 4)) == "Friday 4 December"
    assert i18n.short_day(date(2026, 12, 4)) == "Fri 4\u00a0Dec"
    assert i18n.clock_time(EVENING) == "20:00"
    assert i18n.moment(EVENING) == "Tue 1 December, 20:00"
    assert i18n.short_moment(EVENING) == "Tue 1\u00a0Dec, 20:00"
    assert i18n.short_moment(date(2026, 12, 4)) == "Fri 4\u00a0Dec"
    assert i18n.iso(EVENING.replace(microsecond=12)) == "2026-12-01T19:00:00+00:00" and i18n.iso(date(2026, 12, 4)) == "2026-12-04"


def test_a_far_day_has_its_year() -> None:
    assert i18n.day(date(2027, 8, 24)) == "Tuesday 24 August"
    assert i18n.day(date(2027, 8, 25)) == "Wednesday 25 August 2027"
    assert i18n.day(date(2026, 2, 22)) == "Sunday 22 February"
    assert i18n.day(date(2026, 2, 21)) == "Saturday 21 February 2026"
    assert i18n.short_day(date(2028, 1, 3)) == "Mon 3\u00a0Jan\u00a02028"
    assert i18n.moment(datetime(2025, 4, 3, 9, 5, tzinfo=UTC)) == "Thu 3 April 2025, 11:05"


def test_a_moment_is_told_in_the_readers_zone() -> None:
    g.time_zone = "Pacific/Auckland"
    assert i18n.moment(EVENING) == "Wed 2 December, 08:00"
    assert i18n.day(EVENING) == "Wednesday 2 December"
    assert i18n.day(date(2026, 12, 1)) == "Tuesday 1 December"


def test_clocks_that_change_are_followed() -> None:
    assert (
        i18n.clock_time(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == i18n.clock_time(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "02:30"
    )


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "written"),
    [
        (None, 4059, "EUR", "€40.59"),
        (None, -331, "EUR", "−€3.31"),
        (None, 0, "EUR", "€0.00"),
        (None, 123456789, "GBP", "£1,234,567.89"),
        (None, 5000, "JPY", "JP¥5,000"),
        (None, 1234, "KWD", "KWD1.234"),
        ("de", 4059, "EUR", "40,59\u00a0€"),
        ("tr", 4059, "TRY", "₺40,59"),
        ("ro", 4059, "RON", "40,59\u00a0RON"),
    ],
)
def test_money_is_written_with_its_own_places(locale: str | None, amount: int, currency: str, written: str) -> None:
    g.locale = locale
    assert i18n.money(amount, currency) == written


@pytest.mark.parametrize(
    ("locale", "long", "short"),
    [
        ("en", "Friday 4 December", "Fri 4\u00a0Dec"),
        ("tr", "4 Aralık Cuma", "4\u00a0Ara Cum"),
        ("ro", "vineri, 4 decembrie", "vin 4\u00a0dec"),
        ("en-US", "Friday 4 December", "Fri 4\u00a0Dec"),
    ],
)
def test_other_languages_have_their_own_order(locale: str, long: str, short: str) -> None:
    g.locale = locale
    assert (i18n.day(date(2026, 12, 4)), i18n.short_day(date(2026, 12, 4))) == (long, short)


def test_what_begins_a_line_has_a_capital() -> None:
    g.locale = "ro"
    assert i18n.capital(i18n.day(date(2026, 12, 4))) == "Vineri, 4 decembrie" and i18n.month(date(2026, 12, 4)) == "Decembrie 2026"
    g.locale = "tr"
    assert i18n.capital("iki") == "İki" and i18n.capital("") == ""


@pytest.mark.parametrize(("locale", "written"), [("en", "“50% %(off)s”"), ("tr", "“50% %(off)s”"), ("ro", "„50% %(off)s”")])
def test_what_somebody_wrote_stands_between_the_marks_of_the_language(locale: str, written: str) -> None:
    g.locale = locale
    assert i18n.quoted("50% %(off)s") == written


def test_templates_have_all_of_it() -> None:
    text = "{{ d|day }} {{ d|short_day }} {{ m|clock_time }} {{ m|moment }} {{ m|short_moment }} {{ 4059|money('EUR') }}"
    text += " {{ 'ro'|language_name }} {{ language() }}"
    written = render_template_string(text, d=date(2026, 12, 4), m=EVENING)
    assert written == "Friday 4 December Fri 4\u00a0Dec 20:00 Tue 1 December, 20:00 Tue 1\u00a0Dec, 20:00 €40.59 Română en"


def test_a_mail_speaks_the_language_of_who_gets_it(app: Flask) -> None:
    with i18n.speaking("tr", "Europe/Istanbul"):
        assert i18n.moment(EVENING) == "1 Aralık Sal, 22:00"
        assert i18n.exact_second(EVENING) == "1 Aralık 2026 Sal, 22:00:00 GMT+03:00"
        assert i18n.exact_moment(EVENING) == "1 Aralık 2026 Sal, 22:00 GMT+03:00"
        assert i18n.language() == "tr"
    assert i18n.moment(EVENING) == "Tue 1 December, 20:00"
    with app.app_context(), i18n.speaking(None, None):
        assert i18n.moment(EVENING) == "Tue 1 December, 20:00"
