"""`portal import orders`: what lands, what does not and why, and what a second run does."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from tests.orders.builders import BOB, CAROL, HEADER, MIRA, MIRAS_TEA, csv
from tests.orders.conftest import DATA, Import

pytestmark = pytest.mark.slow

REAL = DATA / "online-retail-orders.csv"
IN_DEMO = "--currency=GBP", "--demo-addresses"


def landed(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """All orders by number, each with its lines."""
    with app.app_context():
        rows = db.session.execute(
            select(Order.number, OrderLine.title, OrderLine.quantity, OrderLine.unit_amount).join(OrderLine.order).order_by(OrderLine.id)
        ).all()
    orders: dict[str, list[tuple[Any, ...]]] = {}
    for number, *line in rows:
        orders.setdefault(number, []).append(tuple(line))
    return orders


def how_many(app: Flask) -> tuple[int | None, ...]:
    with app.app_context():
        return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in (Order, OrderLine, Customer))


def test_a_real_file_lands_whole(app: Flask, bring_in: Import) -> None:
    result = bring_in(REAL, *IN_DEMO)
    assert result.exit_code == 0, result.output
    assert "Orders: 521 new" in result.stdout
    assert "10,000 read, 0 refused" in result.stdout
    assert result.stderr == "", "the progress bar is for terminals"
    assert how_many(app) == (521, 10_000, 390)
    with app.app_context():
        order = db.session.scalars(select(Order).where(Order.number == "536365")).one()
        assert (order.email, order.customer_id, order.currency, order.source) == ("17850@demo.invalid", None, "GBP", "import")
        assert order.placed_at.isoformat() == "2010-12-01T07:26:00+00:00", "a time without a zone is the shop's"
        assert order.total == sum(line.amount for line in order.lines) == 13912
        assert (order.lines[0].title, order.lines[0].quantity) == ("WHITE HANGING HEART T-LIGHT HOLDER", 6)


def test_a_second_run_changes_nothing(app: Flask, bring_in: Import) -> None:
    bring_in(REAL, *IN_DEMO)
    before = landed(app)
    result = bring_in(REAL, *IN_DEMO)
    assert result.exit_code == 0
    assert "Orders: 0 new, 521 known and the same, 0 known with other content." in result.stdout
    assert landed(app) == before
    assert how_many(app) == (521, 10_000, 390)


def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask, bring_in: Import) -> None:
    result = bring_in(REAL, *IN_DEMO, "--dry-run")
    assert result.exit_code == 0
    assert "Orders: 521 new" in result.stdout
    assert "Nothing was written" in result.stdout
    assert how_many(app) == (0, 0, 0)


def test_each_odd_row_is_refused_with_its_line_and_what_is_wrong_with_it(app: Flask, bring_in: Import) -> None:
    result = bring_in(DATA / "online-retail-odd.csv", *IN_DEMO)
    assert result.exit_code == 1
    assert "Line 2, order 546306: no customer." in result.stdout
    assert "Line 3, order 572516: no customer; a quantity of -71." in result.stdout
    assert "Line 14, order 553652: no customer; no title; a quantity of -168." in result.stdout
    assert "600 read, 600 refused" in result.stdout
    assert how_many(app) == (0, 0, 0)


def test_a_credit_note_is_no_order(app: Flask, bring_in: Import) -> None:
    result = bring_in(DATA / "online-retail-returns.csv", *IN_DEMO)
    assert result.exit_code == 1
    assert "Line 2, order C574507: a cancelled invoice, which is no order; a quantity of -1." in result.stdout
    assert how_many(app) == (0, 0, 0)


def test_an_order_with_a_bad_row_is_held_back_whole_and_the_others_land(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bad = MIRAS_TEA.replace("12.00", "")
    result = bring_in(csv(tmp_path, MIRA, bad, MIRAS_TEA, BOB))
    assert result.exit_code == 1
    assert "Line 3, order A-1: no price." in result.stdout
    assert "Order A-1 is held back with that, lines 2, 4 too" in result.stdout
    assert "4 read, 1 refused, 2 held back" in result.stdout
    assert landed(app) == {"A-2": [("Olive oil", 1, 1440)]}


def test_when_the_row_is_mended_the_order_lands(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(csv(tmp_path, MIRA, MIRAS_TEA.replace("12.00", "twelve"), BOB))
    result = bring_in(csv(tmp_path, MIRA, MIRAS_TEA, BOB))
    assert result.exit_code == 0
    assert "Orders: 1 new, 1 known and the same" in result.stdout
    assert landed(app)["A-1"] == [("Linden honey", 2, 890), ("Sencha", 1, 1200)]


def test_the_line_is_the_files_own_even_after_a_quoted_line_break(bring_in: Import, tmp_path: Path) -> None:
    broken = MIRA.replace("Linden honey", '"Linden\nhoney"')
    result = bring_in(csv(tmp_path, broken, "", BOB.replace(",1,", ",none,")))
    assert "Line 5, order A-2: a quantity of none." in result.stdout


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (MIRA.replace("mira@example.com", "mira"), "'mira' is not an e-mail address"),
        (MIRA.replace("mira@example.com", ""), "no e-mail"),
        (MIRA.replace("EUR", "EURO"), "'EURO' is not a currency of ISO 4217"),
        (MIRA.replace("8.90", "8.901"), "a price of 8.901, but EUR has 2 decimal places"),
        (MIRA.replace("8.90", "€8.90"), "'€8.90' is no price: write it like 1234.50"),
        (MIRA.replace("8.90", "-8.90"), "a price of -8.90"),
        (MIRA.replace("8.90", "9" * 5000), "is no price"),
        (MIRA.replace(",2,", ",0,"), "a quantity of 0"),
        (MIRA.replace(",2,", ",1.5,"), "a quantity of 1.5"),
        (MIRA.replace(",2,", ",9999999999,"), "a quantity of 9999999999"),
        (MIRA.replace("2026-03-01 10:00", "01/02/2026"), "01/02/2026 can be read in two ways: write 2026-02-01 or 2026-01-02"),
        (MIRA.replace("2026-03-01 10:00", "2027-03-01"), "2027-03-01 is yet to come"),
        (MIRA.replace("2026-03-01 10:00", "0001-01-01"), "0001-01-01 is too long ago"),
        (MIRA.replace("2026-03-01 10:00", "March"), "'March' is no date"),
        (MIRA.replace("A-1", "A?1"), "the order number 'A?1' holds more than letters and digits"),
        (MIRA.replace("Linden honey", ""), "no title"),
        (MIRA.replace("Linden honey", "h" * 501), "the title is longer than 500 characters"),
        (MIRA.replace("Linden honey", "a\x07b"), "the title holds a character that can't be printed"),
        (MIRA + ",more,and more", "10 values under 8 columns"),
        (MIRA.replace("A-1", ""), "no order number"),
        (MIRA.replace("Linden honey", '"Linden" honey'), "a quotation mark opens here and is not closed as it should be"),
    ],
)
def test_a_bad_value_is_named_and_the_order_after_next_lands(app: Flask, bring_in: Import, tmp_path: Path, row: str, says: str) -> None:
    result = bring_in(csv(tmp_path, row, BOB, CAROL))
    assert result.exit_code == 1
    assert "Line 2" in result.stdout
    assert says in result.stdout
    assert "A-3" in landed(app)
    assert "A-1" not in landed(app)


def test_rows_of_one_order_agree(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    result = bring_in(csv(tmp_path, MIRA, MIRAS_TEA.replace("mira@", "bob@").replace("EUR", "GBP")))
    assert "Line 3, order A-1: another e-mail and currency than on line 2, in one order." in result.stdout
    assert landed(app) == {}


def test_a_row_that_belongs_nowhere_holds_back_both_its_neighbours(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    result = bring_in(csv(tmp_path, MIRA, MIRAS_TEA.replace("A-1", ""), BOB, CAROL))
    assert "Line 3: no order number." in result.stdout
    assert "Order A-1 (line 2) is held back: line 3 does not say to which order it belongs" in result.stdout
    assert "Order A-2 (line 4) is held back: line 3 does not say" in result.stdout
    assert landed(app).keys() == {"A-3"}


def test_an_order_whose_rows_come_apart_is_held_back_from_its_first_row_on(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    result = bring_in(csv(tmp_path, MIRA, BOB, MIRAS_TEA))
    assert result.exit_code == 1
    for line in 2, 4:
        assert f"Order A-1 (line {line}) is held back: its rows are not one below the other in this file" in result.stdout
    assert landed(app).keys() == {"A-2"}


def test_a_quotation_mark_that_never_closes_costs_only_what_it_swallows(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    result = bring_in(csv(tmp_path, MIRA, BOB, CAROL.replace("Soap", '"Soap')))
    assert "Line 4: a quotation mark opens here" in result.stdout
    assert landed(app).keys() == {"A-1"}, "the one before it might go on there"


def test_a_known_number_with_other_content_stays_as_it_is(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(csv(tmp_path, MIRA))
    result = bring_in(csv(tmp_path, MIRA.replace("8.90", "9.90").replace("mira@", "bob@"), BOB))
    assert result.exit_code == 1
    assert "Order A-1 (line 2) is known, with another e-mail and total and lines. It stays as it is." in result.stdout
    assert landed(app)["A-1"] == [("Linden honey", 2, 890)]
    assert "A-2" in landed(app)


def test_the_order_total_may_hold_more_than_the_lines(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(csv(tmp_path, MIRA + ",21.30", MIRAS_TEA + ",", header=f"{HEADER},Order Total"))
    with app.app_context():
        assert db.session.scalars(select(Order.total)).one() == 2130


def test_a_currency_without_decimal_places_has_none(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(csv(tmp_path, MIRA.replace("EUR", "jpy").replace("8.90", "890")))
    with app.app_context():
        assert db.session.execute(select(Order.total, Order.currency)).one() == (1780, "JPY")


def test_columns_that_are_not_used_are_named(bring_in: Import, tmp_path: Path) -> None:
    result = bring_in(csv(tmp_path, MIRA + ",DE,x", header=f"{HEADER},country,order-total"))
    assert "Not used: country, order-total." in result.stdout
