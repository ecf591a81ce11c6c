from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.sandbox.endpoint import wait_until
from tests.sandbox.shop import DAY, Shop


def test_the_first_answer_of_a_key_is_given_again_and_nothing_is_done_again(shop: Shop) -> None:
    subscription = shop.subscribe()
    key = {"idempotency_key": "change-1"}
    params = {"trial_end": shop.now() + 40 * DAY, "proration_behavior": "none"}
    first = shop.v1.subscriptions.update(subscription.id, params, key)
    shop.v1.subscriptions.update(subscription.id, {"metadata": {"a": "later"}})
    again = shop.v1.subscriptions.update(subscription.id, params, key)
    assert again.to_dict() == first.to_dict()
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(shop.invoices(subscription)) == 2


def test_the_same_key_with_other_parameters_or_for_another_address_is_refused(shop: Shop) -> None:
    key = {"idempotency_key": "once"}
    alice = shop.v1.customers.create({"name": "Alice"}, key)
    with pytest.raises(stripe.IdempotencyError) as refused:
        shop.v1.customers.create({"name": "Bob"}, key)
    assert (refused.value.http_status, refused.value.error.type) == (400, "idempotency_error")  # type: ignore[union-attr]
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        shop.v1.customers.update(alice.id, {"name": "Alice"}, key)
    assert len(shop.v1.customers.list().data) == 1


def test_a_refusal_of_the_operation_is_kept_too(shop: Shop) -> None:
    customer, key = shop.customer("pm_card_chargeCustomerFail"), {"idempotency_key": "once"}
    params = {"customer": customer.id, "items": [{"price": shop.price().id}], "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError):
        shop.v1.subscriptions.create(params, key)
    shop.pay_from_now_on(customer)
    with pytest.raises(stripe.CardError) as again:
        shop.v1.subscriptions.create(params, key)
    assert again.value.headers and again.value.headers["Idempotent-Replayed"] == "true"
    assert shop.v1.subscriptions.create(params).status == "active"


def test_a_request_that_never_began_leaves_its_key_free(shop: Shop) -> None:
    key = {"idempotency_key": "once"}
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.customers.create({"nam": "Alice"}, key)
    assert shop.v1.customers.create({"name": "Alice"}, key).name == "Alice"


def test_a_key_that_is_in_use_is_a_conflict(shop: Shop) -> None:
    key = {"idempotency_key": "once"}
    shop.control("faults", [{"kind": "slow", "seconds": 0.5, "times": 1}])
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(shop.v1.customers.create, {"name": "Alice"}, key)
        wait_until(lambda: bool(shop.control("requests")["requests"]))
        with pytest.raises(stripe.StripeError) as conflict:
            shop.v1.customers.create({"name": "Alice"}, key)
        assert conflict.value.error and (conflict.value.http_status, conflict.value.error.code) == (409, "idempotency_key_in_use")
        alice = slow.result()
    assert shop.v1.customers.create({"name": "Alice"}, key).id == alice.id


def test_a_key_sent_with_a_cancellation_is_kept_and_without_one_the_second_is_not_found(shop: Shop) -> None:
    one, two = shop.subscribe(), shop.subscribe()
    key = {"idempotency_key": "cancel"}
    shop.v1.subscriptions.cancel(one.id, {}, key)
    assert shop.v1.subscriptions.cancel(one.id, {}, key).status == "canceled"
    shop.v1.subscriptions.cancel(two.id)
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.subscriptions.cancel(two.id)
    assert [asked["idempotency_key"] for asked in shop.control("requests")["requests"][-2:]] == [None, None]


@pytest.mark.parametrize("forgetting", [{"forget": True}, {"keep_seconds": 0}])
def test_keys_are_forgotten_when_told_to(shop: Shop, forgetting: dict[str, object]) -> None:
    key = {"idempotency_key": "once"}
    first = shop.v1.customers.create({"name": "Alice"}, key)
    shop.control("idempotency", forgetting)
    assert shop.v1.customers.create({"name": "Alice"}, key).id != first.id


def test_moving_the_clock_forgets_no_key(shop: Shop) -> None:
    key = {"idempotency_key": "once"}
    first = shop.v1.customers.create({"name": "Alice"}, key)
    shop.later(days=3)
    assert shop.v1.customers.create({"name": "Alice"}, key).id == first.id
