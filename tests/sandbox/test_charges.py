from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from playwright.sync_api import Browser

from tests.journeys.axe import violations
from tests.sandbox.account import DAY, Account
from tests.sandbox.shop import Shop
from tests.sandbox.test_checkout import begin, send, text

PAYMENTS = "payments.data.payment.payment_intent"


def owed(shop: Shop, token: str = "pm_card_chargeCustomerFail") -> Any:
    """The invoice of a renewal that this card did not pay."""
    customer = shop.customer()
    subscription = shop.subscribe(customer, trial_end=shop.now() + DAY)
    card = shop.v1.payment_methods.attach(token, {"customer": customer.id})
    shop.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card.id}})
    shop.charge_at(subscription.trial_end)
    return shop.again(subscription).latest_invoice


def charges(account: Account, invoice: Any) -> list[Any]:
    """Oldest first."""
    intent = intent_of(account, invoice)
    return list(reversed(account.v1.charges.list({"payment_intent": intent.id, "limit": 100}).data))


def intent_of(account: Account, invoice: Any) -> Any:
    (payment,) = account.v1.invoices.retrieve(invoice.id, {"expand": [PAYMENTS]}).payments.data
    return payment.payment.payment_intent


def test_a_paid_invoice_has_one_intent_and_one_charge(account: Account) -> None:
    subscription = account.subscribe()
    invoice = account.again(subscription).latest_invoice
    intent = intent_of(account, invoice)
    assert (intent.status, intent.amount, intent.amount_received, intent.currency) == ("succeeded", 1999, 1999, "eur")
    (charge,) = charges(account, invoice)
    assert (charge.id, charge.customer, charge.payment_method) == (intent.latest_charge, subscription.customer, intent.payment_method)
    assert (charge.status, charge.paid, charge.amount, charge.failure_code) == ("succeeded", True, 1999, None)
    assert (charge.outcome.type, charge.outcome.reason) == ("authorized", None)
    card = charge.payment_method_details.card
    assert (card.brand, card.last4) == ("visa", "4242")
    assert account.v1.charges.retrieve(charge.id).id == charge.id
    assert account.v1.payment_intents.retrieve(intent.id).id == intent.id


def test_an_invoice_says_by_what_it_was_paid_only_when_asked(account: Account) -> None:
    invoice = account.v1.invoices.retrieve(account.subscribe().latest_invoice)
    assert "payments" not in invoice
    (payment,) = account.v1.invoices.retrieve(invoice.id, {"expand": ["payments"]}).payments.data
    assert (payment.invoice, payment.status, payment.amount_paid, payment.is_default) == (invoice.id, "paid", 1999, True)
    assert (payment.payment.type, payment.payment.payment_intent[:3]) == ("payment_intent", "pi_")
    for listed in (
        account.v1.invoice_payments.list({"invoice": invoice.id}),
        account.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": payment.payment.payment_intent}}),
    ):
        assert [found.id for found in listed.data] == [payment.id]
    assert account.v1.invoice_payments.retrieve(payment.id).invoice == invoice.id
    assert account.v1.invoice_payments.list({"invoice": invoice.id, "status": "open"}).data == []


def test_what_costs_nothing_has_no_payment(account: Account) -> None:
    subscription = account.subscribe(trial_end=account.now() + DAY)
    assert account.v1.invoices.retrieve(subscription.latest_invoice, {"expand": ["payments"]}).payments.data == []
    assert account.v1.charges.list({"customer": subscription.customer}).data == []


def test_each_attempt_is_a_charge_of_the_same_intent(shop: Shop) -> None:
    invoice = owed(shop)
    intent = intent_of(shop, invoice)
    assert (intent.status, intent.payment_method, intent.amount_received) == ("requires_payment_method", None, 0)
    with pytest.raises(stripe.CardError):
        shop.v1.invoices.pay(invoice.id)
    shop.later(days=3)
    shop.pay_from_now_on(shop.v1.customers.retrieve(invoice.customer))
    shop.later(days=5)
    made = charges(shop, invoice)
    assert [(charge.status, charge.payment_method_details.card.last4) for charge in made] == [
        ("failed", "0341"), ("failed", "0341"), ("failed", "0341"), ("succeeded", "4242"),
    ]  # fmt: skip
    assert made[0].created == invoice.status_transitions.finalized_at
    paid = intent_of(shop, invoice)
    assert (paid.id, paid.status, paid.latest_charge, paid.last_payment_error) == (intent.id, "succeeded", made[-1].id, None)


def test_a_customers_charges_are_listed_newest_first(shop: Shop) -> None:
    invoice = owed(shop)
    shop.subscribe()
    shop.pay_from_now_on(shop.v1.customers.retrieve(invoice.customer))
    shop.v1.invoices.pay(invoice.id)
    listed = shop.v1.charges.list({"customer": invoice.customer}).data
    assert [charge.status for charge in listed] == ["succeeded", "failed"]
    assert [intent.id for intent in shop.v1.payment_intents.list({"customer": invoice.customer}).data] == [listed[0].payment_intent]


