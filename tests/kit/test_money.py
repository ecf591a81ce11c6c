from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.i18n import money, speaking
from portal.kit.money import PLACES, exponent, to_decimal, to_minor

CURRENCIES = st.sampled_from([*sorted(PLACES), "EUR", "USD", "RSD", "RON", "TRY"])


@pytest.mark.parametrize(
    ("currency", "places"), [("EUR", 2), ("eur", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("RSD", 2), ("ISK", 0), ("HUF", 2), ("MMK", 2)]
)
def test_how_many_places_a_currency_has_is_its_own_business(currency: str, places: int) -> None:
    assert exponent(currency) == places


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_an_amount_survives_the_way_there_and_back(amount: int, currency: str) -> None:
    assert to_minor(to_decimal(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("40.59", "EUR", 4059), ("40.590", "EUR", 4059), ("1E+2", "JPY", 100), ("-0.5", "EUR", -50), ("1.234", "KWD", 1234), ("0", "EUR", 0)],
)
def test_what_people_write_in_minor_units(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"), [("40.591", "EUR"), ("0.5", "JPY"), ("NaN", "EUR"), ("sNaN", "EUR"), ("Infinity", "EUR"), ("-Infinity", "EUR")]
)
def test_what_is_no_amount_in_a_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"is not an amount in {currency}"):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "written"),
    [
        ("en", 4059, "EUR", "€40.59"),
        ("en", -331, "EUR", "−€3.31"),
        ("en", 4059, "JPY", "JP¥4,059"),
        ("en", 4059, "KWD", "KWD4.059"),
        ("en", 250050, "RSD", "RSD2,500.50"),
        ("de", 250050, "RSD", "2.500,50\u00a0RSD"),
        ("de", 0, "EUR", "0,00\u00a0€"),
        ("tr", 4059, "TRY", "₺40,59"),
        ("ro", 4059, "RON", "40,59\u00a0RON"),
    ],
)
def test_it_is_written_with_all_its_places_in_the_readers_way(app: Flask, locale: str, amount: int, currency: str, written: str) -> None:
    with app.test_request_context(), speaking(locale, None):
        assert money(amount, currency) == written
