"""What may stand in a cell of a file that is brought in, and what it means. Each refuses with Bad, in a few words for the operator.
And what may stand in one that goes out."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import is_currency

from portal.kit import money

ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+")
NUMBER = re.compile(r"#?\w+([-./_ ]\w+)*")
"""It stands in the address of the order's page."""
WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?")
POINT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
COMMA = re.compile(r"-?([0-9]{1,12}|[0-9]{1,3}(\.[0-9]{3}){1,3}),[0-9]{1,6}")
THOUSANDS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")
PARTS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?:[ T,]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?")
OFFSET = re.compile(r" (?=[+-][0-9]{2}:?[0-9]{2}$)")
"""The blank that some systems put before it."""
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With these a spreadsheet begins to reckon. Source: owasp.org/www-community/attacks/CSV_Injection."""
MOST_PIECES = 999_999
MOST_MINOR = 10**9
"""More than anybody orders; and the sum of an order is still a number that both databases can hold."""


class Bad(Exception):
    """What is wrong with a value."""


def order_number(value: str) -> str:
    if not value:
        raise Bad("no order number")
    if not NUMBER.fullmatch(value):
        raise Bad(f"the order number {value!r} holds more than letters and digits with single - . / _ between them")
    return _text(value, 40, "order number")


def invoice_number(value: str) -> str:
    if value.upper().startswith("C"):
        raise Bad("a cancelled invoice, which is no order")
    return order_number(value)


def email(value: str) -> str:
    if not value:
        raise Bad("no e-mail")
    if not ADDRESS.fullmatch(value):
        raise Bad(f"{value!r} is not an e-mail address")
    return _text(value.lower(), 254, "e-mail")


def demo_email(customer: str) -> str:
    """A made-up address for a customer who is only known by a number. RFC 2606 keeps `.invalid` from ever being anybody's."""
    if customer in ("", "NA"):
        raise Bad("no customer")
    return email(f"{customer}@demo.invalid")


def name(value: str) -> str:
    return _text(value, 200, "name")


def title(value: str) -> str:
    if not value:
        raise Bad("no title")
    return _text(value, 500, "title")


def sku(value: str) -> str:
    return _text(value, 100, "SKU")


def quantity(value: str) -> int:
    if not value:
        raise Bad("no quantity")
    if not WHOLE.fullmatch(value) or not 1 <= (pieces := int(value.partition(".")[0])) <= MOST_PIECES:
        raise Bad(f"a quantity of {value}")
    return pieces


def currency(value: str) -> str:
    if not value:
        raise Bad("no currency")
    if not is_currency(value.upper()):
        raise Bad(f"{value!r} is not a currency of ISO 4217, such as EUR")
    return value.upper()


def amount(value: str, code: str, what: str, *, decimal_comma: bool) -> int:
    """Minor units of the currency `code`; 0 is one, for a gift."""
    if not value:
        raise Bad(f"no {what}")
    written = value
    if decimal_comma and COMMA.fullmatch(value):
        written = value.replace(".", "").replace(",", ".")
    elif decimal_comma and THOUSANDS.fullmatch(value):
        raise Bad(f"a {what} of {value} can be read in two ways: write {value.replace('.', '')},00 or {value.replace('.', ',')}")
    if not POINT.fullmatch(written):
        raise Bad(f"{value!r} is no {what}: write it like {'1234,50' if decimal_comma else '1234.50'}")
    try:
        minor = money.to_minor(Decimal(written), code)
    except ValueError:
        raise Bad(f"a {what} of {value}, but {code} has {money.exponent(code)} decimal places") from None
    if not 0 <= minor <= MOST_MINOR:
        raise Bad(f"a {what} of {value}")
    return minor


def yes_or_no(value: str) -> bool:
    if value.lower() not in (*YES, *NO):
        raise Bad(f"{value!r} is neither yes nor no")
    return value.lower() in YES


def moment(value: str, *, zone: ZoneInfo, now: datetime, day_first: bool = False) -> datetime:
    """A day or a moment; one that names no zone was told in `zone`. With `day_first`, 01/03/2026 is 1 March."""
    if not value:
        raise Bad("no date")
    told = _from_parts(*parts.groups(), day_first=day_first) if (parts := PARTS.fullmatch(value)) else _from_iso(value)
    if told.year < 1970:
        raise Bad(f"{value} is too long ago")
    told = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    if told > now:
        raise Bad(f"{value} is yet to come")
    return told


def harmless(text: str) -> str:
    """As it may stand in a file that somebody opens in a spreadsheet: it is text there, whatever it looks like."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _from_iso(value: str) -> datetime:
    try:
        return datetime.fromisoformat(OFFSET.sub("", value))
    except ValueError:
        raise Bad(f"{value!r} is no date: write it like 2026-11-23 09:00") from None


def _from_parts(
    first: str, mark: str, second: str, year: str, hour: str | None, minute: str | None, seconds: str | None, *, day_first: bool
) -> datetime:
    """With points between, the day always comes first. Otherwise a date counts where there is one way to read it."""
    day, month = int(first), int(second)
    day_first = day_first or mark == "."
    if not day_first and day != month and day <= 12 and month <= 12:
        ways = f"{year}-{month:02}-{day:02} or {year}-{day:02}-{month:02}"
        raise Bad(f"{first}{mark}{second}{mark}{year} can be read in two ways: write {ways}")
    if not day_first and month > 12:
        day, month = month, day
    try:
        return datetime(int(year), month, day, int(hour or 0), int(minute or 0), int(seconds or 0))  # noqa: DTZ001 (`moment` adds it)
    except ValueError:
        raise Bad(f"{first}{mark}{second}{mark}{year} with this time is in no calendar") from None


def _text(value: str, longest: int, what: str) -> str:
    """Blanks and line breaks inside become one blank."""
    text = " ".join(value.split())
    if len(text) > longest:
        raise Bad(f"the {what} is longer than {longest} characters")
    if CONTROL.search(text):
        raise Bad(f"the {what} holds a character that can't be printed")
    return text
