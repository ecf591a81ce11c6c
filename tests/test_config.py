from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal import config
from portal.config import Misconfigured
from tests.settings import ENVIRONMENT

SECRET = "5f9d1c0a7be84236a1f0d9c8b7e6f5a4"
REAL = ENVIRONMENT | {"PORTAL_DEMO": "0", "PORTAL_BASE_URL": "https://my.halfjar.example", "SECRET_KEY": SECRET}
"""A portal that real customers would use."""


def problems(**changed: str) -> list[str]:
    with pytest.raises(Misconfigured) as wrong:
        config.from_environment(REAL | changed)
    return wrong.value.problems


def test_the_settings_of_a_real_shop_are_taken() -> None:
    settings = config.from_environment(REAL)
    assert (settings["DEMO"], settings["PORTAL_BASE_URL"], settings["SECRET_KEY"]) == (False, "https://my.halfjar.example", SECRET)
    assert settings["STRIPE_API_BASE"] == "http://127.0.0.1:9"
    assert (settings["LEASE_SECONDS"], settings["SHOP"].name) == (60, "Halfjar")


def test_stripe_is_asked_no_faster_than_its_key_allows() -> None:
    unsaid = {name: value for name, value in REAL.items() if name != "STRIPE_CALLS_PER_SECOND"}
    assert config.from_environment(unsaid)["STRIPE_CALLS_PER_SECOND"] == 20
    assert config.from_environment(unsaid | {"STRIPE_SECRET_KEY": "rk_live_x"})["STRIPE_CALLS_PER_SECOND"] == 80
    assert config.from_environment(unsaid | {"STRIPE_CALLS_PER_SECOND": "5"})["STRIPE_CALLS_PER_SECOND"] == 5


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as wrong:
        config.from_environment({"SHOP_FILE": str(tmp_path / "none.toml")})
    needed = ["PORTAL_BASE_URL", "SECRET_KEY", "DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_URL"]
    assert [problem.partition(" is missing: ")[0] for problem in wrong.value.problems[:-1]] == needed
    assert wrong.value.problems[-1].startswith("SHOP_FILE can't be read")


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "PORTAL_DEMO": ["true", "2", "yes"],
        "FLASK_DEBUG": ["true", "1"],
        "PORTAL_BASE_URL": [
            "my.halfjar.example",
            "http://my.halfjar.example",
            "https://my.halfjar.example/portal",
            "https://my.halfjar.example?a=1",
            "https://someone@my.halfjar.example",
            "https://my.halfjar.example:port",
            "ftp://my.halfjar.example",
            "https://",
        ],
        "SECRET_KEY": ["change-me", "a" * 64, SECRET[:31], "dev," + SECRET, f"{SECRET},dev", f"{SECRET},", f"{SECRET},{SECRET},{SECRET}"],
        "DATABASE_URL": [
            "mysql://localhost/portal",
            "portal.sqlite",
            "postgresql+psycopg2://localhost/portal",
            "postgresql://localhost",
            "x",
        ],
        "STRIPE_SECRET_KEY": ["pk_test_1", "whsec_1"],
        "STRIPE_API_BASE": ["api.stripe.com", "https://api.stripe.com/v1"],
        "STRIPE_WEBHOOK_SECRET": [",", "a,b,c"],
        "EASYPOST_API_KEY": ["sk_test_1", "EZ AK"],
        "EASYPOST_API_BASE": ["api.easypost.com", "https://api.easypost.com/v2"],
        "EASYPOST_WEBHOOK_SECRET": [",", "a,b,c"],
        "PHOTOS_DIR": ["/dev/null"],
        "SMTP_URL": ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://mail:port"],
        "LEASE_SECONDS": ["1", "601", "1.5", "long"],
        "STRIPE_CALLS_PER_SECOND": ["-1", "1001", "fast"],
        "TRUSTED_PROXIES": ["-1", "6", "all"],
    }.items(),
)
def test_a_wrong_setting_is_named_with_what_is_allowed(name: str, values: list[str]) -> None:
    for value in values:
        (problem,) = problems(**{name: value})
        assert problem.startswith(f"{name} is wrong: ") and len(problem) > len(name) + 30


def test_a_value_is_never_told_again() -> None:
    told = problems(
        SECRET_KEY="hunter2", DATABASE_URL="mysql://me:hunter2@db/x", SMTP_URL="smtp://me:hunter2@", STRIPE_SECRET_KEY="hunter2"
    )
    assert len(told) == 4 and "hunter2" not in str(told)