def test_a_declined_charge_says_why(shop: Shop) -> None:
    invoice = owed(shop)
    (charge,) = charges(shop, invoice)
    assert (charge.paid, charge.captured, charge.amount, charge.amount_captured) == (False, False, 1999, 0)
    assert (charge.failure_code, charge.failure_message) == ("card_declined", "Your card was declined.")
    assert (charge.outcome.type, charge.outcome.reason) == ("issuer_declined", "generic_decline")
    assert charge.outcome.seller_message == "The bank did not return any further details with this decline."
    error = intent_of(shop, invoice).last_payment_error
    assert (error.code, error.decline_code, error.charge) == ("card_declined", "generic_decline", charge.id)


@pytest.mark.parametrize("asks", ["authenticationRequired", "threeDSecure2Required", "authenticationRequiredOnSetup"])
def test_a_card_whose_bank_asks_is_declined_while_its_holder_is_away(shop: Shop, asks: str) -> None:
    invoice = owed(shop, f"pm_card_{asks}")
    (charge,) = charges(shop, invoice)
    assert (charge.failure_code, charge.outcome.reason) == ("authentication_required", "authentication_required")
    assert charge.failure_message == "Your card was declined. This transaction requires authentication."
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.invoices.pay(invoice.id)
    assert (declined.value.code, invoice.status) == ("authentication_required", "open")


def test_a_card_that_was_set_up_with_its_holder_is_charged_without_them(shop: Shop) -> None:
    invoice = owed(shop)
    session = begin(shop, shop.v1.customers.retrieve(invoice.customer))
    send(f"{shop.url}{send(session.url, card='3155').headers['Location']}", outcome="complete")
    card = shop.v1.customers.payment_methods.list(invoice.customer).data[0]
    assert shop.v1.invoices.pay(invoice.id, {"payment_method": card.id}).status == "paid"


def test_a_card_that_asks_each_time_is_declined_though_it_was_set_up(shop: Shop) -> None:
    invoice = owed(shop)
    session = begin(shop, shop.v1.customers.retrieve(invoice.customer))
    send(f"{shop.url}{send(session.url, card='3184').headers['Location']}", outcome="complete")
    card = shop.v1.customers.payment_methods.list(invoice.customer).data[0]
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.invoices.pay(invoice.id, {"payment_method": card.id})
    assert declined.value.code == "authentication_required"


def test_without_a_card_there_is_an_intent_and_no_charge(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(card=None), trial_end=shop.now() + DAY)
    shop.charge_at(subscription.trial_end)
    invoice = shop.again(subscription).latest_invoice
    assert intent_of(shop, invoice).status == "requires_payment_method"
    assert charges(shop, invoice) == []


def test_what_is_void_is_not_paid_any_more(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"))
    shop.later(seconds=23 * 3600)
    (payment,) = shop.v1.invoice_payments.list({"invoice": subscription.latest_invoice, "expand": ["data.payment.payment_intent"]}).data
    intent = payment.payment.payment_intent
    assert (payment.status, intent.status, intent.cancellation_reason) == ("canceled", "canceled", "void_invoice")


def test_a_charge_is_told(shop: Shop) -> None:
    invoice = owed(shop)
    shop.pay_from_now_on(shop.v1.customers.retrieve(invoice.customer))
    shop.v1.invoices.pay(invoice.id)
    told = shop.events("charge.succeeded", "charge.failed", "invoice.payment_failed", "invoice.paid")[-4:]
    assert [event.type for event in told] == ["charge.failed", "invoice.payment_failed", "charge.succeeded", "invoice.paid"]


def test_a_finalized_invoice_has_a_page_that_shows_its_lines_and_its_attempts(shop: Shop) -> None:
    subscription = shop.subscribe(trial_end=shop.now() + DAY)
    shop.decline_from_now_on(shop.v1.customers.retrieve(subscription.customer))
    shop.advance_to(subscription.trial_end)
    draft = shop.again(subscription).latest_invoice
    assert (draft.hosted_invoice_url, draft.invoice_pdf) == (None, None)
    assert requests.get(f"{shop.url}/_invoice/{draft.id}", timeout=30).status_code == 404
    shop.later(seconds=3600)
    invoice = shop.again(subscription).latest_invoice
    assert (invoice.hosted_invoice_url, invoice.invoice_pdf) == (f"{shop.url}/_invoice/{invoice.id}",) * 2
    shown = text(requests.get(invoice.hosted_invoice_url, timeout=30))
    for words in (f"Invoice {invoice.number}", "For Alice", "1 × Coffee box", "€19.99", "Visa ending in 0341", "Your card was declined."):
        assert words in shown


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_an_invoice_fits_a_phone_and_breaks_no_rule_of_access(
    shop: Shop, browser: Browser, scheme: Any, tmp_path: Path
) -> None:
    invoice = owed(shop)
    with browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(invoice.hosted_invoice_url)
        page.screenshot(path=tmp_path / "invoice.png", full_page=True)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
