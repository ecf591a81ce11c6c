"""The description is true: what it allows is taken, what it forbids is refused, and each answer is as it says (schemathesis)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import select

from portal.api.endpoints import ENDPOINTS, Endpoint
from portal.api.openapi import path_of
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.models import ReturnParcel, Way
from tests.api.client import System
from tests.api.test_tell_orders import order
from tests.conftest import TODAY
from tests.returns.builders import sent_back

EXAMPLES = 15
"""For each operation, beside those at each boundary that the description draws."""
USES = 150
"""Of one key, before its limit would be what is tested."""
KNOW_MORE = {
    "put_product": "a SKU is of one variant, and has one price for each rhythm",
    "put_stock": "nothing was counted in the future",
    "post_stock": "each SKU is known, and comes once",
    "list_orders": "a moment is of a year that is in use",
    "put_order": "nothing was bought in the future, and no discount is larger than what it is on",
    "put_shipment": "nothing was packed in the future",
    "add_events": "there are no news of the future",
    "add_return_events": "there are no news of the future",
}
"""Rules that no description can tell: what it allows may be refused by them."""
Headers = Callable[[], dict[str, str]]


@pytest.fixture
def signed(app: Flask) -> Headers:
    first = System(app, name="first")
    first.put("/products/honey", {"name": "Honey", "variants": [{"sku": "HON"}]}, expect=201)
    first.put("/orders/HA-1", order(), expect=201)
    first.put("/shipments/P-1", {"order": "HA-1"}, expect=201)
    with app.app_context(), transaction():
        bought = db.session.scalars(select(Order).where(Order.number == "HA-1")).one()
        db.session.add(ReturnParcel(way=Way.OWN, made_at=TODAY, return_=sent_back(bought, rma="R-1")))
    used, keys = 0, [first.key]

    def sign() -> dict[str, str]:
        nonlocal used
        used += 1
        if used % USES == 0:
            keys.append(System(app, name=str(used)).key)
        return {"Authorization": f"Bearer {keys[-1]}"}

    return sign


def mend(case: Any, mode: GenerationMode, signed: Headers) -> None:
    """Put in what no description can: a key, a cursor that came from a page, and another Idempotency-Key for each request."""
    case.headers["Accept-Encoding"] = "identity"  # the client of this test unpacks nothing
    if mode is GenerationMode.POSITIVE:
        case.query.pop("cursor", None)
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid4())
    if mode is GenerationMode.POSITIVE or "Authorization" in case.headers:
        case.headers.update(signed())


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_each_answer_is_as_described(app: Flask, signed: Headers, endpoint: Endpoint, mode: GenerationMode) -> None:
    """What the description allows, or what it forbids in at least one place."""
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path_of(endpoint)][endpoint.method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        mend(case, mode, signed)
        case.call_and_validate(excluded_checks=[positive_data_acceptance] if endpoint.name in KNOW_MORE else [])

    each()


def test_the_examples_are_as_described(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    for endpoint in ENDPOINTS:
        if endpoint.changes:
            told = document["paths"][path_of(endpoint)][endpoint.method.lower()]["requestBody"]["content"]["application/json"]
            Draft202012Validator({**told["schema"], "components": document["components"]}).validate(told["example"])