def test_all_that_is_wrong_is_named_at_once() -> None:
    found = problems(SECRET_KEY="dev", SMTP_URL="x", DATABASE_URL="y", STRIPE_SECRET_KEY="")
    assert [problem.split()[0] for problem in found] == ["SECRET_KEY", "DATABASE_URL", "STRIPE_SECRET_KEY", "SMTP_URL"]


@pytest.mark.parametrize("changed", [{"PORTAL_DEMO": "1"}, {"PORTAL_BASE_URL": "http://localhost:8000"}], ids=str)
def test_in_the_demo_and_on_ones_own_machine_any_secret_will_do(changed: dict[str, str]) -> None:
    assert config.from_environment(REAL | changed | {"SECRET_KEY": "dev", "FLASK_DEBUG": "1"})["SECRET_KEY"] == "dev"


def test_the_demo_may_be_seen_from_a_phone() -> None:
    settings = config.from_environment(REAL | {"PORTAL_DEMO": "1", "PORTAL_BASE_URL": "http://192.168.1.20:8000"})
    assert settings["PORTAL_BASE_URL"] == "http://192.168.1.20:8000"


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    settings = config.from_environment(REAL | {"SECRET_KEY": f" {SECRET}\n", "PORTAL_BASE_URL": " https://my.halfjar.example/ "})
    assert (settings["SECRET_KEY"], settings["PORTAL_BASE_URL"]) == (SECRET, "https://my.halfjar.example")


def test_while_secrets_change_the_old_ones_still_count() -> None:
    settings = config.from_environment(REAL | {"SECRET_KEY": f"{SECRET[::-1]}, {SECRET}", "STRIPE_WEBHOOK_SECRET": "whsec_new,whsec_old"})
    assert (settings["SECRET_KEY"], settings["SECRET_KEY_FALLBACKS"]) == (SECRET[::-1], [SECRET])
    assert settings["STRIPE_WEBHOOK_SECRETS"] == ["whsec_new", "whsec_old"]


