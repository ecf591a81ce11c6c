"""The settings: the only reader of the environment and of shop.toml. It names everything that is missing or wrong at once."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from email.utils import parseaddr
from os import environ
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import is_currency
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.kit import db, postal
from portal.kit.shop import WEEKDAYS, Shop

Value = TypeVar("Value")
SHORTEST_SECRET = 32
"""Characters: 16 random bytes as hexadecimals."""
LIVE_CALLS, TEST_CALLS = 80, 20
"""In a second: 80 % of what Stripe allows in either mode. Source: docs.stripe.com/rate-limits."""
SHORTEST_TOKEN = 16
POSTGRESQL = re.compile(r"^postgres(ql)?(\+psycopg)?://")


class Misconfigured(Exception):
    """The portal can't start like this. `problems` are sentences, each of which names its setting and says what is allowed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Reader:
    """Reads one value after the other, and collects what is wrong instead of stopping at the first."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values, self.where, self.problems = values, where, list[str]()
        self.read: set[str] = set()

    def get(self, name: str, allowed: str, convert: Callable[[Any], Value], default: Any = None) -> Value | None:
        self.read.add(name)
        given = self.values.get(name, default)
        given = given.strip() if isinstance(given, str) else given
        if given is None or given == "":
            self.problems.append(f"{name} is missing{self.where}: {allowed}.")
            return None
        try:
            return convert(given)
        except (ValueError, TypeError, KeyError, AttributeError, OSError, ArgumentError, UnknownLocaleError):
            self.problems.append(f"{name} is wrong{self.where}: {allowed}.")
            return None


def from_environment(values: Mapping[str, str] = environ) -> dict[str, Any]:
    """All settings, checked, for `create_app`. Raises Misconfigured."""
    setting = _Reader(values, "")
    demo = bool(setting.get("PORTAL_DEMO", "1 for the demo, else 0", _switch, "0"))
    debug = setting.get("FLASK_DEBUG", "1 while developing on this machine, else 0", _switch, "0")
    base_url = setting.get("PORTAL_BASE_URL", "the address of this portal, such as https://my.shop.example", _web_address)
    relaxed = demo or (base_url is not None and _is_here(base_url))
    if base_url and base_url.startswith("http:") and not relaxed:
        setting.problems.append("PORTAL_BASE_URL is wrong: outside this machine it begins with https://.")
    if debug and not relaxed:
        setting.problems.append("FLASK_DEBUG is wrong: anybody could read the code and its secrets; leave it out.")
    keys = setting.get("SECRET_KEY", _SECRET, _secrets if relaxed else _strong_secrets) or [""]
    settings = {
        "DEMO": demo,
        "DEMO_FOLDER": values.get("PORTAL_DEMO_FOLDER") or None,
        "PORTAL_BASE_URL": base_url,
        "SECRET_KEY": keys[0],
        "SECRET_KEY_FALLBACKS": keys[1:],
        "SQLALCHEMY_ENGINES": setting.get(
            "DATABASE_URL", "sqlite:///portal.sqlite or postgresql://user:password@host/name", lambda url: {"default": _engine(url)}
        ),
        "STRIPE_SECRET_KEY": setting.get("STRIPE_SECRET_KEY", "a secret key of Stripe, which begins with sk_ or rk_", _stripe_key),
        "STRIPE_CALLS_PER_SECOND": setting.get(
            "STRIPE_CALLS_PER_SECOND",
            "how often all processes together may ask Stripe in a second, 1 to 1000, or 0 for as often as they like",
            _within(0, 1000),
            LIVE_CALLS if "_live_" in values.get("STRIPE_SECRET_KEY", "") else TEST_CALLS,
        ),
        "STRIPE_API_BASE": setting.get("STRIPE_API_BASE", "the address of Stripe's API", _web_address, "https://api.stripe.com"),
        "STRIPE_WEBHOOK_SECRETS": setting.get(
            "STRIPE_WEBHOOK_SECRET", "the signing secret of the webhook endpoint, or two with a comma between while it changes", _secrets
        ),
        "SMTP_URL": setting.get("SMTP_URL", "smtp://user:password@host:587, or smtps:// for TLS from the start", _mail_server),
        "METRICS_TOKEN": setting.get("METRICS_TOKEN", "at least 16 random characters, or nothing", _metrics_token, "-"),
        "LEASE_SECONDS": setting.get("LEASE_SECONDS", "for how long one worker keeps a piece of work, 2 to 600", _within(2, 600), "60"),
        "TRUSTED_PROXIES": setting.get("TRUSTED_PROXIES", "how many proxies of yours stand in front, 0 to 5", _within(0, 5), "0"),
    }
    shop, problems = _read_shop(Path(values.get("SHOP_FILE") or Path(__file__).parent.parent / "shop.toml"))
    if found := setting.problems + problems:
        raise Misconfigured(found)
    return {**settings, "SHOP": shop}


def read_shop(path: Path) -> Shop:
    """The shop's own file. Raises Misconfigured."""
    shop, problems = _read_shop(path)
    if shop is None:
        raise Misconfigured(problems)
    return shop


