"""The exports of the big shop systems, as they come: every amount lands where it belongs, to the cent."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.accounts.models import Address, Customer
from portal.kit import money
from portal.kit.db import db
from portal.kit.shares import spread
from portal.orders.models import Order, OrderLine
from tests.orders.conftest import DATA, Import

EXPORTS = DATA / "exports"
WOO = "--currency=RON"
NAMES = {
    "shopify": ("Name", "Total", "Cancelled at", {""}),
    "woocommerce": ("Order Number", "Order Total Amount", "Order Status", {"Completed", "Processing"}),
    "bigcommerce": ("Order ID", "Order Total (inc tax)", "Order Status", {"Completed", "Shipped"}),
}
"""Of each system's file, its columns for the number, the total and whether it came to be, and what stands there then."""


def totals_in(system: str) -> dict[str, int]:
    """As the file has them, read by nothing of ours."""
    number, total, state, good = NAMES[system]
    with (EXPORTS / f"{system}.csv").open(newline="", encoding="utf-8") as file:
        first: dict[str, dict[str, str]] = {}
        for row in csv.DictReader(file):
            first.setdefault(row[number], row)
    return {name: int(Decimal(row[total]) * 100) for name, row in first.items() if row[state] in good}


def changed(folder: Path, system: str, *changes: tuple[str, str]) -> Path:
    """The sample, with something else in it."""
    text = (EXPORTS / f"{system}.csv").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "changed.csv"
    file.write_text(text, encoding="utf-8")
    return file


def found(app: Flask, number: str) -> Order:
    with app.app_context():
        order = db.session.scalars(select(Order).where(Order.number == number)).one()
        assert order.lines  # loaded now, for the session ends here
        db.session.expunge_all()
        return order


def lines_of(order: Order) -> list[tuple[str, int, int, int, int]]:
    return [(line.sku, line.quantity, line.unit_amount, line.discount, line.tax) for line in order.lines]


@pytest.mark.parametrize("system", NAMES)
def test_the_layout_is_found_by_its_header_and_every_total_is_the_files(app: Flask, bring_in: Import, system: str) -> None:
    result = bring_in(EXPORTS / f"{system}.csv", WOO)
    assert result.exit_code == 0, result.output
    assert f"layout “{system}”" in result.stdout
    assert "Left out, because they were no orders in the end: 1 " in result.stdout
    with app.app_context():
        landed = db.session.execute(select(Order.number, Order.total)).all()
        assert {row.number: row.total for row in landed} == totals_in(system)
        for order in db.session.scalars(select(Order)):
            made = sum(line.amount - line.discount for line in order.lines) + order.shipping
            made += 0 if order.tax_included else order.shipping_tax + sum(line.tax for line in order.lines)
            assert made == order.total, f"{order.number}: its parts are what was paid"


@pytest.mark.parametrize("system", NAMES)
def test_a_second_run_changes_nothing_and_a_dry_one_neither(app: Flask, bring_in: Import, system: str) -> None:
    def everything() -> list[int | None]:
        with app.app_context():
            return [db.session.scalar(select(func.count()).select_from(model)) for model in (Order, OrderLine, Customer, Address)]

    dry = bring_in(EXPORTS / f"{system}.csv", WOO, "--dry-run")
    assert dry.exit_code == 0
    assert everything() == [0, 0, 0, 0]
    bring_in(EXPORTS / f"{system}.csv", WOO)
    before = everything()
    result = bring_in(EXPORTS / f"{system}.csv", WOO)
    assert f"Orders: 0 new, {before[0]} known and the same, 0 known with other content." in result.stdout
    assert everything() == before


def test_shopify_shares_a_code_by_price_and_finds_the_tax_in_the_prices(app: Flask, bring_in: Import) -> None:
    bring_in(EXPORTS / "shopify.csv")
    order = found(app, "#1001")
    assert lines_of(order) == [("HON-500", 3, 890, 267, 435), ("OIL-750", 1, 1440, 144, 234)]
    assert (order.shipping, order.tax_included, order.total) == (490, True, 4189)
    assert order.placed_at.isoformat() == "2026-02-03T08:14:02+00:00", "with a blank before the offset"


