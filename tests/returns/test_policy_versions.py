"""The shop makes its rules, in versions: an order stays with those of its moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.returns.actions import ruling
from portal.returns.commands import returns
from portal.returns.models import CustomerFlag, PolicyVersion
from portal.returns.policy.standard import FILE, STANDARD, body_of
from portal.returns.policy.terms import WrongPolicy, read
from portal.returns.policy.written import as_toml
from portal.returns.queries.policies import policies, policy_of, policy_on
from portal.returns.queries.returnable import returnable
from portal.timeline import Actor, Entry
from tests.returns.conftest import bought

SHOP = Actor(system="command line")
Run = Callable[..., Result]
Move = Callable[[timedelta], None]
REASONS = body_of(FILE)["reasons"][:1]


def rules(**told: Any) -> dict[str, Any]:
    """As the sample has them, but for these."""
    return {**body_of(FILE), **told}


def add(app: Flask, days: int, applies_from: datetime) -> int:
    """Rules by which everything has so many days."""
    with app.app_context(), transaction():
        windows = {"default": days}
        version = ruling.add_policy(rules(windows=windows), applies_from=applies_from, why="", by=SHOP, at=now())
        return version.id


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*command: str) -> Result:
        result = app.test_cli_runner().invoke(returns, list(command))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def test_an_order_is_judged_by_the_version_of_its_moment(app: Flask, time: Move, alice: int) -> None:
    first = add(app, 20, now() + timedelta(hours=1))
    time(timedelta(hours=1, seconds=1))
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, alice), "1002", days_ago=0, delivered_days_ago=0)
    second = add(app, 40, now() + timedelta(minutes=1))
    time(timedelta(minutes=1, seconds=1))
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, alice), "1003", days_ago=0, delivered_days_ago=0)
    with app.app_context():
        found = {one.number: (one.policy_id, one.lines[0].verdict.days) for one in returnable(alice, at=now())}
    assert found == {"1001": (None, 14), "1002": (first, 20), "1003": (second, 40)}


def test_it_begins_to_the_microsecond(app: Flask) -> None:
    begins = now() + timedelta(days=1)
    version = add(app, 20, begins)
    with app.app_context():
        before, on = begins - timedelta(microseconds=1), begins
        assert [policy_on(moment).id for moment in (before, on)] == [None, version]
        assert [policies().on(moment).id for moment in (before, on)] == [None, version]
        assert policy_on(before).terms is STANDARD and policy_of(version).terms.windows.default == 20


def test_a_version_that_comes_later_changes_nothing_for_what_was_bought(app: Flask, alice: int) -> None:
    with app.app_context():
        before = returnable(alice, at=now())
    add(app, 1, now() + timedelta(seconds=1))
    with app.app_context():
        assert [one.lines[0].verdict.policy_before for one in returnable(alice, at=now())] == [
            one.lines[0].verdict.policy_before for one in before
        ]


def test_the_database_lets_nobody_change_or_remove_one(app: Flask) -> None:
    version = add(app, 20, now() + timedelta(days=1))
    with app.app_context():
        for deed in (update(PolicyVersion).values(note="Other"), delete(PolicyVersion)):
            with pytest.raises(DatabaseError, match="policy_version is never changed"), transaction():
                db.session.execute(deed)
        with pytest.raises(DatabaseError, match="policy_version is never changed"), transaction():
            db.session.get_one(PolicyVersion, version).body = rules()
        assert policy_of(version).terms.windows.default == 20


def test_none_begins_in_the_past_and_no_two_at_once(app: Flask) -> None:
    begins = now() + timedelta(days=1)
    add(app, 20, begins)
    with pytest.raises(ruling.InThePast):
        add(app, 20, now() - timedelta(seconds=1))
    with pytest.raises(ruling.MomentTaken):
        add(app, 30, begins)
    with app.app_context(), pytest.raises(WrongPolicy), transaction():
        ruling.add_policy(rules(windows={}), applies_from=begins, why="", by=SHOP, at=now())


def test_a_file_becomes_a_version_and_a_version_a_file(app: Flask, run: Run, tmp_path: Path) -> None:
    assert run("policy", "show").output == FILE.read_text(encoding="utf-8")
    file = tmp_path / "ours.toml"
    file.write_text(
        FILE.read_text(encoding="utf-8").replace("food = 14", 'food = 21\n"drinks" = 7').replace("# [[seasons]]", "[[seasons]]")
    )
    assert run("policy", "check", str(file)).exit_code == 2  # a season without its days
    text = file.read_text(encoding="utf-8")
    for name in ("bought_from", "bought_until", "until"):
        text = text.replace(f"# {name} =", f"{name} =")
    file.write_text(text, encoding="utf-8")
    assert run("policy", "check", str(file)).exit_code == 0
    added = run("policy", "add", str(file), "--note", "Food\nis  kept longer")
    assert added.exit_code == 0 and "counts for orders from 2026-11-23 10:00 CET on" in added.output
    with app.app_context():
        version = db.session.scalars(select(PolicyVersion)).one()
        assert version.note == "Food is kept longer" and read(version.body).windows.categories["food"] == 21
        assert db.session.scalars(select(Entry.deed)).all() == ["policy made"]
    again = tmp_path / "again.toml"
    again.write_text(run("policy", "show").output, encoding="utf-8")
    assert body_of(again) == body_of(file)
    assert "Food is kept longer" in run("policy", "show", "--list").output
    assert run("policy", "show", "77").exit_code == 1


def test_it_begins_when_the_shop_says(app: Flask, run: Run) -> None:
    assert "from 2026-12-01 08:00 CET on" in run("policy", "add", str(FILE), "--from", "2026-12-01T08:00").output
    assert run("policy", "add", str(FILE), "--from", "2026-12-01T07:00Z").exit_code == 1  # the same moment
    assert run("policy", "add", str(FILE), "--from", "2026-11-01").exit_code == 1
    assert run("policy", "add", str(FILE), "--from", "soon").exit_code == 2


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("windows.categories.food", {"windows": {"default": 14, "categories": {"food": "14"}}}),
        ("windows.default", {"windows": {"default": -1}}),
        ("windows.default", {"windows": {}}),
        ("windows.markets.XX", {"windows": {"default": 14, "markets": {"XX": 14}}}),
        ("fees.label.EURO", {"fees": {"label": {"EURO": 590}}}),
        ("fees.restocking_bp", {"fees": {"restocking_bp": 10_001}}),
        ("withdrawal.days", {"withdrawal": {"days": 13}}),
        ("withdrawal.countries.0", {"withdrawal": {"countries": ["Germany"]}}),
        ("seasons.0", {"seasons": [{"bought_from": "2026-12-01", "bought_until": "2026-11-01", "until": "2027-01-01"}]}),
        ("reasons.1.fault", {"reasons": [*REASONS, {"key": "a", "words": {"en": "A"}, "fault": "nobody", "outcomes": ["refund"]}]}),
        ("reasons.1.outcomes", {"reasons": [*REASONS, {"key": "a", "words": {"en": "A"}, "fault": "customer", "outcomes": []}]}),
        ("reasons.1.words", {"reasons": [*REASONS, {"key": "a", "words": {"en": " "}, "fault": "customer", "outcomes": ["refund"]}]}),
        ("findings", {"findings": [{"key": "a", "words": {"en": "A"}}] * 2}),
        ("bonus", {"bonus": 10}),
    ],
)
def test_what_is_wrong_is_named_by_its_key(key: str, told: dict[str, Any]) -> None:
    with pytest.raises(WrongPolicy) as wrong:
        read(rules(**told))
    assert [problem.split(":")[0] for problem in wrong.value.problems] == [key]


def test_a_file_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    for content in (b"windows = ", b"\xff", b"[windows]\ndefault = 1\n"):
        file.write_bytes(content)
        result = run("policy", "add", str(file))
        assert result.exit_code == 2 and "ours.toml" in result.output


def test_any_body_is_the_same_after_it_was_a_file(tmp_path: Path) -> None:
    odd = rules(windows={"default": 14, "products": {'A "b" *': 3, "Ü-1": 4}}, bonus_bp=0, returns_per_order=2)
    file = tmp_path / "odd.toml"
    file.write_text(as_toml(odd), encoding="utf-8")
    assert body_of(file) == odd


def test_a_customer_is_blocked_trusted_or_neither(app: Flask, run: Run, alice: int) -> None:
    assert run("flag", "alice@example.com", "blocked").exit_code == 2  # says not why
    assert run("flag", "nobody@example.com", "blocked", "--why", "Empty boxes").exit_code == 1
    assert run("flag", "Alice@example.com", "blocked", "--why", "Empty boxes").exit_code == 0
    with app.app_context():
        assert returnable(alice, at=now())[0].flag == "blocked"
    assert "alice@example.com  blocked  since 2026-11-23  Empty boxes" in run("flags").output
    run("flag", "alice@example.com", "trusted", "--why", "It was the neighbour")
    with app.app_context():
        assert returnable(alice, at=now())[0].flag == "trusted"
        assert [one.ended_at is None for one in db.session.scalars(select(CustomerFlag).order_by(CustomerFlag.id))] == [False, True]
    assert run("flag", "alice@example.com", "none").output == "alice@example.com is neither blocked nor trusted.\n"
    assert "was not before" in run("flag", "alice@example.com", "none").output
    with app.app_context():
        assert returnable(alice, at=now())[0].flag is None
