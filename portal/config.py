"""The settings: the only reader of the environment and of shop.toml. It names everything that is missing or wrong at once."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from os import environ
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.kit import db
from portal.kit.shop import WEEKDAYS, Shop

Value = TypeVar("Value")
SHORTEST_SECRET = 32
"""Characters: 16 random bytes as hexadecimals."""
WELL_KNOWN = {"change-me", "changeme", "dev", "secret", "secret-key"}


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
        if given is None or given == "":
            self.problems.append(f"{name} is missing{self.where}: {allowed}.")
            return None
        try:
            return convert(given)
        except (ValueError, TypeError, KeyError, AttributeError, ArgumentError, UnknownLocaleError):
            self.problems.append(f"{name} is wrong{self.where}: {allowed}.")
            return None


def from_environment(values: Mapping[str, str] = environ) -> dict[str, Any]:
    """All settings, checked, for `create_app`. Raises Misconfigured."""
    demo = values.get("PORTAL_DEMO", "") == "1"
    setting = _Reader(values, "")
    base_url = setting.get("PORTAL_BASE_URL", "the address of this portal, such as https://my.shop.example", _web_address)
    safe = demo or (base_url is not None and urlsplit(base_url).hostname in ("localhost", "127.0.0.1"))
    settings = {
        "DEMO": demo,
        "DEMO_FOLDER": values.get("PORTAL_DEMO_FOLDER") or None,
        "PORTAL_BASE_URL": base_url,
        "SECRET_KEY": setting.get("SECRET_KEY", _SECRET, str if safe else _strong),
        "SQLALCHEMY_ENGINES": setting.get(
            "DATABASE_URL", "sqlite:///portal.sqlite or postgresql://user:password@host/name", lambda url: {"default": _engine(url)}
        ),
        "STRIPE_SECRET_KEY": setting.get("STRIPE_SECRET_KEY", "a secret key of Stripe, which begins with sk_ or rk_", _stripe_key),
        "STRIPE_API_BASE": setting.get("STRIPE_API_BASE", "the address of Stripe's API", _web_address, "https://api.stripe.com"),
        "STRIPE_WEBHOOK_SECRETS": setting.get(
            "STRIPE_WEBHOOK_SECRET", "the signing secret of the webhook endpoint, or two with a comma between while it changes", _secrets
        ),
        "SMTP_URL": setting.get("SMTP_URL", "smtp://user:password@host:587, or smtps:// for TLS from the start", _mail_server),
        "LEASE_SECONDS": setting.get("LEASE_SECONDS", "for how long one worker keeps a piece of work, 2 to 600", _within(2, 600), "60"),
    }
    shop_file = Path(values.get("SHOP_FILE") or Path(__file__).parent.parent / "shop.toml")
    shop, problems = _read_shop(shop_file)
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
        told = tomllib.loads(path.read_text())
    except OSError as error:
        return None, [f"SHOP_FILE can't be read: {path}: {error.strerror}."]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [f"{path.name} is not TOML: {error}."]
    top = _Reader(told, f" in {path.name}")
    days = _Reader(top.get("deliveries", "a table [deliveries]", dict, {}) or {}, f" in {path.name} under [deliveries]")
    values: dict[str, Any] = {
        "name": top.get("name", "what the shop is called", _text),
        "support_email": top.get("support_email", "an address that people can write to", _address),
        "sender": top.get("sender", 'whom mails come from, such as "Halfjar <hello@halfjar.example>"', _address),
        "accent": top.get("accent", 'one colour, such as "#17604b"', _colour, "#17604b"),
        "locale": top.get("locale", 'a language, such as "en"', _locale, "en"),
        "time_zone": top.get("time_zone", 'a time zone, such as "Europe/Berlin"', _zone),
        "currency": top.get("currency", 'a currency of ISO 4217, such as "EUR"', _currency),
        "lock_hours": days.get("lock_hours", "whole hours, 24 to 336", _within(24, 336), 48),
        "transit_days": days.get("transit_days", "whole days, 0 to 30", _within(0, 30), 2),
        "delivery_weekdays": days.get("weekdays", f"a list of {', '.join(WEEKDAYS)}", _weekdays, list(WEEKDAYS[:5])),
        "holidays": days.get("holidays", "a list of days, such as [2026-12-25]", _days, []),
    }
    unknown = [f"{name} is not known in {path.name}." for name in told.keys() - top.read]
    unknown += [f"{name} is not known in {path.name} under [deliveries]." for name in days.values.keys() - days.read]
    problems = top.problems + days.problems + sorted(unknown)
    return (None, problems) if problems else (Shop(**values), [])


_SECRET = f"at least {SHORTEST_SECRET} random characters, such as `python -c 'import secrets; print(secrets.token_hex(32))'` prints"


def _strong(secret: str) -> str:
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 10 or secret.lower() in WELL_KNOWN:
        raise ValueError
    return secret


def _engine(url: str) -> dict[str, Any]:
    """Hosts say `postgres://`; we speak to it through psycopg."""
    engine = db.engine_for(re.sub("^postgres(ql)?://", "postgresql+psycopg://", url))
    if make_url(engine["url"]).get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError
    return engine


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError
    return url.rstrip("/")


def _stripe_key(key: str) -> str:
    if not key.startswith(("sk_", "rk_")):
        raise ValueError
    return key


def _secrets(given: str) -> list[str]:
    secrets = [secret.strip() for secret in given.split(",") if secret.strip()]
    if not 1 <= len(secrets) <= 2:
        raise ValueError
    return secrets


def _mail_server(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError
    _ = parts.port
    return url


def _text(given: str) -> str:
    if not given.strip():
        raise ValueError
    return given.strip()


def _address(given: str) -> str:
    if not re.search(r"[^\s@<]+@[^\s@>]+", given) or "\n" in given:
        raise ValueError
    return given


def _colour(given: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", given):
        raise ValueError
    return given


def _locale(given: str) -> str:
    Locale.parse(given.replace("-", "_"))
    return given


def _zone(given: str) -> str:
    if given not in available_timezones():
        raise ValueError
    return str(ZoneInfo(given))


def _currency(given: str) -> str:
    if not is_currency(given):
        raise ValueError
    return given


def _within(least: int, most: int) -> Callable[[int | str], int]:
    def whole(given: int | str) -> int:
        if isinstance(given, float) or not least <= int(given) <= most:
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
