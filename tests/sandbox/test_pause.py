import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


@pytest.mark.parametrize(("behavior", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")])
def test_while_paused_renewals_make_invoices_that_nobody_pays(shop: Shop, behavior: str, status: str) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior}})
    shop.advance_to(period(subscription)[1])
    paused = shop.again(subscription)
    assert (paused.status, paused.latest_invoice.status, paused.latest_invoice.amount_paid) == ("active", status, 0)
    assert paused.pause_collection.behavior == behavior
    assert paused.pause_collection.resumes_at is None


def test_resumes_at_lifts_the_pause_by_itself(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.price(interval="week"))
    resumes_at = shop.now() + 10 * DAY
    shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": resumes_at}})
    shop.later(days=15)
    resumed = shop.again(subscription)
    assert resumed.pause_collection is None
    assert [invoice.status for invoice in shop.invoices(subscription)] == ["paid", "void", "paid"]
    (told,) = [event for event in shop.events("customer.subscription.updated") if event.created == resumes_at]
    assert told.data.previous_attributes.pause_collection.resumes_at == resumes_at


def test_another_end_of_a_pause_cannot_come_with_another_date(account: Account) -> None:
    subscription = account.subscribe()
    pause = {"behavior": "void", "resumes_at": account.now() + 60 * DAY}
    account.v1.subscriptions.update(subscription.id, {"pause_collection": pause})
    later = account.now() + 90 * DAY
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.skip_to(subscription, later, pause_collection={"behavior": "void", "resumes_at": later})
    assert refused.value.param == "trial_end"
    assert account.again(subscription).pause_collection.resumes_at == pause["resumes_at"]
    moved = account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": later}})
    assert moved.pause_collection.resumes_at == later


def test_a_pause_leaves_the_status_as_it_was(account: Account) -> None:
    subscription = account.subscribe()
    paused = account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    assert (paused.status, paused.pause_collection.behavior, paused.pause_collection.resumes_at) == ("active", "void", None)


def test_a_renewal_from_before_the_pause_is_charged_all_the_same(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance_to(period(subscription)[1])
    shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    shop.later(seconds=3600)
    assert shop.again(subscription).latest_invoice.status == "paid"


def test_an_empty_string_resumes(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    assert account.v1.subscriptions.update(subscription.id, {"pause_collection": ""}).pause_collection is None


def test_resuming_in_the_past_is_refused(account: Account) -> None:
    subscription = account.subscribe()
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": account.now()}})
