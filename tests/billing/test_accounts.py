from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.billing import queries
from portal.billing.actions import know_account
from portal.billing.models import BillingAccount
from portal.billing.refusals import ProviderIsAhead
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.payments import AccountStanding, billing_provider
from tests.accounts.builders import customer
from tests.billing.builders import Payer, account, give, in_context, times_asked
from tests.browser import Browser, Sent, words
from tests.conftest import Work
from tests.stripe import Stripe


def test_what_the_provider_has_is_learned(alice: Payer) -> None:
    with alice.app.app_context():
        (shown,) = queries.accounts(alice.box.customer_id)
    assert [(card.brand, card.last4, card.date, card.is_default) for card in shown.cards] == [("visa", "4242", "12/34", True)]
    assert (shown.currency, shown.balance, shown.is_waiting) == ("EUR", 0, False)
    assert [(invoice.total, invoice.status, invoice.words) for invoice in alice.invoices()] == [(1490, "paid", "1 × Sidamo coffee beans")]


def test_an_account_that_is_known_is_found_and_asked_for_no_more(alice: Payer) -> None:
    with alice.app.app_context(), transaction():
        customer = db.session.get_one(Customer, alice.box.customer_id)
        before = times_asked("billing_account", alice.account_id)
        assert know_account(customer, alice.ref, at=now()).id == alice.account_id
        assert times_asked("billing_account", alice.account_id) == before


def test_an_account_of_somebody_else_stays_theirs(alice: Payer, bob: Payer) -> None:
    with alice.app.app_context(), transaction():
        assert know_account(db.session.get_one(Customer, bob.box.customer_id), alice.ref, at=now()).customer_id == alice.box.customer_id


def test_credit_is_shown_with_what_it_means(alice: Payer, work: Work) -> None:
    alice.stripe.v1.customers.balance_transactions.create(alice.ref, {"amount": -500, "currency": "eur"})
    work()
    assert "Credit €5.00 Used for your next charges, before any card." in words(alice.browser.get("/account/payment"))
    alice.stripe.v1.customers.balance_transactions.create(alice.ref, {"amount": 800, "currency": "eur"})
    work()
    page = words(alice.browser.get("/account/payment"))
    assert "Added to your next charge €3.00" in page and "Credit" not in page


def test_an_invoice_says_what_credit_paid_of_it(alice: Payer, work: Work) -> None:
    alice.stripe.v1.customers.balance_transactions.create(alice.ref, {"amount": -500, "currency": "eur"})
    alice.stripe.later(days=31)
    alice.stripe.later(hours=2)
    work()
    alice.box.sign_in()
    page = words(alice.browser.get(f"/account/billing/{alice.invoices()[0].id}"))
    assert "Amount €14.90" in page and "From your credit −€5.00" in page and "Paid by card €9.90" in page


def test_one_person_sees_all_accounts_each_with_its_own_cards_and_credit(alice: Payer) -> None:
    account(alice, "cus_second", cards=1, balance=250)
    page = alice.browser.get("/account/payment")
    first, second = page.select("section.card[aria-label]")
    assert "Account 1" in words(first) and "Visa ending 4242" in words(first) and "€2.50" not in words(first)
    assert "Account 2" in words(second) and "Visa ending 1000" in words(second) and "Credit €2.50" in words(second)
    assert "You have several accounts with the payment provider, all under your confirmed address." in words(page)


def test_a_card_pays_no_invoice_of_another_account(alice: Payer, work: Work) -> None:
    other = account(alice, "cus_second", cards=1)
    alice.fall_behind()
    work()
    work()
    here = f"/account/billing/{alice.invoices()[0].id}"
    assert "Visa ending 1000" not in words(alice.browser.get(f"{here}/pay"))
    with alice.app.app_context():
        card = db.session.get_one(BillingAccount, other).cards[0].id
    assert "This card is not there any more." in words(alice.browser.post(f"{here}/pay", {"card": str(card)}))


def test_whoever_pays_nothing_here_reads_so(app: Flask, stripe: Stripe) -> None:
    with app.app_context(), transaction():
        new = customer("new@example.com").id
    browser = Browser(app)
    browser.sign_in(new)
    assert "Nothing is paid here yet" in words(browser.get("/account/payment"))
    assert "Nothing here" in words(browser.get("/account/billing"))


