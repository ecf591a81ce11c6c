"""Amounts are integers in a currency's smallest unit. How many of them make one is the currency's own business."""

from decimal import Decimal

WHOLE = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"]
THOUSANDTHS = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
PLACES = {**dict.fromkeys(WHOLE, 0), **dict.fromkeys(THOUSANDTHS, 3), "CLF": 4, "UYW": 4}
"""Of the currencies that have not two. Not from Unicode CLDR, which says how people write an amount: no places for the Serbian dinar,
whose amounts are kept in hundredths all the same. Source: ISO 4217, list one."""


def exponent(currency: str) -> int:
    """How many decimal places the currency has (JPY 0, EUR 2, KWD 3)."""
    return PLACES.get(currency.upper(), 2)


def to_decimal(amount: int, currency: str) -> Decimal:
    """`amount` minor units as people write it: 4059 EUR is 40.59."""
    return Decimal(amount).scaleb(-exponent(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """People's amount in minor units. Raises ValueError where it has more places than the currency."""
    if amount.is_finite():
        minor = amount.scaleb(exponent(currency))
        if minor == minor.to_integral_value():
            return int(minor)
    raise ValueError(f"{amount} is not an amount in {currency.upper()}.")
