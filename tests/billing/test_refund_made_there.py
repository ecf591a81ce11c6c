"""Somebody at the shop gives money back at Stripe's own pages: the customer sees it as any other refund, and is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import outbox
from portal.billing.models import Attempt, BillingAccount, Refund, Why
from portal.billing.refusals import MoreThanPaid
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from tests.billing.builders import Payer
from tests.billing.test_refund import FAILING, ask, paying_with, refunds, want
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe

Time = Callable[[timedelta], None]


def give_back(who: Payer, amount: int = 500, charge: int = 0) -> Any:
    """At the dashboard; `charge` counts from the newest."""
    paid = [one for one in who.stripe.v1.charges.list({"customer": who.ref}).data if one.paid]
    return who.stripe.v1.refunds.create({"charge": paid[charge].id, "amount": amount})


def test_it_is_a_row_like_others_and_is_shown_and_told(alice: Payer, work: Work, mail: Mail) -> None:
    made = give_back(alice)
    work()
    (row,) = refunds(alice.app)
    assert (row.provider_ref, row.amount, row.currency, row.why, row.status) == (made.id, 500, "EUR", Why.SHOP, "succeeded")
    invoice = alice.invoices()[0].id
    assert "€5.00 went back to Visa ending 4242" in words(alice.browser.get(f"/account/billing/{invoice}"))
    assert "€5.00 refunded" in words(alice.browser.get("/account/payment"))
    (told,) = [one for one in mail.to("alice@example.com") if "go back" in one["Subject"]]
    assert "The shop gives it back to you." in text(told)
    work()
    assert len(refunds(alice.app)) == 1
    assert len([one for one in mail.to("alice@example.com") if "go back" in one["Subject"]]) == 1


def test_nothing_is_sent_for_it(alice: Payer, work: Work) -> None:
    give_back(alice)
    alice.stripe.forget_requests()
    work()
    assert {request["method"] for request in alice.stripe.requests()} == {"GET"}


def test_the_order_says_what_went_back(alice: Payer, work: Work) -> None:
    give_back(alice, 490)
    work()
    with alice.app.app_context():
        number = db.session.scalars(select(Order.number)).one()
    assert "Refunded −€4.90" in words(alice.browser.get(f"/orders/{number}"))


def test_never_more_goes_back_than_was_paid(alice: Payer, work: Work) -> None:
    give_back(alice, 1000)
    work()
    with alice.app.app_context():
        attempt = db.session.scalars(select(Attempt)).one()
        assert attempt.left == 490
        with pytest.raises(MoreThanPaid):
            ask(alice, 491)


def test_one_of_a_payment_long_ago_is_learned_too(alice: Payer, work: Work) -> None:
    """An ordinary look at the account goes no further back than its newest invoice."""
    alice.stripe.later(days=31)
    alice.stripe.later(hours=2)
    work()
    give_back(alice, 300, charge=1)
    work()
    assert [row.amount for row in refunds(alice.app)] == [300]


def test_ours_and_theirs_are_told_apart(alice: Payer, work: Work) -> None:
    want(alice, 200)
    give_back(alice, 300)
    work()
    work()
    assert sorted((row.amount, row.why.value) for row in refunds(alice.app)) == [(200, "skipped"), (300, "shop")]
    with alice.app.app_context():
        assert db.session.scalars(select(Attempt)).one().is_in_step


def test_one_whose_events_never_came_is_found_at_night(alice: Payer, work: Work, mail: Mail, time: Time) -> None:
    alice.stripe.send_webhooks_to("")
    give_back(alice)
    with alice.app.app_context(), transaction():
        outbox.want_task("look at every account", {}, at=now())
    work()
    work()
    assert [row.amount for row in refunds(alice.app)] == [500]


def test_an_old_one_that_comes_with_an_import_is_no_news(alice: Payer, work: Work, mail: Mail) -> None:
    alice.stripe.send_webhooks_to("")
    give_back(alice)
    alice.stripe.later(days=3)
    with alice.app.app_context(), transaction():
        db.session.execute(update(BillingAccount).values(learned_at=None))
        outbox.want_sync(db.session.get_one(BillingAccount, alice.account_id), at=now())
    work()
    work()
    assert [row.amount for row in refunds(alice.app)] == [500]
    assert [one for one in mail.to("alice@example.com") if "go back" in one["Subject"]] == []


def test_one_that_the_bank_does_not_take_is_told(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> None:
    dora = paying_with(app, stripe, work, FAILING)
    give_back(dora)
    work()
    stripe.later(days=10)
    work()
    work()
    with app.app_context():
        assert db.session.scalars(select(Refund)).one().status == "failed"
        assert db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first().left > 0  # type: ignore[union-attr]
    assert any("did not" in one["Subject"] or "not" in one["Subject"] for one in mail.to("dora@example.com"))
