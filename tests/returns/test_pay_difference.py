"""An exchange for something dearer is paid on the provider's page, once, and only then goes out."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal import create_app, outbox
from portal.accounts.models import Customer
from portal.billing.actions import know_account
from portal.billing.models import Invoice, PageOutcome, PagePayment, Refund
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.actions import exchanging
from portal.returns.models import Acceptance, Exchange, ExchangeStatus, Return, ReturnStatus
from tests.accounts.builders import customer, staff
from tests.billing.builders import back, give
from tests.browser import Browser, words
from tests.harness.serving import serve
from tests.mail import Mail
from tests.returns.swapping import BY, bought, catalogue, exchanged, returned
from tests.settings import settings
from tests.stripe import Stripe
from tests.support.viewing import begins_view, walk


@pytest.fixture
def app(stripe: Stripe, mail: Mail, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The portal, with Stripe at the other side."""
    app = create_app(settings(database_url, STRIPE_API_BASE=stripe.url, SMTP_URL=mail.url, PHOTOS_DIR=str(tmp_path)))
    with ExitStack() as ending:
        app.config["PORTAL_BASE_URL"] = ending.enter_context(serve(app))
        stripe.send_webhooks_to(app.config["PORTAL_BASE_URL"] + "/webhooks/stripe")
        yield app
        stripe.send_webhooks_to("")
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def work(app: Flask, stripe: Stripe, time: Callable[[timedelta], None]) -> Callable[[], None]:
    def work() -> None:
        stripe.wait_for_webhooks()
        time(timedelta(seconds=3))
        with app.app_context():
            outbox.work_until_idle()

    return work


class Mira:
    """She sends a shirt back, and wants the coat for it, which costs 35.58 more."""

    def __init__(self, app: Flask, stripe: Stripe) -> None:
        self.app, self.stripe, self.browser = app, stripe, Browser(app)
        with app.app_context(), transaction():
            mira = customer("mira@example.com", "Mira")
            catalogue()
            self.id = mira.id
            self.ref = stripe.v1.customers.create({"email": mira.email}).id
            know_account(mira, self.ref, at=now())
            item = returned(bought(mira), is_instant=True)
            self.exchange_id, self.return_id = exchanged(item, "COAT").id, item.return_.id
        with app.app_context():
            outbox.work_until_idle()
        self.go_on()
        self.browser.sign_in(self.id)

    @property
    def pay(self) -> str:
        return f"/returns/exchanges/{self.exchange_id}/pay"

    @property
    def paid(self) -> str:
        return f"/returns/exchanges/{self.exchange_id}/paid"

    def go_on(self) -> None:
        with self.app.app_context(), transaction():
            exchanging.go_on(db.session.get_one(Return, self.return_id), by=BY, at=now())

    def start(self, browser: Browser | None = None) -> str:
        """Press the button. Where it leads."""
        browser = browser or self.browser
        browser.get(self.pay)
        with self.app.app_context():
            answer = browser.client.post(self.pay, data={"csrf_token": browser.token()}, headers=browser.agent)
        assert answer.status_code == 303
        return str(answer.location)

    def exchange(self) -> Exchange:
        with self.app.app_context():
            return db.session.get_one(Exchange, self.exchange_id)

    def pages(self) -> list[PagePayment]:
        with self.app.app_context():
            return list(db.session.scalars(select(PagePayment).order_by(PagePayment.id)))

    def give_up(self, status: ReturnStatus) -> None:
        """Somebody decides so, with an entry in the history, as every decision has one."""
        from portal.timeline import note

        with self.app.app_context(), transaction():
            return_ = db.session.get_one(Return, self.return_id)
            return_.status = status
            note(return_, "given up", by=BY, at=now(), facts={})

    def refunds(self) -> list[int]:
        """There."""
        charges = self.stripe.v1.charges.list({"customer": self.ref}).data
        return [one.amount for charge in charges for one in self.stripe.v1.refunds.list({"charge": charge.id}).data]

    def charges(self) -> list[int]:
        return [charge.amount for charge in self.stripe.v1.charges.list({"customer": self.ref}).data if charge.paid]

    def sessions(self) -> int:
        return len(self.stripe.v1.checkout.sessions.list({"customer": self.ref}).data)


@pytest.fixture
def mira(app: Flask, stripe: Stripe) -> Mira:
    return Mira(app, stripe)


def told(page: BeautifulSoup) -> str:
    return words(page.select_one("main") or page)


