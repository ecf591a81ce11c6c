"""What the history says, and in which order."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import CARD, Box, price
from tests.subscriptions.ends import refuse_the_card

pytestmark = pytest.mark.slow


def lines(page: BeautifulSoup) -> list[str]:
    """What happened, newest first."""
    return [words(line) for line in page.select(".timeline b")]


@pytest.fixture
def late(app: Flask, stripe: Stripe, work: Work) -> tuple[Browser, int]:
    """Charged three times and ended at the provider before the portal had heard of it."""
    with app.app_context(), transaction():
        customer_id, there = customer(email="carol@example.com").id, stripe.v1.customers.create({"email": "carol@example.com", **CARD})
        made = stripe.v1.subscriptions.create({"customer": there.id, "items": [{"price": price(stripe).provider_ref}]})
        started_at = now()
    stripe.later(days=62, hours=2)
    stripe.v1.subscriptions.cancel(made.id)
    with app.app_context(), transaction():
        here = Subscription(
            customer=db.session.get_one(Customer, customer_id), provider_ref=made.id, name="Pantry box", currency="EUR",
            every_count=1, every_unit="month", started_at=started_at,
        )  # fmt: skip
        db.session.add(here)
        db.session.flush()
        outbox.want_sync(here, at=now())
        here_id = here.id
    work()
    work()  # what a webhook that was still under way had kept from the first
    browser = Browser(app)
    browser.sign_in(customer_id)
    return browser, here_id


def test_an_end_that_is_learned_late_stands_above_what_was_before_it(late: tuple[Browser, int]) -> None:
    browser, subscription_id = late
    assert lines(browser.get(f"/subscriptions/{subscription_id}/history"))[:2] == ["The subscription has ended", "€14.90 charged"]


def test_what_is_older_goes_on_where_the_page_before_ended(app: Flask, late: tuple[Browser, int]) -> None:
    browser, subscription_id = late
    with app.app_context():
        ids = list(db.session.scalars(select(Entry.id).where(Entry.subject == f"subscription:{subscription_id}")))
    whole = lines(browser.get(f"/subscriptions/{subscription_id}/history"))
    older = [lines(browser.get(f"/subscriptions/{subscription_id}/history?before={number}")) for number in ids]
    assert sorted(len(rest) for rest in older) == list(range(len(whole)))
    assert all(rest == whole[len(whole) - len(rest) :] for rest in older)


def renew(stripe: Stripe, work: Work) -> None:
    stripe.later(days=31, hours=2)
    work()
    work()


def newest(box: Box) -> str:
    box.sign_in()
    return lines(box.browser.get(f"{box.page}/history"))[0]


@pytest.mark.parametrize(
    ("credit", "said"),
    [
        (0, "€14.90 charged"),
        (350, "€11.40 charged, €3.50 paid from your credit"),
        (2000, "€0.00 charged, €14.90 paid from your credit"),
        (-300, "€17.90 charged, €3.00 of it owed from before"),
    ],
)
def test_a_charge_is_what_the_card_paid(alice: Box, stripe: Stripe, work: Work, credit: int, said: str) -> None:
    if credit:
        stripe.v1.customers.balance_transactions.create(alice.customer_ref, {"amount": -credit, "currency": "eur"})
    renew(stripe, work)
    assert newest(alice) == said


def test_a_payment_that_failed_is_what_is_still_owed(alice: Box, stripe: Stripe, work: Work) -> None:
    refuse_the_card(stripe, alice)
    stripe.v1.customers.balance_transactions.create(alice.customer_ref, {"amount": -350, "currency": "eur"})
    renew(stripe, work)
    assert newest(alice) == "Payment of €11.40 failed, €3.50 paid from your credit"


def changed_there(box: Box) -> int:
    """How often the history says that the discount was changed there."""
    box.sign_in()
    told = lines(box.browser.get(f"{box.page}/history"))
    return sum(line == "Changed at the payment provider: the discount" for line in told)


@pytest.mark.parametrize("duration", ["once", "forever"])
def test_what_the_shop_gives_without_a_code_is_told_and_so_is_its_end(alice: Box, stripe: Stripe, work: Work, duration: str) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 20, "duration": duration})
    stripe.v1.subscriptions.update(alice.ref, {"discounts": [{"coupon": coupon.id}]})
    work()
    work()
    assert changed_there(alice) == 1
    stripe.v1.subscriptions.update(alice.ref, {"discounts": ""})
    work()
    work()
    assert changed_there(alice) == 2


def test_what_was_given_for_one_charge_and_is_used_up_was_changed_by_nobody(alice: Box, stripe: Stripe, work: Work) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 20, "duration": "once"})
    stripe.v1.subscriptions.update(alice.ref, {"discounts": [{"coupon": coupon.id}]})
    work()
    renew(stripe, work)
    assert newest(alice) == "€11.92 charged"
    assert changed_there(alice) == 1


def test_a_code_is_told_as_the_code_it_is(alice: Box, stripe: Stripe, work: Work) -> None:
    made = stripe.v1.coupons.create({"percent_off": 10, "duration": "repeating", "duration_in_months": 1})
    stripe.v1.promotion_codes.create({"code": "WINTER10", "promotion": {"type": "coupon", "coupon": made.id}})
    alice.browser.get(f"{alice.page}/code?code=WINTER10")
    alice.browser.post(f"{alice.page}/code", {"code": "WINTER10"})
    work()
    work()
    assert newest(alice) == "Discount code WINTER10"


def undos(box: Box) -> list[str]:
    """What the history offers to undo, newest first."""
    page = box.browser.get(f"{box.page}/history")
    return [words(line.b) for line in page.select(".timeline > li") if line.form and line.b]


def test_what_a_later_change_has_overtaken_is_not_offered_and_says_why(alice: Box) -> None:
    for day in "2027-01-05", "2027-01-07":
        alice.browser.post(alice.move(0), {"to": day, "which": "one"})
    alice.browser.post(alice.skip(1))
    moved = "Mon 28 Dec moved to Tue 5 Jan"
    assert undos(alice) == ["Mon 25 Jan skipped", "Tue 5 Jan moved to Thu 7 Jan"]
    history = words(alice.browser.get(f"{alice.page}/history"))
    assert "Changed again since, so this alone can’t be undone." in history.partition(f"{moved} You")[2]
    assert history.count("Changed again since") == 1
    later = alice.browser.get(f"{alice.page}/history").select(".timeline form")[1]
    alice.browser.post(str(later["action"]))
    assert undos(alice) == ["Mon 25 Jan skipped", moved]


def test_an_undo_says_what_holds_now(alice: Box) -> None:
    alice.browser.post(alice.skip(0))
    form = alice.browser.get(alice.page).select_one(".timeline form")
    assert form
    assert "Undone. What it changed is as it was before." in words(alice.browser.post(str(form["action"])))
    by_her = "You, Mon 23 Nov, 10:00 On its way to the payment provider"
    history = words(alice.browser.get(f"{alice.page}/history"))
    assert f"Undone: Mon 28 Dec skipped {by_her} What it changed is as it was before." in history
    assert f"Mon 28 Dec skipped {by_her} Undone later" in history
