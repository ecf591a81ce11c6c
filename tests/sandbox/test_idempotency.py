from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.sandbox.account import DAY, Account
from tests.sandbox.endpoint import wait_until
from tests.sandbox.shop import Shop


def test_the_first_answer_of_a_key_is_given_again_and_nothing_is_done_again(account: Account) -> None:
    subscription = account.subscribe()
    key = account.once()
    params = {"trial_end": account.now() + 40 * DAY, "proration_behavior": "none"}
    first = account.v1.subscriptions.update(subscription.id, params, key)
    account.v1.subscriptions.update(subscription.id, {"metadata": {"a": "later"}})
    again = account.v1.subscriptions.update(subscription.id, params, key)
    assert again.to_dict() == first.to_dict()
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(account.invoices(subscription)) == 2


def test_the_same_key_with_other_parameters_or_for_another_address_is_refused(account: Account) -> None:
    key = account.once()
    alice = account.v1.customers.create({"name": "Alice"}, key)
    with pytest.raises(stripe.IdempotencyError) as refused:
        account.v1.customers.create({"name": "Bob"}, key)
    assert (refused.value.http_status, refused.value.error.type) == (400, "idempotency_error")  # type: ignore[union-attr]
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        account.v1.customers.update(alice.id, {"name": "Alice"}, key)


def test_a_refusal_of_the_operation_is_kept_too(account: Account) -> None:
    customer, key = account.customer("pm_card_chargeCustomerFail"), account.once()
    params = {"customer": customer.id, "items": [{"price": account.price().id}], "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError):
        account.v1.subscriptions.create(params, key)
    account.pay_from_now_on(customer)
    with pytest.raises(stripe.CardError) as again:
        account.v1.subscriptions.create(params, key)
    assert again.value.headers and again.value.headers["Idempotent-Replayed"] == "true"
    assert account.v1.subscriptions.create(params).status == "active"


def test_a_request_that_never_began_leaves_its_key_free(account: Account) -> None:
    key = account.once()
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.customers.create({"nam": "Alice"}, key)
    assert account.v1.customers.create({"name": "Alice"}, key).name == "Alice"


def test_a_key_that_is_in_use_is_a_conflict(shop: Shop) -> None:
    key = shop.once()
    shop.control("faults", [{"kind": "slow", "seconds": 0.5, "times": 1}])
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(shop.v1.customers.create, {"name": "Alice"}, key)
        wait_until(lambda: bool(shop.control("requests")["requests"]))
        with pytest.raises(stripe.StripeError) as conflict:
            shop.v1.customers.create({"name": "Alice"}, key)
        assert conflict.value.error and (conflict.value.http_status, conflict.value.error.code) == (409, "idempotency_key_in_use")
        alice = slow.result()
    assert shop.v1.customers.create({"name": "Alice"}, key).id == alice.id


def test_a_cancellation_takes_no_notice_of_a_key(account: Account) -> None:
    subscription, key = account.subscribe(), account.once()
    account.v1.subscriptions.cancel(subscription.id, {}, key)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.subscriptions.cancel(subscription.id, {}, key)
    assert refused.value.code == "resource_missing"


def test_a_key_of_more_than_255_characters_is_refused(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.customers.create({"name": "Alice"}, {"idempotency_key": "x" * 256})


@pytest.mark.parametrize("forgetting", [{"forget": True}, {"keep_seconds": 0}])
def test_keys_are_forgotten_when_told_to(shop: Shop, forgetting: dict[str, object]) -> None:
    key = shop.once()
    first = shop.v1.customers.create({"name": "Alice"}, key)
    shop.control("idempotency", forgetting)
    assert shop.v1.customers.create({"name": "Alice"}, key).id != first.id


def test_moving_the_clock_forgets_no_key(shop: Shop) -> None:
    key = shop.once()
    first = shop.v1.customers.create({"name": "Alice"}, key)
    shop.later(days=3)
    assert shop.v1.customers.create({"name": "Alice"}, key).id == first.id
