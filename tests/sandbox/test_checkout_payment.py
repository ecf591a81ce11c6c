from typing import Any

import pytest
import stripe

from tests.sandbox.account import Account
from tests.sandbox.shop import Shop
from tests.sandbox.test_checkout import CARD, RETURN, send, text

LINE = {"price_data": {"currency": "eur", "unit_amount": 3558, "product_data": {"name": "Coat instead of Shirt"}}, "quantity": 1}


def begin(account: Account, customer: Any = None, **more: Any) -> Any:
    params = {
        "mode": "payment",
        "customer": (customer or account.customer(card=None)).id,
        "line_items": [LINE],
        "success_url": RETURN,
        "cancel_url": "https://shop.example/returns",
        "payment_intent_data": {"metadata": {"portal_key": "page-1"}, "description": "Exchange"},
        "invoice_creation": {"enabled": True, "invoice_data": {"metadata": {"portal_key": "page-1"}}},
        "metadata": {"portal_key": "page-1"},
    }
    return account.v1.checkout.sessions.create({**params, **more})


def again(account: Account, session: Any) -> Any:
    return account.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "invoice"]})


def test_a_session_of_payment_says_what_is_to_pay_and_has_no_intent_yet(account: Account) -> None:
    session = begin(account)
    assert (session.status, session.mode, session.payment_status) == ("open", "payment", "unpaid")
    assert (session.amount_total, session.currency, session.payment_intent, session.invoice) == (3558, "eur", None, None)
    (line,) = account.v1.checkout.sessions.line_items.list(session.id).data
    assert (line.description, line.amount_total, line.quantity) == ("Coat instead of Shirt", 3558, 1)


def test_one_key_opens_one_page(account: Account) -> None:
    customer, key = account.customer(card=None), account.once()
    params = {"mode": "payment", "customer": customer.id, "line_items": [LINE], "success_url": RETURN}
    first, second = (account.v1.checkout.sessions.create(params, key) for _ in range(2))
    assert first.id == second.id
    assert len(account.v1.checkout.sessions.list({"customer": customer.id}).data) == 1


def test_without_anything_to_pay_or_with_what_is_of_another_mode_it_is_refused(account: Account) -> None:
    for wrong in ({"line_items": ""}, {"setup_intent_data": {"description": "x"}}):
        with pytest.raises(stripe.InvalidRequestError):
            begin(account, **wrong)
    tiny = {"price_data": {"currency": "eur", "unit_amount": 3, "product_data": {"name": "Nearly nothing"}}, "quantity": 1}
    with pytest.raises(stripe.InvalidRequestError):
        begin(account, line_items=[tiny])


def test_what_is_paid_there_is_charged_once_and_has_an_invoice(shop: Shop) -> None:
    session = begin(shop)
    answer = send(session.url, **CARD)
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN.replace("{CHECKOUT_SESSION_ID}", session.id))
    done = again(shop, session)
    intent, charge, invoice = done.payment_intent, done.payment_intent.latest_charge, done.invoice
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (intent.status, intent.amount_received, intent.metadata["portal_key"]) == ("succeeded", 3558, "page-1")
    assert (charge.paid, charge.amount, charge.customer) == (True, 3558, session.customer)
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 3558, "manual")
    assert (invoice.lines.data[0].description, invoice.metadata["portal_key"]) == ("Coat instead of Shirt", "page-1")
    (payment,) = shop.v1.invoice_payments.list({"invoice": invoice.id}).data
    assert (payment.status, payment.payment.payment_intent) == ("paid", intent.id)
    told = [event.type for event in shop.events("charge.succeeded", "invoice.paid", "checkout.session.completed")]
    assert told == ["charge.succeeded", "invoice.paid", "checkout.session.completed"]
    assert send(session.url, **CARD).status_code == 303
    assert len(shop.v1.charges.list({"customer": session.customer}).data) == 1


def test_the_card_is_not_kept_and_the_balance_has_no_part_in_it(shop: Shop) -> None:
    customer = shop.customer(card=None)
    shop.v1.customers.balance_transactions.create(customer.id, {"amount": -1000, "currency": "eur"})
    session = begin(shop, customer)
    send(session.url, card="4242")
    assert shop.v1.customers.payment_methods.list(customer.id).data == []
    assert shop.v1.customers.retrieve(customer.id).balance == -1000
    assert again(shop, session).invoice.amount_due == 3558


def test_without_invoice_creation_there_is_no_invoice(shop: Shop) -> None:
    session = begin(shop, invoice_creation={"enabled": False})
    send(session.url, card="4242")
    done = again(shop, session)
    assert (done.payment_status, done.invoice) == ("paid", None)


def test_a_card_that_is_declined_pays_nothing_and_another_one_does(shop: Shop) -> None:
    session = begin(shop)
    answer = send(session.url, card="9995")
    assert answer.status_code == 402
    assert "Nothing was charged. Try another card." in text(answer)
    tried = again(shop, session)
    assert (tried.status, tried.payment_intent.status) == ("open", "requires_payment_method")
    assert tried.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert send(session.url, card="4242").status_code == 303
    done = again(shop, session)
    assert (done.payment_intent.id, done.payment_intent.status) == (tried.payment_intent.id, "succeeded")
    assert sorted(charge.paid for charge in shop.v1.charges.list({"payment_intent": done.payment_intent.id}).data) == [False, True]


def test_a_bank_that_asks_is_asked_before_anything_is_charged(shop: Shop) -> None:
    session = begin(shop)
    asked = send(session.url, card="3220").headers["Location"]
    assert again(shop, session).payment_intent.status == "requires_action"
    answer = send(f"{shop.url}{asked}", outcome="fail")
    assert answer.status_code == 303
    assert again(shop, session).payment_intent.last_payment_error.code == "payment_intent_authentication_failure"
    send(session.url, card="3220")
    send(f"{shop.url}{asked}", outcome="complete")
    assert again(shop, session).payment_status == "paid"


def test_it_expires_unpaid_and_is_told(shop: Shop) -> None:
    session = begin(shop, expires_at=shop.now() + 1800)
    send(session.url, card="9995")
    shop.later(seconds=1801)
    over = again(shop, session)
    assert (over.status, over.payment_status, over.payment_intent.status) == ("expired", "unpaid", "canceled")
    assert [event.type for event in shop.events("checkout.session.expired")] == ["checkout.session.expired"]
    assert send(session.url, **CARD).status_code == 410
    assert not any(charge.paid for charge in shop.v1.charges.list({"customer": session.customer}).data)


def test_what_was_paid_there_can_go_back(shop: Shop) -> None:
    session = begin(shop)
    send(session.url, card="4242")
    charge = again(shop, session).payment_intent.latest_charge
    assert shop.v1.refunds.create({"charge": charge.id, "amount": 3558}).status == "succeeded"
