"""A refund that a bank does not take comes back to the customer with another way."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import Invoice, StoreCredit
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import OrderedLine
from portal.returns.actions.paying_out import done_by_hand, pay_out
from portal.returns.models import Payout, Return
from portal.tasks.models import StaffTask
from tests.accounts.builders import customer, staff
from tests.billing.builders import Payer
from tests.billing.test_refund import FAILING, paying_with
from tests.browser import Browser, words
from tests.conftest import Work
from tests.conftest import app as app
from tests.conftest import work as work
from tests.ground import at_once
from tests.mail import Mail, text
from tests.returns.paid import STAFF, comes_back, order
from tests.stripe import Stripe
from tests.support.viewing import begins_view, walk

TEA = OrderedLine("Sencha", "TEA", 1, 1490)


@pytest.fixture
def failed(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> Payer:
    """Dora sent her tea back, and her card is closed."""
    dora = paying_with(app, stripe, work, FAILING)
    with app.app_context(), transaction():
        invoice = db.session.scalars(select(Invoice).order_by(Invoice.id.desc()).limit(1)).one()
        whose = db.session.get_one(Customer, dora.box.customer_id)
        bought = order(whose, lines=(TEA,), source="subscription", source_ref=invoice.provider_ref)
        back = comes_back(bought, {0: 1}, submitted_at=now())
        pay_out(back, by=STAFF, at=now())
    work()
    stripe.later(hours=2)
    work()
    work()
    dora.box.sign_in()
    return dora


def test_the_customer_is_told_and_chooses_credit(app: Flask, failed: Payer, stripe: Stripe, mail: Mail, work: Work) -> None:
    letter = mail.newest("dora@example.com")
    assert letter["Subject"] == "€14.90 could not go back to your card"
    assert "choose another way" in text(letter) and "/money/1" in text(letter)
    assert len([one for one in mail.received if "could not go back" in one["Subject"]]) == 1
    page = words(failed.browser.get(f"/returns/{rma(app)}"))
    assert "€14.90 could not go back to your card." in page and "The bank did not take it." in page
    page = words(failed.browser.get("/money/1"))
    assert "Another way for €14.90" in page
    for _ in range(3):
        failed.browser.post("/money/1", {"way": "credit"})
    assert failed.browser.at == f"/returns/{rma(app)}"
    work()
    with app.app_context():
        assert db.session.scalars(select(StoreCredit.amount)).all() == [1490]
        again = db.session.scalars(select(Payout).where(Payout.instead_of_id == 1)).one()
        assert (again.amount, again.by_hand, again.bonus) == (1490, 0, 0)
        assert db.session.scalars(select(StaffTask.kind).where(StaffTask.done_at.is_(None))).all() == []
    page = words(failed.browser.get(f"/returns/{rma(app)}"))
    assert "could not go back" not in page and "Store credit, €14.90 Yours since" in page and "In all €14.90" in page
    failed.browser.get("/money/1")
    assert failed.browser.at == f"/returns/{rma(app)}"


def test_fifty_choices_at_once_are_one(app: Flask, failed: Payer) -> None:
    """REL K1."""
    browsers = [Browser(app) for _ in range(50)]
    for other in browsers:
        other.sign_in(failed.box.customer_id)
        other.token()
    at_once(app, 50, lambda number: browsers[number].post("/money/1", {"way": "credit"}) and None)
    assert {other.at for other in browsers} == {f"/returns/{rma(app)}"}
    with app.app_context():
        assert db.session.scalars(select(Payout.amount).where(Payout.instead_of_id == 1)).all() == [1490]
        assert db.session.scalars(select(StoreCredit.amount)).all() == [1490]


def test_or_a_bank_account_and_then_somebody_at_the_shop_has_a_task(app: Flask, failed: Payer, mail: Mail, work: Work) -> None:
    failed.browser.get("/money/1")
    page = words(failed.browser.post("/money/1", {"way": "hand"}))
    assert "By the shop, by hand, €14.90" in page
    work()
    assert "We give it back to you by" in text(mail.newest("dora@example.com"))
    with app.app_context(), transaction():
        again = db.session.scalars(select(Payout).where(Payout.instead_of_id == 1)).one()
        assert done_by_hand(again, by=STAFF, at=now())
    work()
    assert mail.newest("dora@example.com")["Subject"] == "€14.90 were given back to you"
    assert "Given back on" in words(failed.browser.get(f"/returns/{rma(app)}"))


def test_nobody_else_sees_it_or_chooses(app: Flask, failed: Payer) -> None:
    other = Browser(app)
    with app.app_context(), transaction():
        mallory_id = customer("mallory@example.com").id
    other.sign_in(mallory_id)
    other.get("/money/1", expect=404)
    other.post("/money/1", {"way": "credit"}, expect=404)
    failed.browser.get("/money/2", expect=404)
    failed.browser.post("/money/1", {"way": "cash"}, expect=400)


def rma(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Return.rma)).one()


def test_whoever_looks_for_the_customer_finds_the_choice_closed(app: Flask, failed: Payer) -> None:
    with app.app_context(), transaction():
        jonas = staff().id
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    begins_view(desk, failed.box.customer_id)
    assert f"/returns/{rma(app)}" in walk(desk)
