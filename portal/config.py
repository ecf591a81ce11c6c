"""The settings: the only reader of the environment and of shop.toml. It names everything that is missing or wrong at once."""

import re
import tomllib
from collections.abc import Callable, Mapping
from os import environ
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from babel import UnknownLocaleError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.kit import checks, db
from portal.kit.shop import WEEKDAYS, Shop, WayBack

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
            checks.within(0, 1000),
            LIVE_CALLS if "_live_" in values.get("STRIPE_SECRET_KEY", "") else TEST_CALLS,
        ),
        "STRIPE_API_BASE": setting.get("STRIPE_API_BASE", "the address of Stripe's API", _web_address, "https://api.stripe.com"),
        "STRIPE_WEBHOOK_SECRETS": setting.get(
            "STRIPE_WEBHOOK_SECRET", "the signing secret of the webhook endpoint, or two with a comma between while it changes", _secrets
        ),
        "EASYPOST_API_KEY": setting.get("EASYPOST_API_KEY", "an API key of EasyPost, which begins with EZ, or nothing", _easypost_key, "-"),
        "EASYPOST_API_BASE": setting.get("EASYPOST_API_BASE", "the address of EasyPost's API", _web_address, "https://api.easypost.com"),
        "EASYPOST_WEBHOOK_SECRETS": setting.get(
            "EASYPOST_WEBHOOK_SECRET",
            "the secret of EasyPost's webhook, or two with a comma between while it changes, or nothing",
            _secrets_or_none,
            "-",
        ),
        "SMTP_URL": setting.get("SMTP_URL", "smtp://user:password@host:587, or smtps:// for TLS from the start", _mail_server),
        "METRICS_TOKEN": setting.get("METRICS_TOKEN", "at least 16 random characters, or nothing", _metrics_token, "-"),
        "LEASE_SECONDS": setting.get(
            "LEASE_SECONDS", "for how long one worker keeps a piece of work, 2 to 600", checks.within(2, 600), "60"
        ),
        "PHOTOS_DIR": setting.get("PHOTOS_DIR", "a folder of our own for the photos that customers send", checks.folder, "instance/photos"),
        "AUDIT_ANCHOR": setting.get(
            "AUDIT_ANCHOR", "a file of our own for the anchors of the history", checks.file, "instance/audit-anchors.log"
        ),
        "SCANNER_URL": setting.get("SCANNER_URL", "where clamd scans for viruses, such as tcp://127.0.0.1:3310, or nothing", _scanner, "-"),
        "TRUSTED_PROXIES": setting.get("TRUSTED_PROXIES", "how many proxies of yours stand in front, 0 to 5", checks.within(0, 5), "0"),
    }
    if settings["EASYPOST_API_KEY"] and settings["EASYPOST_WEBHOOK_SECRETS"] == []:
        setting.problems.append("EASYPOST_WEBHOOK_SECRET is missing: with a key of EasyPost, the secret that its webhook signs with.")
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
    days = _Reader(top.get("deliveries", "a table [deliveries]", checks.table, {}) or {}, f" in {path.name} under [deliveries]")
    seller = _Reader(top.get("seller", "a table [seller]", checks.table, {}) or {}, f" in {path.name} under [seller]")
    boxes = _Reader(top.get("boxes", "a table [boxes]", checks.table, {}) or {}, f" in {path.name} under [boxes]")
    hours = _Reader(top.get("support", "a table [support]", checks.table, {}) or {}, f" in {path.name} under [support]")
    orders = _Reader(top.get("orders", "a table [orders]", checks.table, {}) or {}, f" in {path.name} under [orders]")
    back = _Reader(top.get("returns", "a table [returns]", checks.table, {}) or {}, f" in {path.name} under [returns]")
    place = _Reader(back.get("address", "a table", checks.table, {}) or {}, f" in {path.name} under [returns] address")
    values: dict[str, Any] = {
        "name": top.get("name", "what the shop is called", checks.text),
        "support_email": top.get("support_email", "an address that people can write to, such as help@halfjar.example", checks.address),
        "sender": top.get("sender", 'whom mails come from, such as "Halfjar <hello@halfjar.example>"', checks.sender),
        "accent": top.get("accent", 'one colour, such as "#17604b"', checks.colour, "#17604b"),
        "locale": top.get("locale", 'a language, such as "en"', checks.locale, "en"),
        "time_zone": (zone := top.get("time_zone", 'a time zone, such as "Europe/Berlin"', checks.zone)),
        "currency": top.get("currency", 'a currency of ISO 4217, such as "EUR"', checks.currency),
        "lock_hours": days.get("lock_hours", "whole hours, 24 to 336", checks.within(24, 336), 48),
        "transit_days": days.get("transit_days", "whole days, 0 to 30", checks.within(0, 30), 2),
        "delivery_weekdays": days.get("weekdays", f"a list of {', '.join(WEEKDAYS)}", checks.weekdays, list(WEEKDAYS[:5])),
        "holidays": days.get("holidays", "a list of days, such as [2026-12-25]", checks.days, []),
        "standard_delivery": days.get("standard", "amounts in the smallest unit, such as { EUR = 390 }", checks.amounts, {}),
        "quiet_days": days.get("quiet_days", "whole days, 1 to 30", checks.within(1, 30), 3),
        "ships_to": days.get("ships_to", 'a list of countries of ISO 3166, such as ["DE", "AT"]', checks.countries, checks.home(zone)),
        "tells_when_packed": days.get("tells_when_packed", "true or false", checks.yes_or_no, False),
        "orders_from_invoices": orders.get("from_invoices", "true or false", checks.yes_or_no, True),
        "minimum_order": boxes.get("minimum", "an amount in the smallest unit of the currency, 0 to 1000000", checks.within(0, 1000000), 0),
        "legal_name": seller.get("legal_name", "who sells, as the register has it", checks.maybe(checks.text), "-"),
        "address": seller.get("address", 'one to six lines, such as ["Hafenstraße 1", "20457 Hamburg", "Germany"]', checks.lines, []),
        "tax_id": seller.get("tax_id", 'a tax number, such as "DE123456789"', checks.maybe(checks.text), "-"),
        "shortest_days": boxes.get("shortest_days", "whole days, 1 to 365", checks.within(1, 365), 7),
        "longest_days": boxes.get("longest_days", "whole days, 1 to 365", checks.within(1, 365), 365),
        "works_on": hours.get("weekdays", f"a list of {', '.join(WEEKDAYS)}", checks.weekdays, list(WEEKDAYS[:5])),
        "opens": (opens := hours.get("opens", 'a time of day before it closes, such as "09:00"', checks.time_of_day, "09:00")),
        "closes": hours.get("closes", 'a time of day after it opens, such as "17:00"', checks.later_than(opens), "17:00"),
        "answer_days": hours.get("answer_days", "whole working days, 1 to 10", checks.within(1, 10), 1),
        "agents_refund": hours.get("agents_refund", "amounts in the smallest unit, such as { EUR = 10000 }", checks.amounts, {}),
    }
    values["way_back"] = _way_back(back, place)
    tables = (top, days, orders, seller, boxes, hours, back, place)
    unknown = [f"{name} is not known{table.where}." for table in tables for name in table.values.keys() - table.read]
    problems = [problem for table in tables for problem in table.problems] + sorted(unknown)
    return (None, problems) if problems else (Shop(**values), [])


