"""From an order, what is still sold goes into a box that comes anyway, at a price that is said before."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.catalog.models import Product, Variant
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.conftest import TODAY
from tests.orders.builders import order
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, price, subscribe


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    """Her box, and beside it a tea that can be added; she bought that tea once, what is in the box, and something that is gone."""
    box = subscribe(app, stripe)
    with app.app_context(), transaction():
        tea = price(stripe, "Sencha", 1180).variant
        person = db.session.get_one(Customer, box.customer_id)
        inside = db.session.scalars(select(Variant).where(Variant.sku != tea.sku).order_by(Variant.id).limit(1)).one()
        gone = OrderedLine("Quince jelly", "GONE", 1, 590)
        lines = [OrderedLine("Sencha, the old tin", tea.sku, 2, 990), OrderedLine("Of the box", inside.sku, 1, 500), gone]
        order(person, TODAY - timedelta(days=60), *lines, number="2026/17")
    return box


@pytest.fixture
def hers(app: Flask, alice: Box) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice.customer_id)
    return browser


def test_the_page_says_what_it_costs_today_and_what_is_not_sold_any_more(hers: Browser) -> None:
    page = hers.get(attribute(hers.get("/orders/2026/17"), "a:-soup-contains('Buy this again')", "href"))
    tea, _inside, gone = page.select(".line")
    assert "Today €11.80 each. Then €9.90." in words(tea)
    assert "Not sold any more" in words(gone)
    assert gone.select("a") == []


def test_it_leads_to_what_would_come_of_it_with_the_quantity_of_then(hers: Browser, alice: Box) -> None:
    page = hers.get("/orders/2026/17/again")
    sheet = hers.get(attribute(page, ".line .btn.quiet", "href"))
    assert attribute(sheet, "form[method=post] [name=quantity]") == "2"
    assert "€11.80 each" in words(sheet)
    assert str(hers.at).startswith(f"/subscriptions/{alice.id}/add")


def test_what_is_in_the_box_already_says_so(hers: Browser) -> None:
    inside = hers.get("/orders/2026/17/again").select(".line")[1]
    assert "in this box already." in words(inside)


def test_who_has_no_running_subscription_is_told_so(app: Flask) -> None:
    with app.app_context(), transaction():
        carol = customer("carol@example.com")
        order(carol, TODAY, number="C-1")
        carol_id = carol.id
    browser = Browser(app)
    browser.sign_in(carol_id)
    assert "There is no box that it could come with" in words(browser.get("/orders/C-1/again"))


def test_bob_can_neither_buy_alices_order_again_nor_read_her_guides(app: Flask, alice: Box) -> None:
    with app.app_context(), transaction():
        product = db.session.scalars(select(Product).where(Product.name == "Sencha")).one()
        product.guide = "Two minutes."
        product_id, bob_id = product.id, customer("bob@example.com").id
    bob = Browser(app)
    bob.sign_in(bob_id)
    for url in "/orders/2026/17/again", f"/orders/2026/17/again?subscription={alice.id}", f"/products/{product_id}/guide":
        bob.get(url, expect=404)
    with app.app_context(), transaction():
        order(db.session.get_one(Customer, bob_id), TODAY, number="B-1")
    page = bob.get(f"/orders/B-1/again?subscription={alice.id}")
    assert "There is no box that it could come with" in words(page)


def test_a_guide_stands_at_the_line_for_who_bought_it(app: Flask, hers: Browser) -> None:
    with app.app_context(), transaction():
        product = db.session.scalars(select(Product).where(Product.name == "Sencha")).one()
        product.guide, product.manual_url = "Two minutes.\n\n<b>Not</b> boiling.", "https://maker.example/sencha.pdf"
    page = hers.get("/orders/2026/17")
    link = attribute(page.select(".line")[0], "a", "href")
    assert [len(line.select("a")) for line in page.select(".line")] == [1, 0, 0]
    guide = hers.get(link)
    assert [words(paragraph) for paragraph in guide.select("section p.pre")] == ["Two minutes.", "<b>Not</b> boiling."]
    assert attribute(guide, "a[href^='https://maker']", "href") == "https://maker.example/sencha.pdf"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://maker.example/x", "data:text/html,x"])
def test_a_manual_at_no_https_address_is_left_out(app: Flask, hers: Browser, address: str) -> None:
    with app.app_context(), transaction():
        product = db.session.scalars(select(Product).where(Product.name == "Sencha")).one()
        product.manual_url, product_id = address, product.id
    hers.get(f"/products/{product_id}/guide")
    assert address not in hers.answer.text


def test_a_guide_stands_in_the_subscription_too(app: Flask, hers: Browser, alice: Box) -> None:
    page = hers.get(f"/subscriptions/{alice.id}")
    assert "How to use it" not in page.text
    with app.app_context(), transaction():
        for product in db.session.scalars(select(Product)):
            product.guide = "Keep it dark."
    page = hers.get(f"/subscriptions/{alice.id}")
    assert "Keep it dark." in hers.get(attribute(page, "a[href$='/guide']", "href")).text