def test_before_the_first_look_the_page_waits(alice: Payer) -> None:
    with alice.app.app_context(), transaction():
        db.session.get_one(BillingAccount, alice.account_id).learned_at = None
    block = alice.browser.get("/account/payment").select_one("#payment")
    assert block and block["hx-trigger"] == "every 2s"


def test_a_card_that_ends_soon_or_has_ended_says_so(alice: Payer) -> None:
    for month, year, said in [
        (12, 2026, "Ends 12/26"),
        (10, 2026, "Ended 10/26"),
        (11, 2026, "Ends 11/26"),
        (1, 2027, "Valid until 01/27."),
    ]:
        with alice.app.app_context(), transaction():
            card = db.session.get_one(BillingAccount, alice.account_id).cards[0]
            card.exp_month, card.exp_year = month, year
        assert said in words(alice.browser.get("/account/payment")), said


def test_a_charge_at_the_provider_is_learned_by_its_webhook(alice: Payer, work: Work) -> None:
    alice.stripe.later(days=31)
    alice.stripe.later(hours=2)
    work()
    assert [invoice.status for invoice in alice.invoices()] == ["paid", "paid"]


def test_a_quiet_account_costs_four_questions(alice: Payer, app: Flask, work: Work) -> None:
    work()
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(BillingAccount, alice.account_id), at=now())
    alice.stripe.forget_requests()
    work()
    assert [(one["method"], one["path"].split("/")[2]) for one in alice.stripe.requests()] == [
        ("GET", "customers"),
        ("GET", "customers"),
        ("GET", "invoices"),
        ("GET", "charges"),
    ]
    assert all("created" in one["params"] for one in alice.stripe.requests()[2:]), "only what may be news"


def test_the_nightly_run_looks_at_every_account(alice: Payer, bob: Payer, app: Flask, work: Work) -> None:
    work()
    alice.stripe.send_webhooks_to("")
    for payer in (alice, bob):
        payer.stripe.v1.customers.balance_transactions.create(payer.ref, {"amount": -100, "currency": "eur"})
    with app.app_context(), transaction():
        outbox.want_task("look at every account", {}, at=now())
    work()
    with app.app_context():
        assert db.session.scalars(select(BillingAccount.balance)).all() == [100, 100]


def test_a_change_there_of_a_version_that_we_never_had_is_not_believed(alice: Payer, work: Work) -> None:
    alice.stripe.v1.customers.update(alice.ref, {"metadata": {"portal_version": "7"}})
    work()
    with alice.app.app_context():
        account = db.session.get_one(BillingAccount, alice.account_id)
        stands = look(alice)
        with pytest.raises(ProviderIsAhead):
            account.learn(stands, at=now())
        db.session.rollback()


def look(alice: Payer) -> AccountStanding:
    db.session.rollback()
    return billing_provider().look_up(alice.ref, since=None)


def test_what_was_looked_up_before_somebody_else_learned_is_not_believed(alice: Payer, app: Flask, work: Work) -> None:
    """A look that was slow must not take away a card that was added meanwhile."""
    work()
    alice.stripe.send_webhooks_to("")
    back = alice.start({"everything": "yes"})
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(BillingAccount, alice.account_id), at=now())
    alice.stripe.faults({"kind": "slow", "seconds": 2, "when": {"method": "GET", "path_prefix": "/v1/charges"}, "times": 1})
    slow = Thread(target=in_context, args=(app, outbox.work_until_idle))
    slow.start()
    alice.stripe.wait_for_a_fault()  # it has seen the cards by now
    alice.browser.get(give(back, "4444"))
    in_context(app, outbox.work_until_idle)
    assert alice.cards() == ["4444", "4242"]
    slow.join()
    work()
    assert alice.cards() == ["4444", "4242"]
    assert "not by you" not in words(alice.browser.get("/account/payment"))


def test_where_parcels_go_is_told_to_the_provider(alice: Payer, work: Work) -> None:
    form: Sent = {"name": "Alice Ito", "line1": "Lindenallee 12", "postcode": "10115", "city": "Berlin", "country": "DE"}
    alice.browser.get("/account/addresses")
    alice.browser.post("/account/addresses/new", form)
    work()
    there = alice.stripe.v1.customers.retrieve(alice.ref).shipping
    assert (there.name, there.address.line1, there.address.postal_code, there.address.city) == (
        "Alice Ito",
        "Lindenallee 12",
        "10115",
        "Berlin",
    )
    alice.stripe.forget_requests()
    work()
    assert not [one for one in alice.stripe.requests() if one["method"] == "POST"], "told once"
