import time
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.shop import Shop


def strike(shop: Shop, kind: str, **rule: Any) -> None:
    shop.control("faults", [{"when": {"method": "POST", "path_prefix": "/v1/customers"}, "kind": kind, "times": 1, **rule}])


@pytest.mark.parametrize(("kind", "done"), [("lost_before", 0), ("lost_after", 1), ("truncated", 1)])
def test_an_answer_can_be_lost_before_or_after_it_was_done_or_broken_off(shop: Shop, kind: str, done: int) -> None:
    strike(shop, kind)
    key = {"idempotency_key": "once"}
    with pytest.raises(stripe.APIConnectionError):
        shop.v1.customers.create({"name": "Alice"}, key)
    assert len(shop.v1.customers.list().data) == done
    shop.v1.customers.create({"name": "Alice"}, key)
    assert len(shop.v1.customers.list().data) == 1


def test_too_many_requests_say_how_long_to_wait_and_leave_the_key_free(shop: Shop) -> None:
    strike(shop, "429", retry_after=3)
    with pytest.raises(stripe.RateLimitError) as refused:
        shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"})
    assert refused.value.headers and refused.value.headers["Retry-After"] == "3"
    assert shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"}).name == "Alice"


def test_a_500_is_kept_for_its_key_and_gone_with_another(shop: Shop) -> None:
    strike(shop, "500")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"})
        assert failed.value.http_status == 500
    assert shop.v1.customers.list().data == []
    assert shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "twice"}).name == "Alice"


@pytest.mark.parametrize(("kind", "status", "code"), [("409", 409, "idempotency_key_in_use"), ("lock_timeout", 429, "lock_timeout")])
def test_a_conflict_leaves_the_key_free(shop: Shop, kind: str, status: int, code: str) -> None:
    strike(shop, kind)
    with pytest.raises(stripe.StripeError) as conflict:
        shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"})
    assert conflict.value.error and (conflict.value.http_status, conflict.value.error.code) == (status, code)
    shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"})


def test_a_refusal_is_final_and_has_the_sentence_that_was_asked_for(shop: Shop) -> None:
    strike(shop, "refuse", message="This product is sold out.")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.v1.customers.create({"name": "Alice"})
    assert (refused.value.http_status, refused.value.user_message) == (400, "This product is sold out.")


def test_a_slow_answer_is_a_right_answer(shop: Shop) -> None:
    strike(shop, "slow", seconds=0.2)
    started = time.monotonic()
    assert shop.v1.customers.create({"name": "Alice"}).name == "Alice"
    assert time.monotonic() - started >= 0.2


def test_a_rule_strikes_only_what_it_names(shop: Shop) -> None:
    strike(shop, "500", times=None)
    assert shop.v1.customers.list().data == []
    assert shop.v1.products.create({"name": "Coffee box"}).name == "Coffee box"
    shop.clear("faults")
    assert shop.customer()


def test_rates_repeat_with_the_same_seed(shop: Shop) -> None:
    def outcomes() -> list[bool]:
        shop.control("faults", {"rules": [{"kind": "429", "rate": 0.5}], "seed": 7})
        return [_works(shop) for _ in range(20)]

    first = outcomes()
    assert first == outcomes()
    assert 0 < sum(first) < 20


def test_every_request_is_recorded_with_what_struck_it(shop: Shop) -> None:
    strike(shop, "lost_after")
    with pytest.raises(stripe.APIConnectionError):
        shop.v1.customers.create({"name": "Alice", "metadata": {"a": "b"}}, {"idempotency_key": "once"})
    (recorded,) = shop.control("requests")["requests"]
    assert abs(recorded.pop("at") - time.time()) < 5
    assert recorded == {
        "method": "POST",
        "path": "/v1/customers",
        "params": {"name": "Alice", "metadata": {"a": "b"}},
        "idempotency_key": "once",
        "faults": ["lost_after"],
    }
    shop.clear("requests")
    assert shop.control("requests") == {"requests": []}


@pytest.mark.parametrize("rule", [{"kind": "earthquake"}, {"kind": "500", "often": 3}])
def test_a_rule_that_is_not_understood_is_refused(shop: Shop, rule: dict[str, object]) -> None:
    assert requests.post(f"{shop.url}/_sandbox/faults", json=[rule], timeout=5).status_code == 400


def _works(shop: Shop) -> bool:
    try:
        shop.v1.customers.list()
    except stripe.RateLimitError:
        return False
    return True
