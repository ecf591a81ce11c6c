import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


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


def test_the_wish_can_be_taken_back(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    kept = account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.status, kept.cancel_at, kept.canceled_at, kept.cancellation_details.reason) == ("active", None, None, None)


def test_taken_back_it_goes_on_after_the_end_of_the_period(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    shop.charge_at(period(subscription)[1])
    assert shop.again(subscription).status == "active"
    assert len(shop.invoices(subscription)) == 2


def test_the_end_moves_with_the_period(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    moment = account.now() + 60 * DAY
    assert account.skip_to(subscription, moment).cancel_at == moment


def test_cancelled_now_is_over_at_once_and_a_second_time_is_not_found(account: Account) -> None:
    subscription = account.subscribe()
    ended = account.v1.subscriptions.cancel(subscription.id, {"cancellation_details": {"comment": "Moving"}})
    assert (ended.status, ended.cancellation_details.comment) == ("canceled", "Moving")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.subscriptions.cancel(subscription.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_cancelled_now_the_wish_to_end_later_is_gone_and_nothing_is_charged_any_more(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    ended = shop.v1.subscriptions.cancel(subscription.id)
    assert (ended.cancel_at_period_end, ended.cancel_at, ended.ended_at) == (False, None, ended.canceled_at)
    shop.later(days=60)
    assert len(shop.invoices(subscription)) == 1


def test_a_day_of_its_own_ends_it_there_and_it_is_charged_until_then(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = period(subscription)[1] + 10 * DAY
    wished = shop.v1.subscriptions.update(subscription.id, {"cancel_at": end})
    assert (wished.cancel_at, wished.cancel_at_period_end, wished.canceled_at is not None) == (end, False, True)
    shop.charge_at(period(subscription)[1])
    assert (shop.again(subscription).status, len(shop.invoices(subscription))) == ("active", 2)
    shop.advance_to(end)
    ended = shop.again(subscription)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    shop.later(days=60)
    assert len(shop.invoices(subscription)) == 2


def test_that_day_can_be_taken_back_and_is_not_both(account: Account) -> None:
    subscription = account.subscribe()
    later = period(subscription)[1] + DAY
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.update(subscription.id, {"cancel_at": later, "cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.update(subscription.id, {"cancel_at": account.now() - DAY})
    assert account.v1.subscriptions.update(subscription.id, {"cancel_at": later}).cancel_at == later
    back = account.v1.subscriptions.update(subscription.id, {"cancel_at": ""})
    assert (back.cancel_at, back.canceled_at, back.status) == (None, None, "active")
    account.v1.subscriptions.update(subscription.id, {"cancel_at": later})
    sooner = account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (sooner.cancel_at_period_end, sooner.cancel_at) == (True, period(sooner)[1])


def test_a_renewal_that_is_still_a_draft_is_not_charged_once_it_is_cancelled(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance_to(period(subscription)[1])
    shop.v1.subscriptions.cancel(subscription.id)
    shop.later(days=60)
    draft = shop.again(subscription).latest_invoice
    assert (draft.status, draft.auto_advance) == ("draft", False)


def test_of_what_is_over_only_notes_can_be_changed(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.cancel(subscription.id)
    with pytest.raises(stripe.InvalidRequestError):
        account.skip_to(subscription, account.now() + DAY)
    assert account.v1.subscriptions.update(subscription.id, {"metadata": {"a": "b"}}).metadata["a"] == "b"
    why = {"cancellation_details": {"feedback": "unused", "comment": "Too much coffee"}}
    assert account.v1.subscriptions.update(subscription.id, why).cancellation_details.feedback == "unused"


REASONS = ["customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"]


@pytest.mark.parametrize("feedback", REASONS)
def test_a_reason_is_one_of_stripes_eight_also_with_words_of_their_own(account: Account, feedback: str) -> None:
    subscription, details = account.subscribe(), {"feedback": feedback, "comment": "Too much coffee"}
    wished = account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True, "cancellation_details": details})
    assert (wished.cancellation_details.feedback, wished.cancellation_details.comment) == (feedback, "Too much coffee")
    ended = account.v1.subscriptions.cancel(subscription.id, {"cancellation_details": {"feedback": feedback}})
    assert (ended.cancellation_details.feedback, ended.cancellation_details.comment) == (feedback, "Too much coffee")


def test_another_reason_is_refused_and_an_empty_one_takes_it_back(account: Account) -> None:
    subscription = account.subscribe()
    for details in ({"feedback": "moving"}, {"comment": "x" * 5001}):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True, "cancellation_details": details})
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.subscriptions.cancel(subscription.id, {"cancellation_details": details})
    account.v1.subscriptions.update(subscription.id, {"cancellation_details": {"feedback": "unused", "comment": "Enough"}})
    taken = account.v1.subscriptions.update(subscription.id, {"cancellation_details": {"feedback": "", "comment": ""}})
    assert (taken.cancellation_details.feedback, taken.cancellation_details.comment) == (None, None)
    assert account.again(subscription).status == "active"
