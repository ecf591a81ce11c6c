"""Credit that Dora took for a return and has not spent goes back to her card: the credit is taken first, and each happens once."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import BillingAccount, CreditDebit, Invoice, Refund, StoreCredit
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine
from portal.payments import begin_try, money_provider
from portal.returns.actions.back_to_card import refund_what_was_taken
from portal.returns.actions.paying_out import pay_out
from portal.returns.models import Outcome, Payout, PayoutKind, Return
from portal.returns.queries.paid import left_for
from portal.timeline import Entry
from tests.accounts.builders import customer, staff
from tests.billing.builders import Payer
from tests.billing.test_refund import REFUND, paying_with
from tests.browser import Browser, words
from tests.conftest import Work
from tests.conftest import app as app
from tests.conftest import work as work
from tests.ground import at_once
from tests.mail import Mail
from tests.returns.paid import STAFF, comes_back, order, policy
from tests.stripe import Stripe
from tests.support.viewing import begins_view, walk

TEA, SOAP = OrderedLine("Sencha", "TEA", 1, 1000), OrderedLine("Soap", "SOA", 1, 490)
TAKE = {"method": "POST", "path_prefix": "/v1/customers/"}
HERE = "/money/1/to-card"


@pytest.fixture
def dora(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> Payer:
    """Her tea for €10.00 came back, and she took €11.00 of credit for it."""
    dora = paying_with(app, stripe, work, "pm_card_visa")
    with app.app_context(), transaction():
        invoice = db.session.scalars(select(Invoice).order_by(Invoice.id.desc()).limit(1)).one()
        whose = db.session.get_one(Customer, dora.box.customer_id)
        bought = order(whose, lines=(TEA, SOAP), source="subscription", source_ref=invoice.provider_ref)
        back = comes_back(bought, {0: 1}, outcome=Outcome.STORE_CREDIT, policy=policy(), submitted_at=now())
        pay_out(back, by=STAFF, at=now())
    work()
    dora.box.sign_in()
    return dora


def rma(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Return.rma)).one()


def page(dora: Payer) -> str:
    return words(dora.browser.get(f"/returns/{rma(dora.app)}"))


def presses(dora: Payer, told: int = 1000) -> str:
    return words(dora.browser.post(HERE, {"told": str(told)}))


def there(dora: Payer) -> tuple[int, list[int], list[int]]:
    """At the provider: what is left of the credit, what was taken of it, and what went back to a card."""
    balance = -dora.stripe.v1.customers.retrieve(dora.ref).balance
    taken = [one.amount for one in dora.stripe.v1.customers.balance_transactions.list(dora.ref).data if "debit-" in str(one.metadata)]
    return balance, taken, [one.amount for one in dora.stripe.v1.refunds.list({"limit": 10}).data]


def spends(dora: Payer, amount: int) -> None:
    told: Any = {"amount": amount, "currency": "eur"}
    dora.stripe.v1.customers.balance_transactions.create(dora.ref, told)


def test_all_of_it_goes_back_and_the_present_ends(app: Flask, dora: Payer, work: Work) -> None:
    assert there(dora) == (1100, [], [])
    seen = page(dora)
    assert "€10.00" in seen and "The present ends −€1.00 Your credit is less by €11.00" in seen
    assert "Put €10.00 of it back on the card" in words(dora.browser.get("/account/payment"))
    assert "are on their way back to your card" in presses(dora)
    for _ in range(3):
        presses(dora)
    work()
    work()
    assert there(dora) == (0, [1100], [1000])
    seen = page(dora)
    assert "Put it back" not in seen and "Rather the money" not in seen and "€10.00 Issued on" in seen
    presses(dora)
    work()
    assert there(dora) == (0, [1100], [1000])
    with app.app_context():
        first, again = db.session.scalars(select(Payout).order_by(Payout.id))
        assert (again.kind, again.amount, again.instead_of_id, again.by_hand) == (PayoutKind.REFUND, 1000, first.id, 0)
        asked = db.session.scalars(select(Entry).where(Entry.deed == "credit to card asked")).one()
        assert asked.customer_id == dora.box.customer_id
        assert db.session.get_one(BillingAccount, dora.account_id).balance == 0


def test_what_is_left_of_the_order_is_not_touched(app: Flask, dora: Payer, work: Work) -> None:
    presses(dora)
    work()
    work()
    with app.app_context(), transaction():
        bought = db.session.get_one(Order, db.session.get_one(Payout, 1).order_id)
        assert left_for(bought) == 490
        pay_out(comes_back(bought, {1: 1}), by=STAFF, at=now())
    work()
    assert there(dora)[2] == [490, 1000]


def test_of_what_was_spent_only_the_rest_and_the_whole_present_ends(app: Flask, dora: Payer, work: Work) -> None:
    spends(dora, 300)
    work()
    assert "€7.00" in page(dora)
    presses(dora, 700)
    work()
    work()
    assert there(dora) == (0, [800], [700])


def test_what_is_spent_but_for_the_present_is_not_offered(app: Flask, dora: Payer, work: Work) -> None:
    spends(dora, 1000)
    work()
    assert "Rather the money" not in page(dora)
    presses(dora, 100)
    work()
    assert there(dora) == (100, [], [])


def test_another_amount_than_was_told_is_not_taken(dora: Payer, work: Work) -> None:
    for told in (1100, 1, 0, -5):
        assert "A part of this credit was spent meanwhile." in presses(dora, told)
    work()
    assert there(dora) == (1100, [], [])


def test_spent_before_it_was_taken_nothing_happens_and_she_reads_why(app: Flask, dora: Payer, work: Work) -> None:
    dora.stripe.send_webhooks_to("")
    spends(dora, 300)
    presses(dora)
    work()
    work()
    assert there(dora) == (800, [], [])
    seen = page(dora)
    assert "A part of this credit was spent meanwhile, so nothing went to your card." in seen and "€7.00" in seen
    presses(dora, 700)
    work()
    work()
    assert there(dora) == (0, [800], [700])


def test_spent_in_the_very_moment_it_is_given_again(app: Flask, dora: Payer, work: Work) -> None:
    """The provider was asked, and nobody knows whether it heard: then it is not looked at again, but asked."""
    dora.stripe.faults({"kind": "lost_before", "when": TAKE, "times": 1})
    presses(dora)
    work()
    spends(dora, 300)
    dora.stripe.later(minutes=10)
    work()
    work()
    assert there(dora) == (800, [1100], [])
    with app.app_context():
        undone = db.session.scalars(select(StoreCredit).where(StoreCredit.because.contains("undone"))).one()
        assert (undone.amount, undone.why) == (1100, "not taken")
        assert db.session.scalars(select(Refund)).all() == []
    dora.box.sign_in()
    assert "so nothing went to your card" in page(dora)


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_an_answer_that_is_lost_takes_it_once(dora: Payer, work: Work, kind: str) -> None:
    dora.stripe.faults(*({"kind": kind, "when": when, "times": 1} for when in (TAKE, REFUND)))
    presses(dora)
    for _ in range(4):
        work()
        dora.stripe.later(minutes=10)
    assert there(dora) == (0, [1100], [1000])


def test_after_a_day_the_effect_is_looked_for_first(dora: Payer, work: Work) -> None:
    dora.stripe.faults({"kind": "lost_after", "when": TAKE})
    presses(dora)
    work()
    dora.stripe.no_faults()
    dora.stripe.control("idempotency", {"forget": True})
    dora.stripe.later(hours=25)
    work()
    work()
    assert there(dora) == (0, [1100], [1000])


def test_a_worker_that_dies_after_the_provider_did_it_takes_it_once(app: Flask, dora: Payer, work: Work) -> None:
    presses(dora)
    with app.app_context():
        debit = db.session.scalars(select(CreditDebit)).one()
        db.session.rollback()
        this = begin_try(CreditDebit, debit.id, at=now())
        assert this and this.is_first
        money_provider().debit(debit.wanted, under=this.under)
    work()
    work()
    assert there(dora) == (0, [1100], [1000])


def test_news_of_it_that_comes_twice_sends_the_money_once(app: Flask, dora: Payer, work: Work) -> None:
    presses(dora)
    work()

    def hear(_: int) -> None:
        with transaction():
            refund_what_was_taken(db.session.scalars(select(CreditDebit)).one(), now())

    at_once(app, 4, hear)
    work()
    assert there(dora) == (0, [1100], [1000])


def test_fifty_taps_at_once_are_one(app: Flask, dora: Payer, work: Work) -> None:
    """REL K1."""
    browsers = [Browser(app) for _ in range(50)]
    for other in browsers:
        other.sign_in(dora.box.customer_id)
        other.token()
    at_once(app, 50, lambda number: browsers[number].post(HERE, {"told": "1000"}) and None)
    work()
    work()
    assert there(dora) == (0, [1100], [1000])


def test_nobody_else_can(app: Flask, dora: Payer) -> None:
    other = Browser(app)
    with app.app_context(), transaction():
        mallory_id = customer("mallory@example.com").id
    other.sign_in(mallory_id)
    other.post(HERE, {"told": "1000"}, expect=404)
    dora.browser.post("/money/2/to-card", {"told": "1000"}, expect=404)


def test_whoever_looks_for_her_finds_it_closed(app: Flask, dora: Payer) -> None:
    with app.app_context(), transaction():
        jonas = staff().id
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    begins_view(desk, dora.box.customer_id)
    assert f"/returns/{rma(app)}" in walk(desk)
