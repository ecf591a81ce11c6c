"""A discount code counts from the next charge on, once the provider has it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.orders.models import Order
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow


def give_out(stripe: Stripe, code: str = "WINTER10", coupon: dict[str, Any] | None = None, **promotion: Any) -> None:
    """What the shop does at the provider."""
    made = stripe.v1.coupons.create(coupon or {"percent_off": 10, "duration": "forever"})
    stripe.v1.promotion_codes.create({"code": code, "promotion": {"type": "coupon", "coupon": made.id}, **promotion})


def page_of(box: Box) -> str:
    return f"/subscriptions/{box.id}/code"


def totals(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Order.total).order_by(Order.id)))


def codes_there(stripe: Stripe, box: Box) -> list[str]:
    shown = stripe.v1.subscriptions.retrieve(box.ref, {"expand": ["discounts.promotion_code"]})
    return [discount.promotion_code.code for discount in shown.discounts]


def test_a_code_is_shown_with_what_it_takes_off_and_charged_to_the_cent(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    give_out(stripe)
    alice.browser.post(alice.skip(0))
    work()  # so that the provider has said what the next charge is without it
    before = words(alice.browser.get(f"{page_of(alice)}?code=winter10"))
    assert "10% off each delivery" in before
    assert (before.count("€14.90"), before.count("€13.41")) == (3, 3)
    assert "a code that is used is redeemed" in before
    assert "Code used." in words(alice.browser.post(page_of(alice), {"code": "WINTER10"}))
    work()
    assert codes_there(stripe, alice) == ["WINTER10"]
    assert both.is_confirmed(alice)
    shown = words(alice.browser.get(alice.page))
    assert "€13.41" in shown
    assert "about" not in shown.partition("Coming deliveries")[0]
    stripe.later(days=65)
    work()
    assert totals(app) == [1490, 1341]


def test_until_the_provider_has_it_the_total_is_about_that(alice: Box, stripe: Stripe) -> None:
    give_out(stripe)
    alice.browser.post(page_of(alice), {"code": "WINTER10"})
    assert "about €13.41" in words(alice.browser.get(alice.page))


@pytest.mark.parametrize("typed", ["winter10", "  WINTER10 ", "Win ter 10", "winter\u00a010"])
def test_case_and_blanks_do_not_matter(alice: Box, stripe: Stripe, work: Work, typed: str) -> None:
    give_out(stripe)
    alice.browser.post(page_of(alice), {"code": typed})
    work()
    assert codes_there(stripe, alice) == ["WINTER10"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("NOPE", "There is no such code"),
        ("", "Type the code"),
        ("   ", "Type the code"),
        ("A" * 200, "Type the code"),
        ("\u202ewinter", "Type the code"),
        ("OLD", "has expired"),
        ("TAKEN", "as often as it can be"),
        ("HERS", "belongs to somebody else"),
        ("OFF", "not valid any more"),
        ("DOLLARS", "not valid any more"),
    ],
)
def test_one_that_cannot_be_used_says_why_and_keeps_what_was_typed(
    app: Flask, alice: Box, bob: Box, stripe: Stripe, work: Work, typed: str, sentence: str
) -> None:
    soon = int((stripe.now() + timedelta(seconds=30)).timestamp())
    give_out(stripe, "OLD", expires_at=soon)
    give_out(stripe, "TAKEN", max_redemptions=1)
    give_out(stripe, "HERS", customer=bob.customer_ref)
    give_out(stripe, "OFF", active=False)
    give_out(stripe, "DOLLARS", {"amount_off": 500, "currency": "usd", "duration": "once"})
    bob.browser.post(page_of(bob), {"code": "TAKEN"})
    stripe.later(minutes=1)
    work()
    shown = alice.browser.post(page_of(alice), {"code": typed}, expect=422)
    assert sentence in words(shown)
    kept = shown.select_one("input#code")
    assert kept
    assert kept["value"] == typed
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).version == 0


def test_one_that_counts_for_some_months_says_until_when_before_it_is_used(alice: Box, stripe: Stripe) -> None:
    give_out(stripe, coupon={"percent_off": 10, "duration": "repeating", "duration_in_months": 2})
    before = words(alice.browser.get(f"{page_of(alice)}?code=winter10"))
    assert "10% off each delivery until Saturday 23 January" in before
    assert before.count("€13.41") == 2, "the third is charged after that"


@pytest.mark.parametrize("fault", [{"kind": "500"}, {"kind": "refuse", "message": "No."}])
def test_while_the_provider_can_not_be_asked_a_code_is_noted_and_used_later(
    alice: Box, both: Both, stripe: Stripe, work: Work, fault: dict[str, str]
) -> None:
    give_out(stripe)
    stripe.faults({"when": {"path_prefix": "/v1/promotion_codes"}, **fault})
    assert "can’t be asked just now" in words(alice.browser.get(f"{page_of(alice)}?code=winter10"))
    assert "Code noted." in words(alice.browser.post(page_of(alice), {"code": "winter10"}))
    stripe.no_faults()
    work()
    assert codes_there(stripe, alice) == ["WINTER10"]
    assert both.is_confirmed(alice)


def test_one_that_was_noted_and_is_no_code_is_put_back_and_told_and_costs_no_skip(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work, mail: Mail
) -> None:
    stripe.faults({"when": {"path_prefix": "/v1/promotion_codes"}, "kind": "500", "rate": 1.0})
    alice.browser.post(page_of(alice), {"code": "nope"})
    alice.browser.post(alice.skip(0))
    stripe.no_faults()
    work()
    assert both.is_confirmed(alice)
    assert both.here(alice) == both.there(alice)
    refusal, told = mail.to("alice@example.com")
    assert "- Discount code NOPE\n  There is no such code. Check it for typing errors. What it changed" in text(refusal)
    assert "Mon 28\xa0Dec skipped" in text(told) and "nope" not in text(told)
    with app.app_context():
        subscription = db.session.get_one(Subscription, alice.id)
        assert (subscription.code, subscription.discount) == (None, None)
        refused = db.session.scalars(select(Entry.deed).where(Entry.refused_at.is_not(None))).all()
        assert refused == ["code"]


def test_a_code_for_one_delivery_is_gone_after_it_and_never_sent_again(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    give_out(stripe, coupon={"amount_off": 500, "currency": "eur", "duration": "once"})
    alice.browser.post(page_of(alice), {"code": "WINTER10"})
    work()
    stripe.later(days=31)
    work()
    alice.sign_in()
    assert totals(app) == [1490, 990]
    assert "€14.90" in words(alice.browser.get(alice.page))
    alice.browser.post(alice.skip(1))
    work()
    assert codes_there(stripe, alice) == []
    assert both.is_confirmed(alice)


def test_another_code_takes_its_place_and_says_so_before(alice: Box, stripe: Stripe, work: Work) -> None:
    give_out(stripe)
    give_out(stripe, "SPRING20", {"percent_off": 20, "duration": "forever"})
    alice.browser.post(page_of(alice), {"code": "WINTER10"})
    work()
    assert "It takes the place of: 10% off each delivery" in words(alice.browser.get(f"{page_of(alice)}?code=SPRING20"))
    alice.browser.post(page_of(alice), {"code": "SPRING20"})
    work()
    assert codes_there(stripe, alice) == ["SPRING20"]


def test_the_same_code_twice_is_one(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    give_out(stripe)
    for _ in range(2):
        alice.browser.post(page_of(alice), {"code": "WINTER10"})
    work()
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).version == 1


def test_one_that_counts_already_is_not_offered_again(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    """The provider would say that it is used up: by her."""
    give_out(stripe, max_redemptions=1)
    alice.browser.post(page_of(alice), {"code": "WINTER10"})
    work()
    sheet = alice.browser.get(f"{page_of(alice)}?code=winter10")
    assert "You use this code already." in words(sheet)
    assert "Use WINTER10" not in words(sheet)
    assert "You use this code already. It counts, and nothing has changed." in words(
        alice.browser.post(page_of(alice), {"code": "WINTER10"})
    )
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).version == 1


def test_a_code_cannot_be_undone(alice: Box, app: Flask, stripe: Stripe, work: Work) -> None:
    give_out(stripe)
    alice.browser.post(page_of(alice), {"code": "WINTER10"})
    with app.app_context():
        entry = db.session.scalars(select(Entry.id).where(Entry.deed == "code")).one()
    assert "can’t be undone" in words(alice.browser.post(f"/changes/{entry}/undo", expect=200))


def test_credit_pays_first_and_the_page_says_so(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.customers.balance_transactions.create(alice.customer_ref, {"amount": -500, "currency": "eur"})
    alice.browser.post(alice.skip(0))
    work()
    shown = words(alice.browser.get(alice.page))
    assert "Your credit −€5.00" in shown
    assert "€9.90" in shown


def test_nobody_uses_a_code_for_somebody_else(alice: Box, bob: Box) -> None:
    bob.browser.get(page_of(alice), expect=404)
    bob.browser.post(page_of(alice), {"code": "WINTER10"}, expect=404)


def test_who_guesses_has_to_wait(alice: Box, stripe: Stripe) -> None:
    give_out(stripe)
    for number in range(10):
        assert "no such code" in words(alice.browser.get(f"{page_of(alice)}?code=GUESS{number}"))
    assert "Too many codes that were none. Try again at" in words(alice.browser.get(f"{page_of(alice)}?code=WINTER10"))
    stripe.later(minutes=11)
    assert "10% off" in words(alice.browser.get(f"{page_of(alice)}?code=WINTER10"))


@pytest.mark.parametrize("duration", ["forever", "once"])
def test_it_does_not_count_on_a_box_that_has_locked_and_the_sheet_says_from_when(
    app: Flask, alice: Box, stripe: Stripe, work: Work, duration: str
) -> None:
    give_out(stripe, coupon={"percent_off": 10, "duration": duration})
    stripe.later(days=29)
    work()
    alice.sign_in()
    sheet = alice.browser.get(f"{page_of(alice)}?code=winter10")
    later = "€14.90" if duration == "once" else "€13.41"
    assert [words(row) for row in sheet.select(".compare tbody tr")] == [
        "Mon 28 Dec 1 piece, €14.90 Mon 28 Dec 1 piece, €14.90",
        "Mon 25 Jan 1 piece, €14.90 Mon 25 Jan 1 piece, €13.41",
        f"Thu 25 Feb 1 piece, €14.90 Thu 25 Feb 1 piece, {later}",
    ]
    assert "The box on Monday 28 December is locked, and comes as it is. Counts from the delivery on Monday 25 January." in words(sheet)
    shown = words(alice.browser.post(page_of(alice), {"code": "WINTER10"}))
    assert "Code used. It counts from the delivery on Mon 25 Jan on." in shown
    assert "Charged Sat 23 Jan about €13.41" in shown
    work()
    stripe.later(days=2)
    work()
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490, 1341]


def test_in_a_pause_it_counts_after_it(alice: Box, stripe: Stripe, work: Work) -> None:
    give_out(stripe)
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    assert "Counts from the first delivery after the pause." in words(alice.browser.get(f"{page_of(alice)}?code=winter10"))
    shown = words(alice.browser.post(page_of(alice), {"code": "WINTER10"}))
    assert "Code used. It counts from the first delivery after the pause on." in shown
