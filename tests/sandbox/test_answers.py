"""That an answer which does not fit is found out, in whatever test it is given."""

import json
from typing import Any

import pytest

import sandbox
from sandbox.serving import serving
from tests.sandbox.answers import misfits, watched
from tests.sandbox.shop import Shop


def told(shop: Shop, **changed: Any) -> list[str]:
    """What is wrong with a product that was changed on its way."""
    product = shop.v1.products.create({"name": "Tea"})
    body = product.to_dict() | changed
    return misfits([("GET", f"/v1/products/{product.id}", 200, json.dumps(body).encode())])


def test_a_wrong_kind_a_made_up_name_and_a_missing_one_do_not_fit(shop: Shop) -> None:
    assert told(shop) == []
    (wrong,) = told(shop, active="yes")
    assert "$.active" in wrong
    assert told(shop, colour="green")
    product = shop.v1.products.create({"name": "Tea"}).to_dict()
    del product["created"]
    assert misfits([("GET", "/v1/products/prod_1", 200, json.dumps(product).encode())])
    assert misfits([("GET", "/v1/products/prod_1", 404, b'{"error": {"type": "lost", "message": "Where is it?"}}')])


def test_what_looks_like_one_that_fitted_is_still_told_apart_by_its_words(shop: Shop) -> None:
    subscription = shop.subscribe().to_dict()

    def with_status(status: str) -> list[str]:
        body = json.dumps(subscription | {"status": status}, default=str).encode()
        return misfits([("GET", "/v1/subscriptions/sub_1", 200, body)])

    assert with_status("active") == with_status("past_due") == []
    assert with_status("sleepy")


def test_a_test_fails_whose_stand_in_answered_what_does_not_fit() -> None:
    with pytest.raises(AssertionError, match="colour"):
        _ask_one_that_answers_too_much()


def _ask_one_that_answers_too_much() -> None:
    app, played = sandbox.create_app()
    with watched(app):
        app.after_request(lambda response: _with(response, colour="green"))  # the last one to be added is the first to be called
        with serving(app, played) as url:
            Shop(url).customer(card=None)


def _with(response: Any, **more: Any) -> Any:
    response.set_data(json.dumps(response.get_json() | more))
    return response
