from typing import Any

import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def credit(account: Account, customer: Any, amount: int, **more: Any) -> Any:
    """`amount` is what the customer gets; at Stripe that is below zero."""
    return account.v1.customers.balance_transactions.create(customer.id, {"amount": -amount, "currency": "eur", **more})


def test_credit_is_given_and_listed_newest_first(account: Account) -> None:
    customer = account.customer()
    first = credit(account, customer, 500, metadata={"portal_id": "credit-1"}, description="For the broken cup")
    second = credit(account, customer, 250)
    assert (first.type, first.amount, first.ending_balance, second.ending_balance) == ("adjustment", -500, -500, -750)
    assert account.v1.customers.retrieve(customer.id).balance == -750
    listed = account.v1.customers.balance_transactions.list(customer.id).data
    assert [one.id for one in listed] == [second.id, first.id]
    assert (listed[1].metadata["portal_id"], listed[1].description) == ("credit-1", "For the broken cup")
    assert account.v1.customers.balance_transactions.retrieve(customer.id, first.id).amount == -500


def test_credit_is_taken_away_also_more_than_there_is_and_the_answer_says_what_is_left(account: Account) -> None:
    customer = account.customer()
    credit(account, customer, 500)
    assert credit(account, customer, -300).ending_balance == -200
    owed = credit(account, customer, -300)
    assert (owed.amount, owed.ending_balance) == (300, 100)
    assert account.v1.customers.retrieve(customer.id).balance == 100


def test_with_one_key_credit_is_given_once(account: Account) -> None:
    customer, key = account.customer(), account.once()
    params = {"amount": -500, "currency": "eur", "metadata": {"portal_key": "credit-1"}}
    first = account.v1.customers.balance_transactions.create(customer.id, params, key)
    assert account.v1.customers.balance_transactions.create(customer.id, params, key).id == first.id
    assert account.v1.customers.retrieve(customer.id).balance == -500


def test_a_balance_that_changes_is_told(account: Account) -> None:
    customer = account.customer()
    credit(account, customer, 500)
    (told,) = account.events("customer.updated", about=customer)
    assert (told.data.object.balance, told.data.previous_attributes.balance) == (-500, 0)


def test_credit_is_taken_from_the_next_invoice_and_the_rest_is_charged(account: Account) -> None:
    customer = account.customer()
    credit(account, customer, 500)
    invoice = account.subscribe(customer, expand=["latest_invoice"]).latest_invoice
    assert (invoice.total, invoice.amount_due, invoice.amount_paid) == (1999, 1499, 1499)
    assert (invoice.starting_balance, invoice.ending_balance) == (-500, 0)
    (taken, _) = account.v1.customers.balance_transactions.list(customer.id).data
    assert (taken.type, taken.amount, taken.invoice, taken.ending_balance) == ("applied_to_invoice", 500, invoice.id, 0)
    assert account.v1.customers.retrieve(customer.id).balance == 0


def test_what_credit_covers_is_paid_without_a_card_and_the_rest_stays(account: Account) -> None:
    customer = account.customer(card=None)
    credit(account, customer, 3000)
    subscription = account.subscribe(customer, expand=["latest_invoice"])
    invoice = subscription.latest_invoice
    assert (subscription.status, invoice.status, invoice.amount_due, invoice.amount_paid) == ("active", "paid", 0, 0)
    assert (invoice.starting_balance, invoice.ending_balance, invoice.attempt_count) == (-3000, -1001, 0)
    assert account.v1.customers.retrieve(customer.id).balance == -1001


def test_an_invoice_over_nothing_takes_no_credit(account: Account) -> None:
    customer = account.customer()
    credit(account, customer, 500)
    invoice = account.subscribe(customer, trial_end=account.now() + 9 * DAY, expand=["latest_invoice"]).latest_invoice
    assert (invoice.starting_balance, invoice.ending_balance) == (-500, -500)
    assert len(account.v1.customers.balance_transactions.list(customer.id).data) == 1