def _way_back(back: _Reader, place: _Reader) -> WayBack | None:
    """None without an address: then there is nowhere that a label could lead."""
    ways = back.get("ways", f"a list of {', '.join(checks.WAYS)}", checks.ways, list(checks.WAYS))
    told: dict[str, Any] = {
        "ways": ways,
        "carrier": back.get("carrier", 'one of the carrier service’s, such as "dhl", or nothing', checks.maybe(checks.text), "-"),
        "grams": back.get("grams", "whole grams, 1 to 70000", checks.within(1, 70000), 1000),
        "label_days": back.get("label_days", "whole days, 7 to 365", checks.within(7, 365), 30),
    }
    if not place.values:
        back.get("label_countries", _COUNTRIES, checks.countries, ["DE"])
        return None
    for name, allowed in (
        ("name", "who takes it"),
        ("street", "street and number"),
        ("postcode", "as its country writes it"),
        ("city", "a town"),
    ):
        told[name] = place.get(name, allowed, checks.text)
    told["country"] = place.get("country", 'a country of ISO 3166, such as "DE"', checks.country)
    told["region"] = place.get("region", "its region, where its country has them", checks.maybe(checks.text), "-")
    told["phone"] = place.get("phone", "a number for the carrier, or nothing", checks.maybe(checks.text), "-")
    told["label_countries"] = back.get("label_countries", _COUNTRIES, checks.countries, [told["country"]] if told["country"] else ["DE"])
    return None if back.problems or place.problems else WayBack(**told)


_COUNTRIES = 'a list of countries of ISO 3166, such as ["DE", "AT"]'
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


def _secrets_or_none(given: str) -> list[str]:
    """A hyphen is none."""
    return [] if given == "-" else _secrets(given)


def _easypost_key(given: str) -> str | None:
    """A hyphen is none."""
    if given != "-" and not re.fullmatch("EZ[A-Za-z0-9_]+", given):
        raise ValueError
    return None if given == "-" else given


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


def _scanner(given: str) -> str | None:
    """A hyphen is none."""
    if given == "-":
        return None
    parts = urlsplit(given)
    if parts.scheme != "tcp" or not parts.hostname or parts.path or parts.query:
        raise ValueError
    _ = parts.port  # raises ValueError where it is no number
    return given