@pytest.mark.parametrize("spelling", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_understood_however_a_host_spells_it(spelling: str) -> None:
    settings = config.from_environment(REAL | {"DATABASE_URL": f"{spelling}://me:p%40ss@db:5433/portal?sslmode=require"})
    assert settings["SQLALCHEMY_ENGINES"]["default"]["url"] == "postgresql+psycopg://me:p%40ss@db:5433/portal?sslmode=require"


def shop_file(tmp_path: Path, **changed: str) -> Path:
    """Ours with some lines changed, all below its own heading."""
    told = {
        "name": '"Halfjar"', "support_email": '"help@halfjar.example"', "sender": '"Halfjar <hello@halfjar.example>"',
        "time_zone": '"Europe/Berlin"', "currency": '"EUR"',
    }  # fmt: skip
    top = told | {name: value for name, value in changed.items() if not name.startswith("deliveries_")}
    below = {name.removeprefix("deliveries_"): value for name, value in changed.items() if name.startswith("deliveries_")}
    lines = [f"{name} = {value}" for name, value in top.items() if value]
    if below:
        lines += ["[deliveries]", *(f"{name} = {value}" for name, value in below.items())]
    path = tmp_path / "shop.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_what_the_shop_does_not_say_has_a_default(tmp_path: Path) -> None:
    shop = config.read_shop(shop_file(tmp_path, name='"Brânzărie Ș"'))
    assert (shop.name, shop.accent, shop.locale, shop.lock_hours, shop.transit_days) == ("Brânzărie Ș", "#17604b", "en", 48, 2)
    assert (set(shop.delivery_weekdays), set(shop.holidays)) == ({0, 1, 2, 3, 4}, set[date]())
    assert shop.ships_to == ("DE",)  # where it is as late as in Berlin


def test_a_shop_whose_time_is_no_countrys_has_to_say_where_it_ships_to(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"ships_to is missing in shop.toml under \[deliveries\]: a list of countries"):
        config.read_shop(shop_file(tmp_path, time_zone='"UTC"'))
    assert config.read_shop(shop_file(tmp_path, time_zone='"UTC"', deliveries_ships_to='["RO", "TR"]')).ships_to == ("RO", "TR")


def test_what_the_shop_says_is_taken(tmp_path: Path) -> None:
    path = shop_file(
        tmp_path, locale='"ro"', deliveries_lock_hours="24", deliveries_weekdays='["sunday"]', deliveries_holidays="[2026-12-25]"
    )
    shop = config.read_shop(path)
    assert (shop.locale, shop.lock_hours, set(shop.delivery_weekdays), set(shop.holidays)) == ("ro", 24, {6}, {date(2026, 12, 25)})


def test_invoices_of_no_subscription_are_orders_unless_the_shop_says_no(tmp_path: Path) -> None:
    assert config.read_shop(shop_file(tmp_path)).orders_from_invoices
    path = shop_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "\n[orders]\nfrom_invoices = false\n", encoding="utf-8")
    assert not config.read_shop(path).orders_from_invoices
    path.write_text(path.read_text(encoding="utf-8") + "at_once = true\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"at_once is not known in shop.toml under \[orders\]"):
        config.read_shop(path)


def test_who_sells_is_told_for_invoices(tmp_path: Path) -> None:
    path = shop_file(tmp_path)
    assert not config.read_shop(path).writes_invoices
    path.write_text(
        path.read_text() + '\n[seller]\nlegal_name = "Halfjar SRL"\naddress = ["Strada Țepeș 1", "București"]\ntax_id = "RO1"\n'
    )
    shop = config.read_shop(path)
    assert (shop.legal_name, shop.address, shop.tax_id) == ("Halfjar SRL", ("Strada Țepeș 1", "București"), "RO1")
    assert shop.writes_invoices


@pytest.mark.parametrize(
    "line", ['address = "Strada Țepeș 1"', 'address = ["a\\nb"]', 'address = [""]', "legal_name = 7", 'tax_id = "a\\nb"']
)
def test_what_is_wrong_with_who_sells_is_named(tmp_path: Path, line: str) -> None:
    path = shop_file(tmp_path)
    path.write_text(f"{path.read_text()}\n[seller]\n{line}\n")
    with pytest.raises(Misconfigured, match=rf"{line.partition(' ')[0]} is wrong in shop.toml under \[seller\]"):
        config.read_shop(path)


WRONG: list[tuple[str, Any, str]] = [
    ("name", '""', "what the shop is called"),
    ("name", '"Half\\njar"', "what the shop is called"),
    ("name", "7", "what the shop is called"),
    ("support_email", '"Halfjar <help@halfjar.example>"', "such as help@halfjar.example"),
    ("support_email", '"halfjar.example"', "an address that people can write to"),
    ("sender", '"Halfjar"', 'such as "Halfjar <hello@halfjar.example>"'),
    ("sender", '"Halfjar <hello@halfjar.example>\\nBcc: all@halfjar.example"', "whom mails come from"),
    ("accent", '"green"', '"#17604b"'),
    ("locale", '"klingon"', '"en"'),
    ("time_zone", '"Berlin"', '"Europe/Berlin"'),
    ("time_zone", '"Europe"', '"Europe/Berlin"'),
    ("time_zone", '"../../etc/passwd"', '"Europe/Berlin"'),
    ("currency", '"euro"', '"EUR"'),
    ("deliveries_lock_hours", "23", "24 to 336"),
    ("deliveries_lock_hours", "48.5", "24 to 336"),
    ("deliveries_transit_days", "true", "0 to 30"),
    ("deliveries_transit_days", '"two"', "0 to 30"),
    ("deliveries_weekdays", "[]", "monday, tuesday"),
    ("deliveries_weekdays", '"monday"', "monday, tuesday"),
    ("deliveries_weekdays", '["someday"]', "monday, tuesday"),
    ("deliveries_holidays", '["2026-12-25"]', "[2026-12-25]"),
    ("deliveries_holidays", "[2026-12-25T00:00:00Z]", "[2026-12-25]"),
    ("deliveries_quiet_days", "0", "1 to 30"),
    ("deliveries_ships_to", "[]", '["DE", "AT"]'),
    ("deliveries_ships_to", '"DE"', '["DE", "AT"]'),
    ("deliveries_ships_to", '["de"]', '["DE", "AT"]'),
    ("deliveries_ships_to", '["Germany"]', '["DE", "AT"]'),
    ("deliveries_ships_to", '["DE", "XX"]', '["DE", "AT"]'),
    ("deliveries_ships_to", '["DE", "DE"]', '["DE", "AT"]'),
    ("deliveries_ships_to", "[49]", '["DE", "AT"]'),
    ("deliveries_ships_to", "[[]]", '["DE", "AT"]'),
]


@pytest.mark.parametrize(("name", "value", "allowed"), WRONG)
def test_what_is_wrong_in_shop_toml_is_named_with_what_is_allowed(tmp_path: Path, name: str, value: str, allowed: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        config.read_shop(shop_file(tmp_path, **{name: value}))
    (problem,) = wrong.value.problems
    where = " under [deliveries]" if name.startswith("deliveries_") else ""
    short = name.removeprefix("deliveries_")
    assert (
        problem.startswith((f"{short} is wrong in shop.toml{where}: ", f"{short} is missing in shop.toml{where}: ")) and allowed in problem
    )


def test_a_name_that_nobody_knows_is_named_and_all_else_with_it(tmp_path: Path) -> None:
    path = shop_file(tmp_path, colour='"#000000"', currency="", deliveries_locks="3", deliveries_lock_hours="1")
    with pytest.raises(Misconfigured) as wrong:
        config.read_shop(path)
    assert [problem.partition(":")[0].rstrip(".") for problem in wrong.value.problems] == [
        "currency is missing in shop.toml",
        "lock_hours is wrong in shop.toml under [deliveries]",
        "colour is not known in shop.toml",
        "locks is not known in shop.toml under [deliveries]",
    ]


def test_deliveries_that_are_no_table_are_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"deliveries is wrong in shop.toml: a table \[deliveries\]"):
        config.read_shop(shop_file(tmp_path, deliveries="[]"))


@pytest.mark.parametrize(
    "hours",
    [
        'opens = "25:00"',
        'closes = "9"',
        'opens = "17:00"',
        "opens = 9",
        "answer_days = 0",
        "weekdays = []",
        "open = 1",
        "agents_refund = { EUR = -1 }",
        "agents_refund = { EUR = 1.5 }",
        "agents_refund = { EURO = 1 }",
    ],
)  # fmt: skip
def test_hours_that_are_none_are_named(tmp_path: Path, hours: str) -> None:
    path = shop_file(tmp_path)
    path.write_text(f"{path.read_text()}\n[support]\n{hours}\n")
    with pytest.raises(Misconfigured, match=r"in shop.toml under \[support\]"):
        config.read_shop(path)


@pytest.mark.parametrize("content", [b"name = ", b'name = "\xff"'])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (path := tmp_path / "shop.toml").write_bytes(content)
    with pytest.raises(Misconfigured, match="is not TOML"):
        config.read_shop(path)


def test_mistakes_in_the_environment_and_in_the_shops_file_are_told_together(tmp_path: Path) -> None:
    found = problems(SMTP_URL="x", SHOP_FILE=str(shop_file(tmp_path, currency='"euro"')))
    assert [problem.split()[0] for problem in found] == ["SMTP_URL", "currency"]


def test_a_carrier_service_is_named_whole_or_not_at_all() -> None:
    without = config.from_environment(REAL)
    assert (without["EASYPOST_API_KEY"], without["EASYPOST_WEBHOOK_SECRETS"]) == (None, [])
    assert without["EASYPOST_API_BASE"] == "https://api.easypost.com"
    told = config.from_environment(REAL | {"EASYPOST_API_KEY": "EZAKx", "EASYPOST_WEBHOOK_SECRET": "new,old"})
    assert (told["EASYPOST_API_KEY"], told["EASYPOST_WEBHOOK_SECRETS"]) == ("EZAKx", ["new", "old"])
    (problem,) = problems(EASYPOST_API_KEY="EZAKx")
    assert problem.startswith("EASYPOST_WEBHOOK_SECRET is missing")


ADDRESS = 'address = { name = "Halfjar", street = "Hafenstraße 12", postcode = "20457", city = "Hamburg", country = "DE" }'


def with_returns(tmp_path: Path, *lines: str) -> Path:
    path = shop_file(tmp_path)
    path.write_text("\n".join([path.read_text(encoding="utf-8"), "[returns]", *lines]), encoding="utf-8")
    return path


def test_where_returns_go_is_told_or_there_are_no_labels(tmp_path: Path) -> None:
    assert config.read_shop(shop_file(tmp_path)).way_back is None
    back = config.read_shop(with_returns(tmp_path, ADDRESS, 'ways = ["label", "code"]')).way_back
    assert back and (back.city, back.ways, back.label_countries, back.label_days) == ("Hamburg", ("code", "label"), ("DE",), 30)


@pytest.mark.parametrize(
    "line", ['ways = ["pigeon"]', "grams = 0", "label_days = 1", 'label_countries = ["XX"]', "colour = 1", 'address = { name = "Halfjar" }']
)
def test_what_is_wrong_about_returns_is_named(tmp_path: Path, line: str) -> None:
    lines = (line,) if line.startswith("address") else (ADDRESS, line)
    with pytest.raises(Misconfigured) as wrong:
        config.read_shop(with_returns(tmp_path, *lines))
    assert all("under [returns]" in problem for problem in wrong.value.problems)
