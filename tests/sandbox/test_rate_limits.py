from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.shop import Shop


def reason(asked: Callable[[], Any]) -> str:
    with pytest.raises(stripe.RateLimitError) as refused:
        asked()
    error: Any = refused.value
    assert (error.http_status, error.error.code) == (429, "rate_limit")
    headers = error.headers
    return str(headers["Stripe-Rate-Limited-Reason"])


def test_more_than_so_many_requests_in_a_second_are_refused_with_the_reason(shop: Shop) -> None:
    customer = shop.customer()
    shop.control("limits", {"per_second": 3, "seconds": 60})
    for _ in range(3):
        shop.v1.customers.retrieve(customer.id)
    assert reason(lambda: shop.v1.customers.update(customer.id, {"name": "Alicia"})) == "global-rate"
    assert shop.control("limits")["refused"] == 1
    shop.control("limits", {})
    assert shop.v1.customers.retrieve(customer.id).name == "Alice", "what was refused was not done"


def test_an_endpoint_has_a_limit_of_its_own_whatever_it_is_asked_about(shop: Shop) -> None:
    alice, bob = shop.customer(), shop.customer()
    shop.control("limits", {"per_second": 10, "per_endpoint": 2, "seconds": 60})
    shop.v1.customers.retrieve(alice.id)
    shop.v1.customers.retrieve(bob.id)
    assert reason(lambda: shop.v1.customers.retrieve(alice.id)) == "endpoint-rate"
    shop.v1.customers.update(alice.id, {"name": "Alicia"}, {"idempotency_key": "free"})


def test_the_key_of_a_request_that_was_too_many_is_free(shop: Shop) -> None:
    customer = shop.customer()
    shop.control("limits", {"per_second": 1, "seconds": 60})
    shop.v1.customers.retrieve(customer.id)
    reason(lambda: shop.v1.customers.update(customer.id, {"name": "Alicia"}, {"idempotency_key": "one"}))
    shop.control("limits", {})
    assert shop.v1.customers.update(customer.id, {"name": "Bob"}, {"idempotency_key": "one"}).name == "Bob"


def test_on_request_the_next_one_is_refused_with_any_of_stripes_reasons(shop: Shop) -> None:
    shop.control("faults", [{"kind": "429", "reason": "endpoint-concurrency", "times": 1, "retry_after": 3}])
    assert reason(lambda: shop.v1.customers.list()) == "endpoint-concurrency"
    shop.v1.customers.list()