def _read_shop(path: Path) -> tuple[Shop | None, list[str]]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return None, [f"SHOP_FILE can't be read: {path}: {error.strerror}."]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [f"{path.name} is not TOML: {error}."]
    top = _Reader(told, f" in {path.name}")
    days = _Reader(top.get("deliveries", "a table [deliveries]", _table, {}) or {}, f" in {path.name} under [deliveries]")
    seller = _Reader(top.get("seller", "a table [seller]", _table, {}) or {}, f" in {path.name} under [seller]")
    boxes = _Reader(top.get("boxes", "a table [boxes]", _table, {}) or {}, f" in {path.name} under [boxes]")
    values: dict[str, Any] = {
        "name": top.get("name", "what the shop is called", _text),
        "support_email": top.get("support_email", "an address that people can write to, such as help@halfjar.example", _address),
        "sender": top.get("sender", 'whom mails come from, such as "Halfjar <hello@halfjar.example>"', _sender),
        "accent": top.get("accent", 'one colour, such as "#17604b"', _colour, "#17604b"),
        "locale": top.get("locale", 'a language, such as "en"', _locale, "en"),
        "time_zone": (zone := top.get("time_zone", 'a time zone, such as "Europe/Berlin"', _zone)),
        "currency": top.get("currency", 'a currency of ISO 4217, such as "EUR"', _currency),
        "lock_hours": days.get("lock_hours", "whole hours, 24 to 336", _within(24, 336), 48),
        "transit_days": days.get("transit_days", "whole days, 0 to 30", _within(0, 30), 2),
        "delivery_weekdays": days.get("weekdays", f"a list of {', '.join(WEEKDAYS)}", _weekdays, list(WEEKDAYS[:5])),
        "holidays": days.get("holidays", "a list of days, such as [2026-12-25]", _days, []),
        "ships_to": days.get("ships_to", 'a list of countries of ISO 3166, such as ["DE", "AT"]', _countries, _home(zone)),
        "minimum_order": boxes.get("minimum", "an amount in the smallest unit of the currency, 0 to 1000000", _within(0, 1000000), 0),
        "legal_name": seller.get("legal_name", "who sells, as the register has it", _maybe(_text), "-"),
        "address": seller.get("address", 'one to six lines, such as ["Hafenstraße 1", "20457 Hamburg", "Germany"]', _lines, []),
        "tax_id": seller.get("tax_id", 'a tax number, such as "DE123456789"', _maybe(_text), "-"),
        "shortest_days": boxes.get("shortest_days", "whole days, 1 to 365", _within(1, 365), 7),
        "longest_days": boxes.get("longest_days", "whole days, 1 to 365", _within(1, 365), 365),
    }
    unknown = [f"{name} is not known in {path.name}." for name in told.keys() - top.read]
    unknown += [f"{name} is not known in {path.name} under [deliveries]." for name in days.values.keys() - days.read]
    unknown += [f"{name} is not known in {path.name} under [seller]." for name in seller.values.keys() - seller.read]
    unknown += [f"{name} is not known in {path.name} under [boxes]." for name in boxes.values.keys() - boxes.read]
    problems = top.problems + days.problems + seller.problems + boxes.problems + sorted(unknown)
    return (None, problems) if problems else (Shop(**values), [])


