import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def test_a_moved_charge_is_a_trial_until_then_with_a_paid_invoice_over_nothing(account: Account) -> None:
    subscription = account.subscribe(quantity=2)
    moment = account.now() + 40 * DAY
    moved = account.skip_to(subscription, moment, metadata={"portal_version": "2"}, expand=["latest_invoice"])
    assert (moved.status, moved.trial_end, moved.billing_cycle_anchor) == ("trialing", moment, moment)
    assert period(moved)[1] == moment
    assert moved.metadata["portal_version"] == "2"
    invoice = moved.latest_invoice
    assert (invoice.billing_reason, invoice.total, invoice.status) == ("subscription_update", 0, "paid")
    assert invoice.lines.data[0].quantity == 2
    assert invoice.lines.data[0].period.end == moment


def test_the_same_moment_sent_again_is_an_update_with_an_invoice_of_its_own(account: Account) -> None:
    subscription = account.subscribe()
    moment = account.now() + 40 * DAY
    first = account.skip_to(subscription, moment)
    second = account.skip_to(subscription, moment)
    assert second.latest_invoice != first.latest_invoice


def test_a_trial_at_the_start_has_its_invoice_over_nothing_too(account: Account) -> None:
    subscription = account.subscribe(account.customer(card=None), trial_end=account.now() + 9 * DAY, expand=["latest_invoice"])
    assert subscription.status == "trialing"
    assert subscription.latest_invoice.billing_reason == "subscription_create"
    assert (subscription.latest_invoice.total, subscription.latest_invoice.status) == (0, "paid")


@pytest.mark.parametrize("days", [-1, 0, 731])
def test_a_moment_in_the_past_or_more_than_two_years_ahead_is_refused(account: Account, days: int) -> None:
    subscription = account.subscribe()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.skip_to(subscription, account.now() + days * DAY, metadata={"portal_version": "2"})
    assert refused.value.param == "trial_end"
    assert "portal_version" not in account.again(subscription).metadata
    assert len(account.invoices(subscription)) == 1


def test_while_collection_is_paused_it_is_refused_unless_the_same_update_resumes(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    moment = account.now() + 40 * DAY
    with pytest.raises(stripe.InvalidRequestError):
        account.skip_to(subscription, moment)
    assert account.skip_to(subscription, moment, pause_collection="").trial_end == moment


def test_pausing_may_name_the_next_charge_in_the_same_update(shop: Shop) -> None:
    subscription = shop.subscribe()
    moment = shop.now() + 90 * DAY
    paused = shop.skip_to(subscription, moment, pause_collection={"behavior": "void", "resumes_at": moment})
    assert (paused.pause_collection.resumes_at, period(paused)[1]) == (moment, moment)
    shop.charge_at(moment)
    assert [invoice.status for invoice in shop.invoices(subscription)] == ["paid", "void", "paid"]


def test_a_trial_can_be_ended_now_and_is_charged_at_once(account: Account) -> None:
    subscription = account.subscribe(trial_end=account.now() + 9 * DAY)
    ended = account.v1.subscriptions.update(subscription.id, {"trial_end": "now", "expand": ["latest_invoice"]})
    assert (ended.status, ended.latest_invoice.total) == ("active", 1999)
    assert ended.latest_invoice.billing_reason == "subscription_update"
    assert period(ended)[0] == ended.billing_cycle_anchor


def test_what_would_be_prorated_is_refused_by_the_stand_in(shop: Shop) -> None:
    subscription = shop.subscribe()
    with pytest.raises(stripe.InvalidRequestError, match="does not prorate"):
        shop.v1.subscriptions.update(subscription.id, {"trial_end": shop.now() + DAY})


def test_what_another_subscription_waits_for_is_left_alone(account: Account) -> None:
    one = account.subscribe()
    two = account.subscribe(account.v1.customers.retrieve(one.customer))
    params = {"customer": two.customer, "subscription": two.id, "amount": 450, "currency": "eur"}
    item = account.v1.invoice_items.create(params)
    assert account.skip_to(one, account.now() + 40 * DAY, expand=["latest_invoice"]).latest_invoice.total == 0
    assert account.v1.invoice_items.retrieve(item.id).invoice is None


def test_pending_invoice_items_are_swept_into_the_invoice_over_nothing(account: Account) -> None:
    subscription = account.subscribe()
    item = account.v1.invoice_items.create(
        {"customer": subscription.customer, "subscription": subscription.id, "amount": 450, "currency": "eur", "description": "Mug"}
    )
    moved = account.skip_to(subscription, account.now() + 40 * DAY, expand=["latest_invoice"])
    assert moved.latest_invoice.total == 450
    mug, trial = moved.latest_invoice.lines.data
    assert (mug.parent.invoice_item_details.invoice_item, mug.description, trial.amount) == (item.id, "Mug", 0)
    assert account.v1.invoice_items.retrieve(item.id).invoice == moved.latest_invoice.id
    assert account.v1.invoice_items.list({"customer": subscription.customer, "pending": True}).data == []