def test_it_is_paid_there_comes_back_and_goes_out(mira: Mira, work: Callable[[], None]) -> None:
    page = mira.browser.get(mira.pay)
    assert "Coat Instead of Shirt" in told(page)
    assert "€35.58" in told(page)
    assert give(mira.start(), "4242") == mira.paid
    assert "Checking your payment…" in told(mira.browser.get(mira.paid))
    work()
    assert "Coat is being packed." in told(mira.browser.get(mira.paid))
    exchange = mira.exchange()
    assert (exchange.status, exchange.paid, exchange.owed) == (ExchangeStatus.APPROVED, 3558, 0)
    with mira.app.app_context():
        order = db.session.get_one(Order, exchange.order_id)
        assert (order.total, order.lines[0].sku) == (7128, "COAT")
        invoice = db.session.scalars(select(Invoice)).one()
        assert (invoice.words, invoice.paid, invoice.status) == ("Coat instead of Shirt", 3558, "paid")
    assert mira.charges() == [3558]


def test_the_webhook_alone_finishes_it(mira: Mira, work: Callable[[], None]) -> None:
    requests.post(mira.start(), {"card": "4242"}, timeout=30, allow_redirects=False)
    work()
    assert mira.exchange().status is ExchangeStatus.APPROVED


def test_the_way_back_alone_finishes_it(mira: Mira, stripe: Stripe, work: Callable[[], None]) -> None:
    stripe.send_webhooks_to("")
    url = mira.start()
    mira.browser.get(give(url, "4242"))
    work()
    assert mira.exchange().status is ExchangeStatus.APPROVED


def test_without_either_it_is_found_when_the_page_is_over(mira: Mira, stripe: Stripe, work: Callable[[], None]) -> None:
    stripe.send_webhooks_to("")
    give(mira.start(), "4242")
    work()
    assert mira.exchange().status is ExchangeStatus.AWAITING_PAYMENT
    stripe.later(hours=2, minutes=5)
    work()
    assert mira.exchange().status is ExchangeStatus.APPROVED


def test_who_taps_twice_or_has_two_tabs_gets_the_same_page(mira: Mira) -> None:
    assert mira.start() == mira.start()
    assert mira.sessions() == 1
    assert len(mira.pages()) == 1


def test_whose_answer_is_lost_gets_the_page_that_was_opened(mira: Mira, stripe: Stripe, work: Callable[[], None]) -> None:
    stripe.faults({"when": {"method": "POST", "path_prefix": "/v1/checkout/sessions"}, "kind": "lost_after", "times": 1})
    assert mira.start().endswith(mira.pay)
    stripe.no_faults()
    assert mira.start().startswith(stripe.url)
    assert mira.sessions() == 1


def test_an_answer_that_was_lost_and_a_key_that_was_forgotten_open_no_second_page(
    mira: Mira, stripe: Stripe, time: Callable[[timedelta], None]
) -> None:
    stripe.faults({"when": {"method": "POST", "path_prefix": "/v1/checkout/sessions"}, "kind": "500", "times": 1})
    mira.start()
    stripe.no_faults()
    mira.start()
    mira.start()
    assert mira.sessions() == 1


def test_a_page_that_expires_leaves_it_open_and_it_can_be_paid_on_another(mira: Mira, stripe: Stripe, work: Callable[[], None]) -> None:
    first = mira.start()
    requests.post(first, {"card": "9995"}, timeout=30, allow_redirects=False)
    stripe.later(hours=2, minutes=5)
    work()
    assert [page.outcome for page in mira.pages()] == [PageOutcome.EXPIRED]
    assert mira.exchange().status is ExchangeStatus.AWAITING_PAYMENT
    assert "There is not enough money on the card" in told(mira.browser.get(mira.pay))
    assert mira.start() != first
    give(mira.start(), "4242")
    work()
    assert mira.exchange().status is ExchangeStatus.APPROVED
    assert mira.charges() == [3558]


def test_while_nobody_knows_whether_a_page_was_paid_no_other_is_opened(mira: Mira, time: Callable[[timedelta], None]) -> None:
    mira.start()
    time(timedelta(hours=3))
    mira.browser.get(mira.pay)
    assert "Try again in a minute" in words(mira.browser.post(mira.pay))
    assert len(mira.pages()) == 1


def test_who_comes_back_without_paying_is_told_and_may_go_on(mira: Mira) -> None:
    url = mira.start()
    page = mira.browser.get(f"{mira.paid}?left=1")
    assert "You came back without paying" in told(page)
    assert url in str(page)