_SECRET = (
    f"at least {SHORTEST_SECRET} random characters, such as `python -c 'import secrets; print(secrets.token_hex(32))'` prints;"
    " while it changes, the new one, a comma and the old one"
)


def _switch(given: str) -> bool:
    return {"0": False, "1": True}[given]


def _secrets(given: str) -> list[str]:
    secrets = [secret.strip() for secret in given.split(",")]
    if not all(secrets) or len(secrets) > 2:
        raise ValueError
    return secrets


def _metrics_token(given: str) -> str | None:
    """A hyphen is none."""
    if given != "-" and len(given) < SHORTEST_TOKEN:
        raise ValueError
    return None if given == "-" else given


def _strong_secrets(given: str) -> list[str]:
    secrets = _secrets(given)
    if any(len(secret) < SHORTEST_SECRET or len(set(secret)) < 10 for secret in secrets):
        raise ValueError
    return secrets


def _engine(given: str) -> dict[str, Any]:
    """Hosts say `postgres://`; we speak to it through psycopg."""
    url = make_url(POSTGRESQL.sub("postgresql+psycopg://", given))
    if url.drivername not in ("sqlite", "postgresql+psycopg") or (url.drivername != "sqlite" and not url.database):
        raise ValueError
    return db.engine_for(url.render_as_string(hide_password=False))


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")


def _web_address(url: str) -> str:
    """A scheme, a host and maybe a port: the portal lives at the root of its address."""
    parts = urlsplit(url)
    plain = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or url not in (plain, f"{plain}/"):
        raise ValueError
    _ = parts.port  # raises ValueError where it is no number
    return plain


def _stripe_key(key: str) -> str:
    if not key.startswith(("sk_", "rk_")):
        raise ValueError
    return key


def _mail_server(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError
    _ = parts.port  # raises ValueError where it is no number
    return url


def _text(given: str) -> str:
    if not given.isprintable():
        raise ValueError
    return given


def _maybe(convert: Callable[[Any], str]) -> Callable[[Any], str]:
    """A hyphen is nothing."""
    return lambda given: "" if given == "-" else convert(given)


def _lines(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > 6 or not all(isinstance(line, str) and line.strip() for line in given):
        raise ValueError
    return tuple(_text(line.strip()) for line in given)


def _address(given: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", given):
        raise ValueError
    return given


def _sender(given: str) -> str:
    """An address, with or without a name before it. It goes into a header of each mail."""
    _address(parseaddr(_text(given))[1])
    return given


def _table(given: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TypeError
    return given


def _colour(given: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", given):
        raise ValueError
    return given


def _locale(given: str) -> str:
    Locale.parse(given.replace("-", "_"))
    return given


def _zone(given: str) -> str:
    return str(ZoneInfo(given))


def _currency(given: str) -> str:
    if not is_currency(given):
        raise ValueError
    return given


def _home(zone: str | None) -> list[str] | None:
    """The country whose time it is: a shop ships there, if nowhere else. A wrong zone is named already: what goes with it is not."""
    country: str | None = get_global("zone_territories").get(zone) if zone else "DE"
    return [country] if country and postal.is_country(country) else None


def _within(least: int, most: int) -> Callable[[int | str], int]:
    def whole(given: int | str) -> int:
        if isinstance(given, float | bool) or not least <= int(given) <= most:
            raise ValueError
        return int(given)

    return whole


def _weekdays(given: list[str]) -> frozenset[int]:
    days = frozenset(WEEKDAYS.index(name) for name in given)
    if not days:
        raise ValueError
    return days


def _days(given: list[date]) -> frozenset[date]:
    if not all(type(day) is date for day in given):
        raise ValueError
    return frozenset(given)


def _countries(given: list[str]) -> tuple[str, ...]:
    if type(given) is not list or not given or len(set(given)) < len(given) or not all(map(postal.is_country, given)):
        raise ValueError
    return tuple(given)