def test_credit_is_taken_when_an_invoice_is_finalized_and_a_draft_says_what_it_would_be(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer = shop.v1.customers.retrieve(subscription.customer)
    credit(shop, customer, 500)
    shop.advance_to(period(subscription)[1])
    draft = shop.again(subscription).latest_invoice
    assert (draft.status, draft.starting_balance, draft.amount_due, draft.ending_balance) == ("draft", -500, 1499, None)
    assert shop.v1.customers.retrieve(customer.id).balance == -500
    credit(shop, customer, 100)
    shop.later(seconds=3600)
    paid = shop.again(subscription).latest_invoice
    assert (paid.status, paid.starting_balance, paid.amount_paid, paid.ending_balance) == ("paid", -600, 1399, 0)


def test_a_discount_comes_before_credit_and_a_preview_has_both(account: Account) -> None:
    subscription = account.subscribe(discounts=[{"coupon": account.coupon(duration="forever").id}])
    customer = account.v1.customers.retrieve(subscription.customer)
    credit(account, customer, 500)
    preview = account.preview(subscription)
    assert (preview.subtotal, preview.total, preview.starting_balance, preview.amount_due) == (1999, 1599, -500, 1099)
    assert preview.ending_balance is None
    assert account.v1.customers.retrieve(customer.id).balance == -500


def test_a_void_invoice_gives_its_credit_back(shop: Shop) -> None:
    customer = shop.customer()
    shop.decline_from_now_on(customer)
    credit(shop, customer, 500)
    subscription = shop.subscribe(customer)
    assert (subscription.status, shop.v1.customers.retrieve(customer.id).balance) == ("incomplete", 0)
    shop.later(days=1)
    invoice = shop.again(subscription).latest_invoice
    assert (invoice.status, shop.v1.customers.retrieve(customer.id).balance) == ("void", -500)
    back = shop.v1.customers.balance_transactions.list(customer.id, {"limit": 1}).data[0]
    assert (back.type, back.amount, back.invoice) == ("unapplied_from_invoice", -500, invoice.id)


def test_what_a_pause_makes_void_takes_no_credit_in_the_end(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer = shop.v1.customers.retrieve(subscription.customer)
    credit(shop, customer, 500)
    shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    shop.advance_to(period(subscription)[1])
    assert (shop.again(subscription).latest_invoice.status, shop.v1.customers.retrieve(customer.id).balance) == ("void", -500)


def test_a_declined_charge_keeps_the_credit_that_its_invoice_took(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer = shop.v1.customers.retrieve(subscription.customer)
    credit(shop, customer, 500)
    shop.decline_from_now_on(customer)
    shop.charge_at(period(subscription)[1])
    owed = shop.again(subscription)
    assert (owed.status, owed.latest_invoice.status, owed.latest_invoice.amount_remaining) == ("past_due", "open", 1499)
    assert shop.v1.customers.retrieve(customer.id).balance == 0
    shop.pay_from_now_on(customer)
    assert shop.v1.invoices.pay(owed.latest_invoice.id).amount_paid == 1499


def test_what_is_too_little_to_be_charged_is_owed_until_the_next_invoice(shop: Shop) -> None:
    customer = shop.customer()
    credit(shop, customer, 1970)
    subscription = shop.subscribe(customer, expand=["latest_invoice"])
    invoice = subscription.latest_invoice
    assert (invoice.status, invoice.amount_due, invoice.ending_balance) == ("paid", 0, 29)
    small, taken, _ = shop.v1.customers.balance_transactions.list(customer.id).data
    assert [(one.type, one.amount) for one in (small, taken)] == [("invoice_too_small", 29), ("applied_to_invoice", 1970)]
    shop.charge_at(period(subscription)[1])
    invoice = shop.again(subscription).latest_invoice
    assert (invoice.total, invoice.starting_balance, invoice.amount_paid, invoice.ending_balance) == (1999, 29, 2028, 0)


def test_the_stand_in_keeps_one_currency_for_a_customer(shop: Shop) -> None:
    customer = shop.customer()
    credit(shop, customer, 500)
    with pytest.raises(stripe.InvalidRequestError, match="one currency"):
        credit(shop, customer, 500, currency="usd")


def test_credit_is_not_taken_from_an_invoice_in_another_currency(shop: Shop) -> None:
    customer = shop.customer()
    credit(shop, customer, 500)
    recurring = {"interval": "month"}
    dollars = shop.v1.prices.create({"product": shop.price().product, "currency": "usd", "unit_amount": 1999, "recurring": recurring})
    invoice = shop.subscribe(customer, price=dollars, expand=["latest_invoice"]).latest_invoice
    assert (invoice.starting_balance, invoice.amount_paid) == (0, 1999)
    assert shop.v1.customers.retrieve(customer.id).balance == -500
