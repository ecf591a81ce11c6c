import pytest
import stripe

from tests.sandbox.shop import DAY, Shop, period


def test_cancelled_at_the_end_it_runs_until_then(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = period(subscription)[1]
    details = {"comment": "Too much coffee", "feedback": "unused"}
    wished = shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True, "cancellation_details": details})
    assert (wished.status, wished.cancel_at, wished.cancellation_details.feedback) == ("active", end, "unused")
    assert wished.cancellation_details.reason == "cancellation_requested"
    shop.advance_to(end)
    ended = shop.again(subscription)
    assert (ended.status, ended.ended_at, ended.canceled_at) == ("canceled", end, wished.canceled_at)
    assert len(shop.invoices(subscription)) == 1
    assert [event.created for event in shop.events("customer.subscription.deleted")] == [end]


def test_the_wish_can_be_taken_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    kept = shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at, kept.cancellation_details.reason) == (None, None, None)
    shop.advance_to(period(subscription)[1])
    assert shop.again(subscription).status == "active"


def test_the_end_moves_with_the_period(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    moment = shop.now() + 60 * DAY
    assert shop.skip_to(subscription, moment).cancel_at == moment


def test_cancelled_now_is_over_at_once_and_a_second_time_is_not_found(shop: Shop) -> None:
    subscription = shop.subscribe()
    ended = shop.v1.subscriptions.cancel(subscription.id, {"cancellation_details": {"comment": "Moving"}})
    assert (ended.status, ended.cancellation_details.comment) == ("canceled", "Moving")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.v1.subscriptions.cancel(subscription.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    shop.later(days=60)
    assert len(shop.invoices(subscription)) == 1


def test_of_what_is_over_only_notes_can_be_changed(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.cancel(subscription.id)
    with pytest.raises(stripe.InvalidRequestError):
        shop.skip_to(subscription, shop.now() + DAY)
    assert shop.v1.subscriptions.update(subscription.id, {"metadata": {"a": "b"}}).metadata["a"] == "b"
