"""What the shop gives at the provider is in the next totals at once."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.billing.balance import LISTENERS
from portal.billing.models import BillingAccount
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.slow


def give(stripe: Stripe, box: Box, amount: int) -> None:
    stripe.v1.customers.balance_transactions.create(box.customer_ref, {"amount": -amount, "currency": "eur"})


def next_card(box: Box) -> str:
    said, _, _ = words(box.browser.get("/")).partition("After that")
    return said


def test_credit_given_at_the_provider_is_in_the_next_total(alice: Box, stripe: Stripe, work: Work) -> None:
    assert "€14.90" in next_card(alice)
    give(stripe, alice, 500)
    work()
    work()
    assert "€9.90" in next_card(alice) and "about" not in next_card(alice)
    give(stripe, alice, 2000)
    work()
    work()
    assert "€0.00" in next_card(alice) and "about" not in next_card(alice)


def test_credit_that_is_taken_back_is_in_none(alice: Box, stripe: Stripe, work: Work) -> None:
    give(stripe, alice, 500)
    work()
    work()
    give(stripe, alice, -500)
    work()
    work()
    assert "€14.90" in next_card(alice) and "about" not in next_card(alice)


def test_until_the_provider_is_asked_again_it_is_about(app: Flask, alice: Box, bob: Box) -> None:
    with app.app_context(), transaction():
        mine = select(BillingAccount).where(BillingAccount.customer_id == alice.customer_id)
        account = db.session.scalars(mine).one()
        account.balance = 500
        for listener in LISTENERS:
            listener(account, now())
    assert "about €9.90" in next_card(alice)
    assert "€14.90" in next_card(bob) and "about" not in next_card(bob)
    with app.app_context():
        outbox.work_until_idle()
    assert "€14.90" in next_card(alice) and "about" not in next_card(alice)  # there is none at the provider


def test_an_order_says_what_credit_paid_and_what_the_card(alice: Box, stripe: Stripe, work: Work) -> None:
    give(stripe, alice, 500)
    stripe.later(days=31)
    work()
    work()
    alice.sign_in()
    page = alice.browser.get(str(alice.browser.get("/orders").select("main a.go")[0]["href"]))
    facts = [(row.dt.text, row.dd.text) for row in page.select(".facts > div") if row.dt and row.dd]
    assert facts == [("Total", "€14.90"), ("From your credit", "−€5.00"), ("Paid by card", "€9.90")]
    before = alice.browser.get(str(alice.browser.get("/orders").select("main a.go")[1]["href"]))
    assert [row.dt.text for row in before.select(".facts > div") if row.dt] == ["Total"]


def test_one_that_has_ended_is_not_asked_for(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    give(stripe, alice, 500)
    stripe.forget_requests()
    work()
    work()
    assert not [asked for asked in stripe.requests() if asked["path"].startswith("/v1/subscriptions")]
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).next_total is None
