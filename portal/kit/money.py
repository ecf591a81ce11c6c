"""Amounts are integers in a currency's smallest unit. How many of them make one is the currency's own business."""

from decimal import Decimal

from babel.numbers import get_currency_precision


def exponent(currency: str) -> int:
    """How many decimal places the currency has (JPY 0, EUR 2, KWD 3). Source: ISO 4217, as kept by Unicode CLDR."""
    return get_currency_precision(currency.upper())


def to_decimal(amount: int, currency: str) -> Decimal:
    """`amount` minor units as people write it: 4059 EUR is 40.59."""
    return Decimal(amount).scaleb(-exponent(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """People's amount in minor units. Raises ValueError where it has more places than the currency."""
    minor = amount.scaleb(exponent(currency))
    if not amount.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{amount} is not an amount in {currency.upper()}.")
    return int(minor)
