from typing import Any

import pytest
import stripe

from tests.sandbox.account import DAY, Account
from tests.sandbox.shop import Shop


def behind(shop: Shop) -> Any:
    """A subscription whose first renewal was declined."""
    customer = shop.customer()
    subscription = shop.subscribe(customer, trial_end=shop.now() + DAY)
    shop.decline_from_now_on(customer)
    shop.charge_at(subscription.trial_end)
    return subscription


def test_a_declined_renewal_leaves_its_invoice_open_and_the_subscription_past_due(shop: Shop) -> None:
    subscription = shop.again(behind(shop))
    invoice = subscription.latest_invoice
    assert (subscription.status, invoice.status, invoice.amount_remaining) == ("past_due", "open", 1999)
    assert (invoice.attempted, invoice.attempt_count) == (True, 1)
    assert invoice.next_payment_attempt == invoice.status_transitions.finalized_at + 3 * DAY
    assert [event.data.object.id for event in shop.events("invoice.payment_failed")] == [invoice.id]


def test_it_is_tried_again_after_three_five_and_seven_days_and_then_cancelled(shop: Shop) -> None:
    subscription = behind(shop)
    start = shop.again(subscription).latest_invoice.status_transitions.finalized_at
    shop.later(days=20)
    ended = shop.again(subscription)
    assert [event.created - start for event in shop.events("invoice.payment_failed")] == [0, 3 * DAY, 8 * DAY, 15 * DAY]
    assert (ended.status, ended.ended_at, ended.cancellation_details.reason) == ("canceled", start + 15 * DAY, "payment_failed")
    assert (ended.latest_invoice.status, ended.latest_invoice.auto_advance) == ("open", False)
    assert len(shop.events("customer.subscription.deleted")) == 1


def test_the_account_may_leave_it_past_due(shop: Shop) -> None:
    shop.control("retries", {"then": "past_due"})
    subscription = behind(shop)
    shop.later(days=20)
    left = shop.again(subscription)
    assert (left.status, left.latest_invoice.status, left.latest_invoice.next_payment_attempt) == ("past_due", "open", None)
    assert left.latest_invoice.attempt_count == 4
    shop.pay_from_now_on(shop.v1.customers.retrieve(subscription.customer))
    shop.v1.invoices.pay(left.latest_invoice.id)
    assert shop.again(subscription).status == "active"


def test_the_account_may_leave_it_unpaid_and_its_next_invoices_are_drafts_until_one_is_paid(shop: Shop) -> None:
    shop.control("retries", {"then": "unpaid"})
    subscription = behind(shop)
    shop.later(days=20)
    unpaid = shop.again(subscription)
    assert (unpaid.status, unpaid.latest_invoice.status) == ("unpaid", "open")
    (told,) = [event for event in shop.events("customer.subscription.updated") if event.data.object.status == "unpaid"]
    assert told.data.previous_attributes.to_dict() == {"status": "past_due"}
    shop.later(days=20)
    draft = shop.again(subscription).latest_invoice
    assert (draft.status, draft.auto_advance, draft.id == unpaid.latest_invoice.id) == ("draft", False, False)
    shop.pay_from_now_on(shop.v1.customers.retrieve(subscription.customer))
    shop.v1.invoices.pay(draft.id)
    assert shop.again(subscription).status == "active"


def test_a_retry_with_another_card_makes_it_active_again(shop: Shop) -> None:
    subscription = behind(shop)
    shop.pay_from_now_on(shop.v1.customers.retrieve(subscription.customer))
    shop.later(days=3)
    recovered = shop.again(subscription)
    assert (recovered.status, recovered.latest_invoice.status, recovered.latest_invoice.attempt_count) == ("active", "paid", 2)
    told = shop.events("customer.subscription.updated")[-1]
    assert told.data.previous_attributes.to_dict() == {"status": "past_due"}


def test_an_invoice_paid_by_hand_makes_it_active_again(shop: Shop) -> None:
    subscription = behind(shop)
    card = shop.v1.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
    invoice = shop.v1.invoices.pay(shop.again(subscription).latest_invoice.id, {"payment_method": card.id})
    assert (invoice.status, invoice.next_payment_attempt) == ("paid", None)
    assert shop.again(subscription).status == "active"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        shop.v1.invoices.pay(invoice.id)


