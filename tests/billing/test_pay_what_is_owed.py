from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.billing import queries
from portal.billing.models import InvoicePayment, Paid
from portal.kit.db import db, transaction
from portal.payments import billing_provider
from tests.accounts.builders import staff
from tests.billing.builders import Payer, behind
from tests.browser import Browser, words
from tests.conftest import Work
from tests.ground import at_once
from tests.mail import Mail, text
from tests.support.viewing import acts

PAY = {"method": "POST", "path_prefix": "/v1/invoices/"}


def pay(payer: Payer, last4: str, *, looking: bool = True) -> str:
    """Press the button. The page of the invoice."""
    here = f"/account/billing/{payer.invoices()[0].id}"
    payer.browser.get("/account/payment")
    payer.browser.post(f"{here}/pay", {"card": str(payer.card(last4))})
    if not looking:
        payer.stripe.later(minutes=2)
    return here


def charges(payer: Payer) -> list[Any]:
    """Those that were paid."""
    return [charge for charge in payer.stripe.v1.charges.list({"customer": payer.ref}).data if charge.paid]


def payments(app: Flask) -> list[InvoicePayment]:
    with app.app_context():
        return list(db.session.scalars(select(InvoicePayment).order_by(InvoicePayment.id)))


def test_a_payment_that_failed_is_shown_with_its_reason_and_the_ways_out(alice: Payer, work: Work) -> None:
    behind(alice, work)
    page = words(alice.browser.get("/account/payment"))
    assert "€14.90 is not paid" in page
    assert "Visa ending 0341 was refused. Your bank refused it and gave no reason. Ask your bank, or use another card." in page
    assert "Pay now" in page and "Use another card" in page
    with alice.app.app_context():
        (open_one,) = queries.open_invoices(alice.box.customer_id)
    assert (open_one.due, open_one.currency, open_one.subscription_ref) == (1490, "EUR", alice.box.ref)
    assert open_one.is_collected and open_one.next_try_at and open_one.last_try and open_one.last_try.reason == "generic_decline"


def test_a_new_card_pays_at_once_what_is_owed(alice: Payer, work: Work, mail: Mail) -> None:
    behind(alice, work)
    before = words(alice.browser.get(alice.add))
    assert "Paid with it at once: 1 × Sidamo coffee beans €14.90" in before
    back = alice.give("4444")
    alice.browser.get(back)
    work()
    page = words(alice.browser.get(back))
    assert "€14.90 is paid. With Mastercard ending 4444" in page
    assert alice.invoices()[0].status == "paid"
    assert alice.stripe.v1.subscriptions.retrieve(alice.box.ref).status == "active"
    assert len(charges(alice)) == 2
    assert not [letter for letter in mail.received if "14.90" in str(letter["Subject"])], "she is looking"


def test_the_subscription_is_told_of_it(alice: Payer, work: Work) -> None:
    behind(alice, work)
    assert "Payment failed" in words(alice.browser.get(alice.box.page))
    alice.stripe.send_webhooks_to("")
    alice.browser.get(alice.give("4444"))
    work()
    work()
    assert "€14.90 charged" in words(alice.browser.get(alice.box.page))


def test_a_card_that_is_only_to_be_there_pays_nothing(alice: Payer, work: Work) -> None:
    behind(alice, work)
    alice.browser.get(alice.give("4444", everything=False))
    work()
    assert alice.invoices()[0].status == "open" and len(charges(alice)) == 1


def test_who_does_not_look_gets_a_mail(alice: Payer, work: Work, mail: Mail) -> None:
    behind(alice, work)
    alice.give("4444")
    work()
    work()
    letter = mail.newest("alice@example.com")
    assert letter["Subject"] == "€14.90 is paid"
    assert "Mastercard ending 4444" in text(letter)


def test_a_new_card_that_is_refused_too_is_told_with_what_to_do(alice: Payer, work: Work) -> None:
    behind(alice, work)
    back = alice.give("0341")
    alice.browser.get(back)
    work()
    page = words(alice.browser.get(back))
    assert "Your card is saved" in page
    assert "€14.90 could not be paid. Your bank refused it and gave no reason. Ask your bank, or use another card." in page
    assert "Use another card" in page
    assert alice.invoices()[0].status == "open"


def test_one_that_its_holder_must_approve_is_told_with_the_page_for_it(alice: Payer, work: Work, mail: Mail) -> None:
    behind(alice, work, "pm_card_authenticationRequired")
    page = alice.browser.get("/account/payment")
    assert "Your bank wants you to approve it yourself. Approve it on the payment provider’s page, or use another card." in words(page)
    approve = page.find("a", string="Approve the payment")
    assert approve and str(approve["href"]).startswith(alice.stripe.url)
    pay(alice, "3184", looking=False)
    work()
    work()
    assert "Approve it on the payment provider’s page" in text(mail.newest("alice@example.com"))


def test_paying_now_says_the_amount_first_and_how_it_went(alice: Payer, work: Work) -> None:
    behind(alice, work)
    here = f"/account/billing/{alice.invoices()[0].id}"
    sheet = words(alice.browser.get(f"{here}/pay"))
    assert "Pay €14.90 now?" in sheet and "Visa ending 0341" in sheet and "Visa ending 4242" in sheet
    pay(alice, "4242")
    assert "Paying €14.90…" in words(alice.browser.get(here))
    work()
    page = words(alice.browser.get(here))
    assert "€14.90 is paid. With Visa ending 4242" in page
    assert "Visa ending 0341 was refused" in page and "€14.90 paid with Visa ending 4242" in page
    assert "€14.90 paid with Visa ending 4242" in words(alice.browser.get("/account/payment"))


