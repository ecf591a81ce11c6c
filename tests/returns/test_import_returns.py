"""`portal import returns`: what lands as closed returns of its orders, what does not and why, and what a second run does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from portal.orders.commands import imports
from portal.orders.models import Order
from portal.returns.commands import import_returns
from portal.returns.models import Payout, Return, ReturnItem, ReturnStatus, TakenUnit
from tests.conftest import TODAY
from tests.orders.builders import order

DATA = Path(__file__).parents[1] / "data"
HEADER = "return_number,order_number,returned_at,sku,quantity,amount"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def run(file: Path, *options: str) -> Result:
        result = app.test_cli_runner().invoke(import_returns, [str(file), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def file_of(folder: Path, *rows: str) -> Path:
    file = folder / "returns.csv"
    file.write_text("\n".join([HEADER, *rows, ""]))
    return file


def counts(app: Flask) -> tuple[int | None, ...]:
    with app.app_context():
        return tuple(db.session.scalar(select(func.count()).select_from(table)) for table in (Return, ReturnItem, TakenUnit, Payout))


@pytest.mark.slow
def test_of_real_credit_notes_those_land_whose_purchase_is_here(app: Flask, run: Run) -> None:
    bought = app.test_cli_runner().invoke(imports, ["orders", str(DATA / "online-retail-orders.csv"), "--currency=GBP", "--demo-addresses"])
    assert bought.exit_code == 0, bought.output
    rehearsed = run(DATA / "online-retail-returns.csv", "--demo-addresses", "--dry-run")
    assert "Rows: 19 new, 0 of returns that are known, 331 left out." in rehearsed.stdout and counts(app) == (0, 0, 0, 0)
    result = run(DATA / "online-retail-returns.csv", "--demo-addresses")
    assert result.exit_code == 1 and "Rows: 19 new, 0 of returns that are known, 331 left out." in result.stdout
    lines = result.stdout.splitlines()
    assert len([line for line in lines if line.startswith("Line ") and " landed: " not in line]) == 331
    assert len([line for line in lines if " landed: " in line]) == 3, "their price had gone up: no more than was paid"
    before = counts(app)
    assert before == (18, 19, 117, 19)
    with app.app_context():
        made = db.session.scalars(select(Return).where(Return.rma == "C536826")).one()
        item, payout = made.items[0], db.session.scalars(select(Payout).where(Payout.return_id == made.id)).one()
        assert made.status is ReturnStatus.CLOSED and item.line.order.number == "536397" and item.quantity == 3
        assert (payout.amount, payout.by_hand, payout.by_hand_done_at) == (1395, 1395, made.closed_at)
        dearer = db.session.scalars(select(Payout).join(Return).where(Return.rma == "C550024")).one()
        assert dearer.amount == 11 * 1095
    again = run(DATA / "online-retail-returns.csv", "--demo-addresses")
    assert "Rows: 0 new, 19 of returns that are known, 331 left out." in again.stdout and counts(app) == before


def test_our_layout_names_the_order(app: Flask, alice: int, run: Run, tmp_path: Path) -> None:
    result = run(file_of(tmp_path, "R-1,1001,2026-11-22,HON,2,17.80", "R-1,1001,2026-11-22,OIL,1,", "R-2,1001,2026-11-23,HON,1,5.00"))
    assert result.exit_code == 0, result.stdout
    with app.app_context():
        first, second = db.session.scalars(select(Return).order_by(Return.rma))
        assert (first.customer_id, [item.quantity for item in first.items]) == (alice, [2, 1])
        amounts = db.session.scalars(select(Payout.amount).order_by(Payout.id))
        assert list(amounts) == [1780 + 1440, 500], "what the file does not tell is what was paid"
        assert [unit.number for unit in second.items[0].units] == [2]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("R-9,999,2026-11-22,HON,1,", "order 999 is not known here"),
        ("R-9,1001,2026-11-22,SOA,1,", "nothing of SOA is in order 1001"),
        ("R-9,1001,2026-11-22,HON,4,", "more than was bought and has not come back yet"),
        ("R-9,1001,2026-11-01,HON,1,", "it was bought only after that"),
        ("R-9,1001,2026-11-22,HON,-1,", "a quantity of -1"),
        ("R-9,1001,2027-11-22,HON,1,", "2027-11-22 is yet to come"),
        ("R-9,1001,2026-11-22,,1,", "no SKU"),
        ("R-9,1001,2026-11-22,HON,1,1e9", "'1e9' is no amount"),
    ],
)
def test_what_can_not_be_is_left_out_with_its_line_and_reason(row: str, why: str, app: Flask, alice: int, run: Run, tmp_path: Path) -> None:
    result = run(file_of(tmp_path, row))
    assert result.exit_code == 1 and f"Line 2: {why}" in result.stdout and counts(app) == (0, 0, 0, 0)


def test_a_unit_comes_back_once_over_all_files(app: Flask, alice: int, run: Run, tmp_path: Path) -> None:
    assert run(file_of(tmp_path, "R-1,1001,2026-11-22,HON,2,")).exit_code == 0
    result = run(file_of(tmp_path, "R-2,1001,2026-11-23,HON,2,"))
    assert "Line 2: more than was bought and has not come back yet." in result.stdout


def test_a_return_of_an_order_that_is_nobodys_yet_is_nobodys(app: Flask, alice: int, run: Run, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        theirs = order(db.session.get_one(Customer, alice), TODAY.replace(month=10), number="2001")
        db.session.flush()
        db.session.get_one(Order, theirs.id).customer_id = None
    assert run(file_of(tmp_path, "R-1,2001,2026-11-22,HON,1,")).exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(Return)).one().customer_id is None


def test_a_file_without_its_columns_names_them(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "returns.csv"
    file.write_text("return_number,sku\nR-1,HON\n")
    result = run(file)
    assert result.exit_code == 2 and "The columns order_number, returned_at, quantity are missing." in result.stderr