def test_an_attempt_by_hand_that_is_declined_is_told_and_leaves_the_schedule_as_it_was(shop: Shop) -> None:
    before = shop.again(behind(shop)).latest_invoice
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.invoices.pay(before.id)
    assert declined.value.code == "card_declined"
    after = shop.v1.invoices.retrieve(before.id)
    assert (after.attempt_count, after.next_payment_attempt) == (1, before.next_payment_attempt)
    assert len(shop.events("invoice.payment_failed")) == 2, "a declined payment is an answer with effects"


def test_what_is_owed_can_be_made_void_and_then_nothing_is_owed(shop: Shop) -> None:
    subscription = behind(shop)
    owed = shop.again(subscription).latest_invoice
    assert shop.v1.invoices.void_invoice(owed.id).status == "void"
    shop.later(days=20)
    after = shop.again(subscription)
    assert (after.status, after.latest_invoice.status) == ("active", "void")
    assert len(shop.events("invoice.payment_failed")) == 1 and len(shop.events("invoice.voided")) == 1
    for ref in (owed.id, shop.invoices(subscription)[0].id):
        with pytest.raises(stripe.InvalidRequestError, match="open or uncollectible"):
            shop.v1.invoices.void_invoice(ref)


def test_a_declined_first_payment_leaves_it_incomplete_for_23_hours(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"))
    assert subscription.status == "incomplete"
    shop.later(seconds=23 * 3600)
    expired = shop.again(subscription)
    assert (expired.status, expired.latest_invoice.status) == ("incomplete_expired", "void")


def test_of_an_incomplete_subscription_only_notes_and_its_card_can_be_changed(account: Account) -> None:
    subscription = account.subscribe(account.customer("pm_card_chargeCustomerFail"))
    assert account.v1.subscriptions.update(subscription.id, {"metadata": {"a": "b"}}).metadata["a"] == "b"
    for sent in ({"pause_collection": {"behavior": "void"}}, {"trial_end": account.now() + DAY, "proration_behavior": "none"}):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.subscriptions.update(subscription.id, sent)


def test_an_incomplete_subscription_is_active_once_its_invoice_is_paid(account: Account) -> None:
    subscription = account.subscribe(account.customer("pm_card_chargeCustomerFail"))
    card = account.v1.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
    account.v1.invoices.pay(subscription.latest_invoice, {"payment_method": card.id})
    assert account.again(subscription).status == "active"


def test_error_if_incomplete_leaves_nothing_behind(account: Account) -> None:
    customer = account.customer("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        account.subscribe(customer, payment_behavior="error_if_incomplete")
    assert account.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data == []
    assert account.v1.invoices.list({"customer": customer.id}).data == []


def test_without_a_card_a_trials_end_is_past_due(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(card=None), trial_end=shop.now() + DAY)
    shop.charge_at(subscription.trial_end)
    assert shop.again(subscription).status == "past_due"


def test_a_later_renewal_that_is_paid_makes_it_active_again_and_what_was_owed_stays_owed(shop: Shop) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer, trial_end=shop.now() + DAY, price=shop.price(interval="day"))
    shop.decline_from_now_on(customer)
    shop.charge_at(subscription.trial_end)
    shop.pay_from_now_on(customer)
    shop.charge_at(subscription.trial_end + DAY)
    assert shop.again(subscription).status == "active"
    assert [invoice.status for invoice in shop.invoices(subscription)] == ["paid", "open", "paid"]


def test_a_charge_that_is_declined_after_its_successor_was_moved_leaves_the_status_alone(shop: Shop) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer, trial_end=shop.now() + DAY)
    shop.decline_from_now_on(customer)
    shop.advance_to(subscription.trial_end)
    shop.skip_to(subscription, shop.now() + 40 * DAY)
    shop.later(seconds=3600)
    assert [invoice.status for invoice in shop.invoices(subscription)] == ["paid", "open", "paid"]
    assert shop.again(subscription).status == "trialing"