def test_what_is_paid_cannot_be_paid_again(mira: Mira, work: Callable[[], None]) -> None:
    give(mira.start(), "4242")
    work()
    mira.browser.get("/returns")
    assert "There is nothing to pay for it." in words(mira.browser.post(mira.pay))
    assert mira.sessions() == 1


def test_bob_cannot_pay_see_or_end_it(mira: Mira, app: Flask) -> None:
    with app.app_context(), transaction():
        bob_id = customer("bob@example.com").id
    bob = Browser(app)
    bob.sign_in(bob_id)
    for path in (mira.pay, mira.paid):
        bob.get(path, expect=404)
    for path in (mira.pay, f"/returns/exchanges/{mira.exchange_id}/money"):
        bob.post(path, expect=404)


@pytest.mark.parametrize("status", [ReturnStatus.DECLINED, ReturnStatus.CANCELED])
def test_what_was_paid_goes_back_once_when_the_return_is_given_up(mira: Mira, status: ReturnStatus, work: Callable[[], None]) -> None:
    with mira.app.app_context(), transaction():
        exchange = db.session.get_one(Exchange, mira.exchange_id)
        assert exchange.item
        exchange.item.is_instant = False
    give(mira.start(), "4242")
    work()
    assert mira.exchange().status is ExchangeStatus.AWAITING_PAYMENT
    mira.give_up(status)
    for _ in range(3):
        work()
        mira.go_on()
    assert mira.refunds() == [3558]
    assert (mira.exchange().status, mira.exchange().paid) == (ExchangeStatus.CANCELED, 0)
    with mira.app.app_context():
        assert db.session.scalar(select(func.count(Refund.id))) == 1


def test_what_is_paid_just_after_it_was_given_up_goes_back_too(mira: Mira, stripe: Stripe, work: Callable[[], None]) -> None:
    stripe.control("webhooks", {"paused": True})
    url = mira.start()
    give(url, "4242")
    mira.give_up(ReturnStatus.CANCELED)
    stripe.control("webhooks", {"paused": False})
    for _ in range(3):
        work()
    assert mira.refunds() == [3558]
    assert mira.exchange().paid == 0


def test_an_open_page_is_closed_when_the_return_is_given_up(mira: Mira, work: Callable[[], None]) -> None:
    url = mira.start()
    mira.give_up(ReturnStatus.DECLINED)
    work()
    work()
    assert requests.post(url, {"card": "4242"}, timeout=30, allow_redirects=False).status_code == 410
    assert [page.outcome for page in mira.pages()] == [PageOutcome.LEFT]
    assert mira.refunds() == []


def test_the_money_taken_instead_brings_the_difference_back(mira: Mira, work: Callable[[], None]) -> None:
    with mira.app.app_context(), transaction():
        exchange = db.session.get_one(Exchange, mira.exchange_id)
        assert exchange.item
        exchange.item.is_instant = False
    give(mira.start(), "4242")
    work()
    mira.browser.get("/returns")
    mira.browser.post(f"/returns/exchanges/{mira.exchange_id}/money")
    work()
    assert mira.refunds() == [3558]
    assert mira.exchange().status is ExchangeStatus.CANCELED


def test_what_is_kept_back_after_it_was_paid_is_paid_on_a_page_of_its_own(mira: Mira, work: Callable[[], None]) -> None:
    with mira.app.app_context(), transaction():
        exchange = db.session.get_one(Exchange, mira.exchange_id)
        assert exchange.item
        exchange.item.is_instant = False
    give(mira.start(), "4242")
    work()
    with mira.app.app_context(), transaction():
        exchange = db.session.get_one(Exchange, mira.exchange_id)
        assert exchange.item
        exchange.item.acceptance, exchange.item.accepted, exchange.item.deduction = Acceptance.ACCEPTED, 1, 400
    mira.go_on()
    assert mira.exchange().owed == 400
    give(mira.start(), "4242")
    work()
    assert sorted(mira.charges()) == [400, 3558]
    assert mira.exchange().status is ExchangeStatus.APPROVED


def test_its_page_leads_back_to_ours(mira: Mira) -> None:
    assert back(mira.start()).startswith("/_checkout/pay/")


def test_the_customer_of_it_is_hers(mira: Mira) -> None:
    with mira.app.app_context():
        assert db.session.get_one(Customer, mira.id).email == "mira@example.com"


def test_whoever_looks_for_her_finds_it_closed(app: Flask, mira: Mira) -> None:
    with app.app_context(), transaction():
        jonas = staff().id
        rma = db.session.get_one(Return, mira.return_id).rma
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    begins_view(desk, mira.id)
    assert f"/returns/{rma}" in walk(desk)