def test_shopify_adds_tax_where_the_total_says_so_and_only_to_what_bears_it(app: Flask, bring_in: Import) -> None:
    bring_in(EXPORTS / "shopify.csv")
    order = found(app, "#1002")
    assert lines_of(order) == [("WRAP", 2, 1000, 0, 0), ("TEA-100", 1, 1200, 0, 96), ("SOA-OLI", 1, 2000, 0, 160)]
    assert (order.shipping, order.tax_included) == (600, False)


def test_shopify_counts_a_code_for_free_delivery_against_the_delivery(app: Flask, bring_in: Import) -> None:
    bring_in(EXPORTS / "shopify.csv")
    order = found(app, "#1003")
    assert (lines_of(order), order.shipping, order.total) == ([("SOA-OLI", 3, 2990, 0, 0)], 0, 8970)


def test_a_line_that_was_reduced_by_itself_keeps_its_own_discount(app: Flask, bring_in: Import) -> None:
    bring_in(EXPORTS / "shopify.csv")
    assert lines_of(found(app, "#1004")) == [("TEA-100", 1, 1200, 200, 0), ("HON-250", 1, 1500, 0, 0)]


def test_woocommerce_puts_right_what_rounding_one_piece_lost(app: Flask, bring_in: Import) -> None:
    """Three pencils for 10.00: one is 3.33, and 9.99 is not what was paid."""
    bring_in(EXPORTS / "woocommerce.csv", WOO)
    order = found(app, "2103")
    assert (lines_of(order), order.total) == ([("PEN", 3, 334, 2, 200)], 1200)


