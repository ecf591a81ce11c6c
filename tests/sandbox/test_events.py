import pytest
import stripe

from tests.sandbox.account import DAY, Account
from tests.sandbox.endpoint import wait_until
from tests.sandbox.shop import Shop


def test_a_change_is_told_with_what_was_before(account: Account) -> None:
    subscription = account.subscribe(metadata={"portal_version": "1"})
    moment = account.now() + 40 * DAY
    moved = account.skip_to(subscription, moment, metadata={"portal_version": "2", "new": "x"})
    wait_until(lambda: bool(account.events("customer.subscription.updated", about=subscription)), 60)
    (created,) = account.events("customer.subscription.created", about=subscription)
    (updated,) = account.events("customer.subscription.updated", about=subscription)
    assert created.data.object.id == subscription.id
    before = updated.data.previous_attributes.to_dict()
    assert before["metadata"] == {"portal_version": "1", "new": None}
    assert (before["status"], before["trial_end"], before["latest_invoice"]) == ("active", None, subscription.latest_invoice)
    assert before["items"]["data"][0]["current_period_end"] == subscription["items"].data[0].current_period_end
    assert updated.data.object.to_dict() == moved.to_dict()
    assert (updated.api_version, updated.request.id) == ("2026-08-26.dahlia", moved.last_response.request_id)
    assert updated.request.idempotency_key


def test_what_changes_nothing_is_not_told(shop: Shop) -> None:
    subscription = shop.subscribe(metadata={"a": "1"})
    shop.v1.subscriptions.update(subscription.id, {"metadata": {"a": "1"}})
    assert shop.events("customer.subscription.updated") == []


def test_what_the_clock_did_nobody_asked_for(shop: Shop) -> None:
    subscription = shop.subscribe(trial_end=shop.now() + DAY)
    shop.charge_at(subscription.trial_end)
    told = [event for event in shop.events() if event.created >= subscription.trial_end]
    assert [(event.type, event.created - subscription.trial_end) for event in told] == [
        ("invoice.created", 0),
        ("customer.subscription.updated", 0),
        ("invoice.finalized", 3600),
        ("charge.succeeded", 3600),
        ("invoice.paid", 3600),
        ("invoice.payment_succeeded", 3600),
    ]
    assert {event.request.id for event in told} == {None}


def test_events_are_listed_by_type_and_time_and_after_one_that_is_known(shop: Shop) -> None:
    subscription = shop.subscribe()
    known = shop.events()[-1]
    shop.v1.subscriptions.update(subscription.id, {"metadata": {"a": "1"}})
    shop.v1.customers.update(subscription.customer, {"name": "Alicia"})
    newer = shop.v1.events.list({"ending_before": known.id}).data
    assert [event.type for event in newer] == ["customer.updated", "customer.subscription.updated"]
    assert [event.type for event in shop.v1.events.list({"type": "customer.created"}).data] == ["customer.created"]
    assert shop.v1.events.list({"created": {"gt": shop.now() + 5}}).data == []
    assert shop.v1.events.retrieve(known.id).type == known.type
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.events.list({"type": "customer.created", "types": ["customer.created"]})


def test_events_are_forgotten_after_thirty_days(shop: Shop) -> None:
    shop.customer()
    (event, *_) = shop.events()
    shop.later(days=30)
    assert shop.events()
    shop.later(seconds=10)
    assert shop.events() == []
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.events.retrieve(event.id)
