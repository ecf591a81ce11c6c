"""Files as shops write them: their encodings, separators and line ends, and files that can't be used at all."""

from pathlib import Path

import pytest
from flask import Flask

from tests.orders.builders import BOB, HEADER, MIRA, csv
from tests.orders.conftest import DATA, Import
from tests.orders.test_import_orders import how_many, landed

JAM = MIRA.replace("Linden honey", "Gem de caisă – 250 g").replace("8.90", "1234.50")
LATIN = MIRA.replace("Linden honey", "Café crème")


def semicolons(row: str) -> str:
    return row.replace(",", ";").replace("1234.50", "1.234,50").replace("14.40", "14,40")


@pytest.mark.parametrize(("encoding", "says"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_same_orders_land_however_they_are_written(
    app: Flask, bring_in: Import, tmp_path: Path, encoding: str, says: str, end: str, separator: str
) -> None:
    rows = [semicolons(row) if separator == ";" else row.replace(",", separator) for row in (HEADER, JAM, BOB)]
    file = csv(tmp_path, *rows[1:], header=rows[0], encoding=encoding, end=end)
    result = bring_in(file)
    assert result.exit_code == 0, result.output
    assert f"orders.csv: {says}, " in result.stdout
    assert landed(app) == {"A-1": [("Gem de caisă – 250 g", 2, 123450)], "A-2": [("Olive oil", 1, 1440)]}


@pytest.mark.parametrize(("encoding", "says"), [("cp1252", "Windows-1252 (it is not UTF-8)"), ("latin-1", "Windows-1252")])
def test_a_file_in_an_old_encoding_is_read_and_said_to_be_so(
    app: Flask, bring_in: Import, tmp_path: Path, encoding: str, says: str
) -> None:
    result = bring_in(csv(tmp_path, LATIN, encoding=encoding))
    assert result.exit_code == 0
    assert says in result.stdout
    assert landed(app) == {"A-1": [("Café crème", 2, 890)]}


def test_columns_are_found_in_any_order_and_any_case(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    header = "Unit Price, QUANTITY,Title,SKU,Currency,E mail,Email,Placed At,Order Number"
    result = bring_in(csv(tmp_path, '8.90,2,"Honey, ""linden""",HON,EUR,,Mira@Example.com,2026-03-01,A-1', header=header))
    assert result.exit_code == 0, result.output
    assert landed(app) == {"A-1": [('Honey, "linden"', 2, 890)]}


def test_a_price_with_a_point_in_a_file_with_semicolons_must_be_clear(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    rows = [semicolons(MIRA), semicolons(BOB).replace("14,40", "1.234")]
    result = bring_in(csv(tmp_path, *rows, header=semicolons(HEADER)))
    assert "Line 3, order A-2: a price of 1.234 can be read in two ways: write 1234,00 or 1,234." in result.stdout
    assert landed(app) == {"A-1": [("Linden honey", 2, 890)]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "orders.csv is empty."),
        ("\n\n", "orders.csv is empty."),
        (
            HEADER.replace(",unit_price", ""),
            "The column unit_price is missing for the layout “plain”. The file has: order_number,",
        ),
        (HEADER.replace("email,", "").replace("sku,", ""), "The columns email, sku are missing for the layout “plain”."),
        (f"{HEADER},Email", "The column email is there twice"),
        (HEADER.replace("currency,", ""), "Say it with --currency"),
        ("invoiceNO,stockcode,DESCRIPTION,quantity,InvoiceDate,UnitPrice,CustomerID", "Say it with --currency"),
        ("PK\x03\x04\0\0", "orders.csv is no text: save it as “CSV UTF-8”, not as a spreadsheet."),
        ("A-1,2026-03-01,mira@example.com", "missing for the layout “plain”"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(app: Flask, bring_in: Import, tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(content)
    result = bring_in(file)
    assert result.exit_code == 2
    assert says in result.stderr
    assert how_many(app) == (0, 0, 0)


def test_a_file_that_begins_like_utf_8_and_is_not_says_so(bring_in: Import, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"\n\xff\xfe")
    result = bring_in(file)
    assert (result.exit_code, "begins like UTF-8, but is not" in result.stderr) == (2, True)


def test_a_file_that_is_not_there_is_named(bring_in: Import, tmp_path: Path) -> None:
    for path in tmp_path / "none.csv", tmp_path:
        result = bring_in(path)
        assert (result.exit_code, "can't be read" in result.stderr) == (2, True)


def test_a_file_without_addresses_says_what_to_do(bring_in: Import) -> None:
    result = bring_in(DATA / "online-retail-orders.csv", "--currency=GBP")
    assert result.exit_code == 2
    assert "no e-mail addresses" in result.stderr
    assert "--demo-addresses" in result.stderr


def test_addresses_are_made_up_in_a_demo_only(app: Flask, bring_in: Import) -> None:
    app.config["DEMO"] = False
    result = bring_in(DATA / "online-retail-orders.csv", "--currency=GBP", "--demo-addresses")
    assert (result.exit_code, "for a demo only" in result.stderr) == (2, True)
    assert how_many(app) == (0, 0, 0)


def test_a_currency_that_is_none_is_refused(bring_in: Import, tmp_path: Path) -> None:
    result = bring_in(csv(tmp_path, MIRA), "--currency=POUND")
    assert (result.exit_code, "--currency: 'POUND' is not a currency" in result.stderr) == (2, True)
