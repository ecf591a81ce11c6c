from typing import Any

import pytest
import requests
import stripe

from sandbox.openapi import OpenApi
from tests.sandbox.account import Account
from tests.sandbox.shop import Shop


@pytest.mark.parametrize(
    ("sent", "code", "param"),
    [
        ({"trial_ends": 5}, "parameter_unknown", "trial_ends"),
        ({"items": [{"id": "si_1", "amount": 5}]}, "parameter_unknown", "items[0][amount]"),
        ({"pause_collection": {"behavior": "void", "until": 5}}, "parameter_unknown", "pause_collection[until]"),
        ({"trial_end": "tomorrow"}, "parameter_invalid_integer", "trial_end"),
        ({"items": [{"quantity": "two"}]}, "parameter_invalid_integer", "items[0][quantity]"),
        ({"proration_behavior": "never"}, None, "proration_behavior"),
        ({"pause_collection": {"behavior": "stop"}}, None, "pause_collection[behavior]"),
        ({"pause_collection": {"resumes_at": 5}}, "parameter_missing", "pause_collection[behavior]"),
        ({"pause_collection": "void"}, None, "pause_collection"),
        ({"cancel_at_period_end": "perhaps"}, None, "cancel_at_period_end"),
        ({"items": {"id": "si_1"}}, None, "items"),
        ({"metadata": {"a": {"b": "c"}}}, None, "metadata[a]"),
        ({"description": "x" * 501}, None, "description"),
        ({"metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 41}]"),
    ],
)
def test_what_stripe_does_not_know_is_refused(account: Account, sent: dict[str, Any], code: str | None, param: str) -> None:
    subscription = account.subscribe()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.subscriptions.update(subscription.id, sent)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


def test_an_unknown_parameter_is_named_in_stripes_words(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.customers.list({"mail": "alice@example.com"})
    assert refused.value.user_message == "Received unknown parameter: mail"
    assert refused.value.error and refused.value.error.type == "invalid_request_error"


def test_what_stripe_knows_and_the_stand_in_does_not_do_is_refused_too(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not do `add_invoice_items`"):
        shop.subscribe(add_invoice_items=[{"price": "x"}])
    with pytest.raises(stripe.InvalidRequestError, match="does not offer GET /v1/tax_rates"):
        shop.v1.tax_rates.list()


def test_an_address_that_is_not_stripes_is_not_found(shop: Shop) -> None:
    answer = requests.get(f"{shop.url}/v1/boxes", headers=_headers(), timeout=5)
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "Unrecognized request URL (GET: /v1/boxes).")


def test_metadata_is_merged_key_by_key(account: Account) -> None:
    subscription = account.subscribe(metadata={"a": "1", "b": "2"})

    def after(sent: Any) -> Any:
        return account.v1.subscriptions.update(subscription.id, {"metadata": sent}).metadata.to_dict()

    assert after({"b": "3", "c": "4"}) == {"a": "1", "b": "3", "c": "4"}
    assert after({"a": ""}) == {"b": "3", "c": "4"}
    assert after("") == {}


def test_only_what_names_another_object_can_be_expanded(account: Account) -> None:
    subscription = account.subscribe()
    paths = ["data.latest_invoice", "data.customer.invoice_settings.default_payment_method", "data.default_payment_method"]
    (listed,) = account.v1.subscriptions.list({"customer": subscription.customer, "expand": paths}).data
    assert (listed.latest_invoice.id, listed.customer.email) == (subscription.latest_invoice, "alice@example.com")
    assert listed.customer.invoice_settings.default_payment_method.card.last4 == "4242"
    for path in ("status", "plan", "latest_invoice.number", "customer.a.b.c.d"):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.subscriptions.retrieve(subscription.id, {"expand": [path]})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer sk_live_shop"}, 401),
        ({"Authorization": "Bearer pk_test_shop"}, 401),
        ({"Stripe-Version": "2026-10-28.endive"}, 400),
    ],
)
def test_a_test_key_and_the_pinned_version_are_needed(shop: Shop, headers: dict[str, str], status: int) -> None:
    sent = _headers() | headers if headers else {"Stripe-Version": "2026-08-26.dahlia"}
    answer = requests.get(f"{shop.url}/v1/customers", headers=sent, timeout=5)
    assert answer.status_code == status
    assert answer.headers["Request-Id"].startswith("req_")


def test_the_sdk_knows_a_refused_live_key(shop: Shop) -> None:
    shop.key = "sk_live_shop"
    with pytest.raises(stripe.AuthenticationError, match="no business here"):
        shop.v1.customers.list()


def test_every_answer_has_an_id_of_its_own(account: Account) -> None:
    one, two = account.customer(), account.customer()
    assert one.last_response.request_id != two.last_response.request_id


def test_every_described_operation_finds_itself() -> None:
    openapi = OpenApi()
    for path, methods in openapi.description["paths"].items():
        for method in methods:
            found, refs = openapi.find(method.upper(), path.replace("{", "x").replace("}", "x"))
            assert found.path == path
            assert len(refs) == path.count("{")


def _headers() -> dict[str, str]:
    return {"Authorization": "Bearer sk_test_shop", "Stripe-Version": "2026-08-26.dahlia"}
