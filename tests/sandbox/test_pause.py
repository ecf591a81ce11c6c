import pytest
import stripe

from tests.sandbox.shop import DAY, Shop, period


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


def test_an_empty_string_resumes(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    assert shop.v1.subscriptions.update(subscription.id, {"pause_collection": ""}).pause_collection is None


def test_resuming_in_the_past_is_refused(shop: Shop) -> None:
    subscription = shop.subscribe()
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": shop.now()}})