def test_what_staff_pay_for_her_is_told_her_with_their_name(alice: Payer, app: Flask, work: Work, mail: Mail) -> None:
    """She has no page open that would say so."""
    behind(alice, work)
    with app.app_context(), transaction():
        jonas = staff("jonas@halfjar.example", "Jonas").id
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    acts(desk, alice.box.customer_id)
    here = f"/account/billing/{alice.invoices()[0].id}"
    desk.post(f"{here}/pay", {"card": str(alice.card("4242"))})
    work()
    work()
    letter = text(mail.newest("alice@example.com"))
    assert "€14.90" in letter and "Done by Jonas of Halfjar for you." in letter
    desk.post("/desk/viewing/leave")
    work()
    assert "* €14.90 is paid" in text(mail.newest("alice@example.com"))
    assert "Changed for you: €14.90 is paid" in words(alice.browser.get("/account/visits"))


def test_a_double_tap_pays_once(alice: Payer, app: Flask, work: Work) -> None:
    behind(alice, work)
    pay(alice, "4242")
    pay(alice, "4242")
    assert len(payments(app)) == 1
    work()
    assert len(charges(alice)) == 2
    here = f"/account/billing/{alice.invoices()[0].id}"
    alice.browser.get(here)
    assert "This is paid already. Nothing was charged." in words(alice.browser.post(f"{here}/pay", {"card": str(alice.card("4242"))}))


def test_two_workers_at_once_charge_once(alice: Payer, app: Flask, work: Work) -> None:
    behind(alice, work)
    pay(alice, "4242")
    alice.stripe.later(minutes=1)
    at_once(app, 2, lambda _: outbox.work_until_idle())
    assert len(charges(alice)) == 2


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "500", "409", "truncated"])
def test_whatever_is_lost_it_is_charged_once(alice: Payer, app: Flask, work: Work, kind: str) -> None:
    behind(alice, work)
    alice.stripe.faults({"kind": kind, "when": PAY, "times": 1})
    pay(alice, "4242")
    work()
    for _ in range(3):
        alice.stripe.later(minutes=6)
        work()
    assert len(charges(alice)) == 2
    assert payments(app)[0].outcome is Paid.PAID


def test_a_refusal_whose_answer_was_lost_is_the_same_when_asked_again(alice: Payer, app: Flask, work: Work) -> None:
    behind(alice, work)
    tried = len(alice.stripe.v1.charges.list({"customer": alice.ref}).data)
    alice.stripe.faults({"kind": "lost_after", "when": PAY, "times": 1})
    pay(alice, "0341")
    work()
    alice.stripe.later(minutes=6)
    work()
    assert payments(app)[0].outcome is Paid.REFUSED
    assert len(alice.stripe.v1.charges.list({"customer": alice.ref}).data) == tried + 1


@pytest.mark.parametrize(("last4", "outcome"), [("4242", Paid.PAID), ("0341", Paid.REFUSED)])
def test_after_twenty_hours_the_effect_is_looked_for_first(alice: Payer, app: Flask, work: Work, last4: str, outcome: Paid) -> None:
    """The provider has forgotten the key by then: asked again, it would charge again."""
    behind(alice, work)
    alice.stripe.faults({"kind": "lost_after", "when": PAY, "times": 1})
    pay(alice, last4)
    work()
    alice.stripe.control("idempotency", {"forget": True})
    alice.stripe.forget_requests()
    alice.stripe.later(hours=21)
    work()
    assert payments(app)[0].outcome is outcome
    asked = [one for one in alice.stripe.requests() if one["path"].endswith("/pay")]
    assert asked == []


def test_after_twenty_hours_without_an_effect_it_is_tried(alice: Payer, app: Flask, work: Work) -> None:
    behind(alice, work)
    alice.stripe.faults({"kind": "lost_before", "when": PAY})
    pay(alice, "4242")
    work()
    alice.stripe.no_faults()
    alice.stripe.later(hours=21)
    work()
    assert payments(app)[0].outcome is Paid.PAID
    assert len(charges(alice)) == 2


def test_what_was_paid_meanwhile_is_not_paid_again(alice: Payer, app: Flask, work: Work) -> None:
    behind(alice, work)
    alice.stripe.send_webhooks_to("")
    invoice = alice.invoices()[0]
    card = alice.stripe.v1.customers.payment_methods.list(alice.ref).data[-1].id
    alice.stripe.v1.invoices.pay(invoice.provider_ref, {"payment_method": card})
    pay(alice, "4242")
    work()
    assert len(charges(alice)) == 2
    assert payments(app)[0].outcome is Paid.PAID


def test_a_card_of_somebody_else_pays_nothing(alice: Payer, bob: Payer, work: Work) -> None:
    behind(alice, work)
    here = f"/account/billing/{alice.invoices()[0].id}"
    alice.browser.get("/account/payment")
    page = words(alice.browser.post(f"{here}/pay", {"card": str(bob.card("4242"))}))
    assert "This card is not there any more." in page
    bob.box.sign_in()
    bob.browser.get(f"{here}/pay", expect=404)
    bob.browser.post(f"{here}/pay", {"card": str(alice.card("4242"))}, expect=404)
    work()
    assert len(charges(alice)) == 1


def test_the_provider_itself_says_what_is_owed(alice: Payer, work: Work) -> None:
    behind(alice, work)
    with alice.app.app_context():
        stands = billing_provider().look_up(alice.ref, since=None)
    owed = [bill for bill in stands.bills if bill.status == "open" and bill.was_tried]
    assert [(bill.due, [one.reason for one in bill.tries]) for bill in owed] == [(1490, ["generic_decline"])]
