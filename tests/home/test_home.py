from datetime import timedelta

import pytest
from flask import Flask

from portal.catalog.models import Price, Product, Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription, SubscriptionItem
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.questions import questions
from tests.stripe import Stripe
from tests.subscriptions.boxes import sheet
from tests.subscriptions.builders import subscribe


@pytest.fixture
def many(app: Flask) -> Browser:
    """A customer with a hundred subscriptions, as a first sync would have left them."""
    with app.app_context(), transaction():
        whose = customer(email="sofia@example.com")
        price = Price(every_count=1, every_unit="month", amount=500, currency="EUR", provider_ref="price_1")
        variant = Variant(sku="TEA", name="125 g", prices=[price])
        db.session.add(Product(name="Tea", picture="products/tea.svg", variants=[variant]))
        for number in range(100):
            box = Subscription(
                customer=whose, provider_ref=f"sub_{number}", name=f"Box {number}", currency="EUR", every_count=1, every_unit="month",
                started_at=now(), status="active",
            )  # fmt: skip
            box.items = [SubscriptionItem(price=price, quantity=1)]
            next_charge_at = now() + timedelta(days=5 + number % 20)
            box.plan.begin(next_charge_at, next_charge_at)
            db.session.add(box)
        db.session.flush()
        customer_id = whose.id
    browser = Browser(app)
    browser.sign_in(customer_id)
    return browser


def test_the_first_screen_says_what_comes_next_and_until_when_it_can_be_changed(app: Flask, stripe: Stripe) -> None:
    page = words(subscribe(app, stripe).browser.get("/"))
    assert "Next delivery, Pantry box €14.90 Monday 28 December" in page
    assert "Change it until Mon 21 Dec, 10:00" in page


def test_it_asks_six_questions_at_most_and_as_many_with_100_subscriptions_as_with_one(app: Flask, stripe: Stripe, many: Browser) -> None:
    box = subscribe(app, stripe)
    stripe.wait_for_webhooks()  # they ask the database as well
    counts = []
    for browser in (box.browser, many):
        browser.get("/")
        counts.append(questions(app, browser, "/"))
    box.browser.post(box.skip(0))
    box.browser.get("/")
    counts.append(questions(app, box.browser, "/"))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 6


def test_it_asks_two_or_three_more_while_a_change_waits_for_a_locked_delivery(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    stripe.later(days=29)
    work()
    box.sign_in()
    box.browser.post(sheet(app, box, "Sidamo coffee beans", "quantity"), {"quantity": "3"})
    assert "Your change is kept" in words(box.browser.get("/"))
    assert questions(app, box.browser, "/") <= 9  # one of them is whether what came lately can go back


def test_it_asks_six_questions_at_most_of_a_customer_to_whom_nothing_comes(app: Flask, stripe: Stripe, work: Work) -> None:
    box, counts = subscribe(app, stripe), []
    for deed in "pause", "cancel":
        box.browser.post(f"{box.page}/{deed}", {"how": "open", "when": "end"})
        work()
        assert "Next delivery" not in words(box.browser.get("/"))
        counts.append(questions(app, box.browser, "/"))
    assert max(counts) <= 6, counts


@pytest.mark.parametrize("page", ["/subscriptions", "/orders", "/account"])
def test_other_pages_take_as_many_with_100_as_with_one(app: Flask, stripe: Stripe, many: Browser, page: str) -> None:
    one = subscribe(app, stripe).browser
    stripe.wait_for_webhooks()  # they ask the database as well
    counts = []
    for browser in (one, many):
        browser.get(page)
        counts.append(questions(app, browser, page))
    assert abs(counts[0] - counts[1]) <= 1
    assert max(counts) <= 6


def test_a_customer_with_nothing_yet_is_told_what_will_be_here(app: Flask) -> None:
    with app.app_context(), transaction():
        customer_id = customer().id
    browser = Browser(app)
    browser.sign_in(customer_id)
    assert "No delivery is planned" in words(browser.get("/"))
    assert "No subscription yet" in words(browser.get("/subscriptions"))


def test_without_signing_in_there_is_the_door(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/")
    assert browser.at == "/sign-in"


def test_what_is_owed_stands_first_with_why_and_the_two_ways_out(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    card = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": box.customer_ref}).id
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": card}})
    stripe.later(days=31)
    work()
    box.sign_in()
    page = box.browser.get("/")
    assert "€14.90 is not paid" in words(page)
    assert "was refused" in words(page)
    assert {"Pay now", "Use another card"} <= {link.get_text(strip=True) for link in page.select("main .btns a")}