def test_woocommerce_tells_discounts_where_the_price_before_them_is_exported(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(
        changed(
            tmp_path, "woocommerce", ("Item Cost", "Item Cost Before Discount,Item Cost"), (",22.5,", ",25,22.5,"), (",45,", ",50,45,")
        ),
        WOO,
    )
    assert lines_of(found(app, "2102")) == [("SOA", 2, 2500, 500, 998), ("OIL", 1, 5000, 500, 997)]


def test_bigcommerce_finds_out_whether_prices_hold_the_tax(app: Flask, bring_in: Import) -> None:
    bring_in(EXPORTS / "bigcommerce.csv")
    added, held = found(app, "187"), found(app, "188")
    assert (lines_of(added), added.shipping, added.shipping_tax, added.tax_included) == ([("MUG", 3, 3000, 1000, 1840)], 1000, 230, False)
    assert (lines_of(held), held.shipping, held.shipping_tax, held.tax_included) == ([("TEA", 2, 1190, 0, 380)], 595, 95, True)
    assert [line.title for line in found(app, "186").lines] == [
        "Yoga legging, blue, Size: S (4)",
        "Capri, short, Size: S (4)",
        "Capri, cotton",
    ]
    assert found(app, "186").placed_at.date().isoformat() == "2026-02-04", "5 February in Berlin: its days come first"


@pytest.mark.parametrize(
    ("system", "number", "lines"),
    [
        ("shopify", "#1002", ["Bo Larsen", "2 Example Rd", "Apt 4", "Portland, OR 97205"]),
        ("woocommerce", "2102", ["Radu Ionescu", "Bd. Unirii 22", "400133 CJ Cluj-Napoca"]),
        ("bigcommerce", "186", ["Dawn Example", "1 Example Way", "Eagle River, AK 99577"]),
    ],
)
def test_an_order_knows_where_it_went(app: Flask, bring_in: Import, system: str, number: str, lines: list[str]) -> None:
    bring_in(EXPORTS / f"{system}.csv", WOO)
    with app.app_context():
        address = db.session.scalars(select(Address).join(Order, Order.address_id == Address.id).where(Order.number == number)).one()
        assert address.lines == lines
        assert not address.is_listed, "nobody has put it into their book"


def test_two_orders_that_went_to_one_place_share_an_address(app: Flask, bring_in: Import) -> None:
    bring_in(EXPORTS / "shopify.csv")
    assert found(app, "#1002").address_id == found(app, "#1004").address_id is not None
    assert found(app, "#1006").address_id is None, "picked up at the shop"


WRONG = [
    (
        "shopify", "36.99,4.90,6.69,41.89", "36.99,4.90,6.69,42.00", "#1001",
        "lines 2–3) is held back: its Subtotal, Shipping and Taxes (36.99, 4.90 and 6.69) do not make its Total of 42.00.",
    ),
    ("shopify", "36.99,4.90,6.69,41.89", "46.99,4.90,6.69,51.89", "#1001", "its lines make 41.10, less than its Subtotal of 46.99."),
    ("shopify", ",8.90,,HON", ",,,HON", "#1001", "Line 2, order #1001: no price."),
    (
        "woocommerce", ",12.00,2.00,", ",13.00,2.00,", "2103",
        "its subtotal, discount, shipping and tax (10.00, 0.00, 0.00 and 2.00) do not make its total of 13.00.",
    ),
    ("woocommerce", ",3,3.33,", ",4,3.33,", "2103", "its items make 13.32, but 10.00 was paid for them."),
    (
        "bigcommerce", "Product Qty: 3, Product SKU: MUG", "Product Qty: 2, Product SKU: MUG", "187",
        "its products make 60.00, but its subtotal is 110.70 with tax or 90.00 without.",
    ),
    ("bigcommerce", "Product ID: 7, ", "", "187", "Line 3, order 187: its Product Details can't be told apart."),
]  # fmt: skip


@pytest.mark.parametrize(("system", "old", "new", "number", "says"), WRONG)
def test_an_order_whose_amounts_do_not_add_up_is_held_back_with_both_of_them(
    app: Flask, bring_in: Import, tmp_path: Path, system: str, old: str, new: str, number: str, says: str
) -> None:
    result = bring_in(changed(tmp_path, system, (old, new)), WOO)
    assert result.exit_code == 1
    assert says in result.stdout
    with app.app_context():
        landed = set(db.session.scalars(select(Order.number)))
    assert landed == totals_in(system).keys() - {number}, "all others land"


def test_the_plain_layout_tells_everything_too(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    header = (
        "order_number,placed_at,email,currency,sku,title,quantity,unit_price,discount,tax,shipping,shipping_tax,tax_included,order_total,"
        "ship_name,ship_line1,ship_city,ship_postcode,ship_country"
    )
    to = "Mira,Lindenweg 4,Leipzig,04105,Germany"
    rows = f"A-1,2026-03-01,mira@example.org,EUR,HON,Honey,2,10.00,1.00,3.61,4.90,0.93,no,28.44,{to}\n"
    file = tmp_path / "plain.csv"
    file.write_text(f"{header}\n{rows}{rows.replace('A-1', 'A-2').replace('28.44', '28.45')}")
    result = bring_in(file)
    assert "Order A-2 (line 3) is held back: its lines, delivery and tax make 28.44, but its total is 28.45." in result.stdout
    order = found(app, "A-1")
    assert (lines_of(order), order.shipping, order.shipping_tax, order.total) == ([("HON", 2, 1000, 100, 361)], 490, 93, 2844)
    with app.app_context():
        assert db.session.scalars(select(Address)).one().one_line == "Mira, Lindenweg 4, 04105 Leipzig, DE"


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_shares_make_the_whole(amount: int, weights: list[int]) -> None:
    shares = spread(amount, weights)
    assert sum(shares) == amount
    assert min(shares) >= 0
    if amount <= sum(weights):
        assert all(share <= weight for share, weight in zip(shares, weights, strict=True)), "nobody's discount is more than they cost"


def test_shares_go_by_largest_remainder_and_the_first_of_equals() -> None:
    assert spread(1696, [9999, 4950, 2010]) == [1000, 495, 201], "the example of the returns"
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(5, [0, 0]) == [5, 0]


def test_all_totals_of_a_real_shop_are_the_files_to_the_cent(app: Flask, bring_in: Import) -> None:
    real = DATA / "online-retail-orders.csv"
    bring_in(real, "--currency=GBP", "--demo-addresses")
    told: dict[str, Decimal] = {}
    with real.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            told[row["InvoiceNo"]] = told.get(row["InvoiceNo"], Decimal()) + int(row["Quantity"]) * Decimal(row["UnitPrice"])
    with app.app_context():
        landed = {number: money.to_decimal(total, "GBP") for number, total in db.session.execute(select(Order.number, Order.total))}
    assert len(landed) == 521
    assert landed == told
