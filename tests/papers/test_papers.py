"""The receipt and the invoice of an order: what they say, in which language, and to whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import Customer
from portal.billing.models import Invoice
from portal.kit.db import db, transaction
from portal.kit.shop import Shop
from portal.orders.models import Order
from portal.papers.routes import MADE
from portal.papers.sheet import BOX
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.papers.builders import HONEY, OIL, SOAP, order
from tests.papers.conftest import Read


def speak(app: Flask, alice: int, locale: str) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Customer).where(Customer.id == alice).values(locale=locale))


def test_a_receipt_says_what_was_bought_and_what_was_paid_for_it(app: Flask, alice: int, read: Read) -> None:
    order(app, alice)
    (page,) = read("/orders/A-1/receipt.pdf")
    assert "Halfjar Order receipt A-1" in page
    assert "Sold to Alice Çelik Kastanienallee 12 10435 Berlin Germany" in page
    assert "Sold by Halfjar GmbH Hafenstraße 12 20457 Hamburg Germany Tax number DE123456789" in page
    assert "Placed 22 November 2026 Order number A-1" in page
    assert "Linden honey, 500 g HON-500 3 €8.90 €26.70" in page
    assert "Products €41.10 Discount −€4.11 Delivery €4.90 Tax €5.91 Total €47.80" in page
    assert f"{app.config['PORTAL_BASE_URL']}/orders/A-1" in page
    assert "Something is wrong? Write to help@halfjar.example." in page
    assert page.endswith("Page 1 of 1")


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("tr", ["Sipariş makbuzu", "22 Kasım 2026", OIL.title, "Ürünler €46,00 İndirim −€4,11", "Toplam €52,70"]),
        ("ro", ["Chitanța comenzii", "22 noiembrie 2026", SOAP.title, "Produse 46,00 EUR Reducere −4,11 EUR", "Total 52,70 EUR"]),
    ],
)
def test_it_speaks_the_customers_language_with_all_its_letters(app: Flask, alice: int, read: Read, locale: str, says: list[str]) -> None:
    order(app, alice, HONEY, OIL, SOAP)
    speak(app, alice, locale)
    (page,) = read("/orders/A-1/receipt.pdf")
    for told in says:
        assert told in page
    assert BOX not in page


@pytest.mark.parametrize("credit", [None, 500, -250])
def test_its_totals_are_those_of_the_orders_page(app: Flask, hers: Browser, alice: int, read: Read, credit: int | None) -> None:
    total = order(app, alice, credit=credit)
    shown, (page,) = words(hers.get("/orders/A-1")), read("/orders/A-1/receipt.pdf")
    amounts = ["€47.80", *(["−€5.00", "€42.80"] if credit == 500 else ["€2.50", "€50.30"] if credit else [])]
    assert total == 4780
    for amount in amounts:
        assert amount in shown
        assert amount in page


def test_tax_in_the_prices_is_told_beside_the_total(app: Flask, alice: int, read: Read) -> None:
    order(app, alice, tax_included=True)
    (page,) = read("/orders/A-1/receipt.pdf")
    assert "Delivery €4.90 Total €41.89 Of which tax €5.91" in page


def test_an_order_that_came_as_a_sum_alone_says_what_is_not_in_its_lines(app: Flask, alice: int, read: Read) -> None:
    order(app, alice, SOAP, shipping=0)
    with app.app_context(), transaction():
        db.session.execute(update(Order).values(total=890))
    (page,) = read("/orders/A-1/receipt.pdf")
    assert "Products €4.90 Delivery, tax and discounts €4.00 Total €8.90" in page


def test_an_invoice_has_its_number_and_how_it_was_paid(app: Flask, hers: Browser, alice: int, read: Read) -> None:
    order(app, alice, credit=500)
    (page,) = read("/orders/A-1/invoice.pdf")
    assert "Halfjar Invoice HAL-0042" in page
    assert "Invoice date 22 November 2026 Invoice number HAL-0042 Order number A-1" in page
    assert "Visa ending 4242, 22 November 2026 €42.80 Went back to Visa ending 4242 −€3.00" in page
    assert hers.client.get("/orders/A-1/invoice.pdf").headers["Content-Disposition"] == 'attachment; filename="invoice-HAL-0042.pdf"'
    links = [str(link["href"]) for link in hers.get("/orders/A-1").select("main a[href$='.pdf']")]
    assert links == ["/orders/A-1/receipt.pdf", "/orders/A-1/invoice.pdf"]


def test_there_is_no_invoice_where_the_payment_provider_wrote_none(app: Flask, hers: Browser, alice: int) -> None:
    order(app, alice)
    hers.get("/orders/A-1/invoice.pdf", expect=404)
    assert len(hers.get("/orders/A-1").select("main a[href$='.pdf']")) == 1


def test_there_is_no_invoice_of_a_shop_that_does_not_say_who_it_is(app: Flask, hers: Browser, alice: int, read: Read) -> None:
    order(app, alice, credit=0)
    app.config["SHOP"] = Shop(**{**app.config["SHOP"].__dict__, "legal_name": "", "address": (), "tax_id": ""})
    hers.get("/orders/A-1/invoice.pdf", expect=404)
    (page,) = read("/orders/A-1/receipt.pdf")
    assert "Sold by" not in page


def test_it_is_there_for_whose_order_it_is(app: Flask, alice: int) -> None:
    order(app, alice, credit=0)
    with app.app_context(), transaction():
        bob = customer("bob@example.com").id
    browser = Browser(app)
    browser.sign_in(bob)
    for paper in "receipt", "invoice":
        browser.get(f"/orders/A-1/{paper}.pdf", expect=404)
        browser.get(f"/orders/none/{paper}.pdf", expect=404)


def test_an_order_of_any_length_repeats_its_head_on_each_page(app: Flask, alice: int, read: Read) -> None:
    order(app, alice, *[HONEY] * 400)
    pages = read("/orders/A-1/receipt.pdf")
    assert len(pages) > 20
    assert all("Product Quantity Price Amount" in page for page in pages[:-1])
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert sum(page.count("Linden honey, 500 g") for page in pages) == 400
    assert "Total" in pages[-1]


def test_a_long_name_wraps_and_a_word_without_end_is_broken(app: Flask, alice: int, read: Read) -> None:
    long = type(SOAP)("Rosehip " * 30 + "W" * 200, "X", 1, 100)
    order(app, alice, long)
    (page,) = read("/orders/A-1/receipt.pdf")
    assert page.count("Rosehip") == 30
    assert page.replace(" ", "").count("W" * 200) == 1


@pytest.mark.parametrize("canary", ["<b>%s</b>{{7*7}}${7*7}", "**bold** __under__ {nb}", "漢字 🎁 \u202eright", "line\tone\x0btwo", "=1+1"])
def test_what_stands_in_a_name_is_printed_as_it_is(app: Flask, alice: int, read: Read, canary: str) -> None:
    order(app, alice, type(SOAP)(canary, "X", 1, 100))
    (page,) = read("/orders/A-1/receipt.pdf")
    assert (BOX in page) is not canary.isascii()
    if canary.isascii() and canary.isprintable():
        assert canary.replace("{nb}", "1") in page


def test_the_same_order_gives_the_same_bytes(app: Flask, hers: Browser, alice: int, time: Callable[[timedelta], None]) -> None:
    order(app, alice)
    first = hers.client.get("/orders/A-1/receipt.pdf").data
    time(timedelta(days=3))
    assert hers.client.get("/orders/A-1/receipt.pdf").data == first


def test_who_asks_for_very_many_waits(app: Flask, hers: Browser, alice: int, time: Callable[[timedelta], None]) -> None:
    order(app, alice)
    ((most, span),) = MADE
    for _ in range(most):
        assert hers.client.get("/orders/A-1/receipt.pdf").status_code == 200
    hers.get("/orders/A-1/receipt.pdf", expect=429)
    time(span)
    assert hers.client.get("/orders/A-1/receipt.pdf").status_code == 200


def test_an_invoice_belongs_to_its_order(app: Flask, hers: Browser, alice: int) -> None:
    order(app, alice, credit=0)
    order(app, alice, number="A-2")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Invoice)) == 1
    hers.get("/orders/A-2/invoice.pdf", expect=404)
