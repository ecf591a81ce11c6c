from urllib.parse import urlsplit

import pytest
import stripe

from tests.sandbox.account import Account
from tests.sandbox.endpoint import Endpoint, wait_until
from tests.sandbox.shop import Shop

SOMEWHERE = "https://shop.example/webhooks/stripe"


def test_an_endpoint_has_its_events_its_version_and_a_secret_that_is_shown_once(account: Account) -> None:
    made = account.endpoint(SOMEWHERE, "invoice.paid", api_version="2026-08-26.dahlia", description="the portal")
    assert made.secret.startswith("whsec_")
    assert (made.status, made.api_version, made.enabled_events) == ("enabled", "2026-08-26.dahlia", ["invoice.paid"])
    again = account.v1.webhook_endpoints.retrieve(made.id)
    (listed,) = [one for one in account.v1.webhook_endpoints.list({"limit": 100}).data if one.id == made.id]
    changed = account.v1.webhook_endpoints.update(made.id, {"enabled_events": ["*"], "disabled": True})
    assert (changed.status, changed.enabled_events) == ("disabled", ["*"])
    assert not any("secret" in shown.to_dict() for shown in (again, listed, changed))


def test_an_endpoint_can_be_deleted(account: Account) -> None:
    made = account.endpoint(SOMEWHERE)
    account.endpoints.remove(made.id)
    assert account.v1.webhook_endpoints.delete(made.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.webhook_endpoints.retrieve(made.id)


def test_an_endpoint_needs_an_address_and_events_that_there_are(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        account.endpoint("nowhere")
    with pytest.raises(stripe.InvalidRequestError):
        account.endpoint(SOMEWHERE, "invoice.eaten")


def test_an_endpoint_is_told_what_it_wants_signed_with_its_own_secret(shop: Shop, endpoint: Endpoint) -> None:
    made = shop.endpoint(endpoint.url, "customer.created", "customer.updated", api_version="2026-07-29.dahlia")
    endpoint.secret = made.secret
    customer = shop.customer()
    (event,) = endpoint.wait_for(1)
    assert (event.type, event.api_version) == ("customer.created", "2026-07-29.dahlia")
    shop.v1.webhook_endpoints.update(made.id, {"enabled_events": ["customer.deleted"]})
    shop.v1.customers.update(customer.id, {"name": "Alicia"})
    shop.v1.customers.delete(customer.id)
    assert [event.type for event in endpoint.wait_for(2)] == ["customer.created", "customer.deleted"]


def test_two_endpoints_are_both_told_and_a_disabled_one_is_not(shop: Shop, endpoint: Endpoint) -> None:
    shop.control("webhooks", {"url": endpoint.url})
    other = shop.endpoint(endpoint.url, "customer.created")
    shop.v1.webhook_endpoints.update(shop.endpoint(endpoint.url, "*").id, {"disabled": True})
    shop.control("webhooks", {"paused": True})
    shop.customer(card=None)
    (event,) = shop.events("customer.created")
    assert event.pending_webhooks == 2
    shop.control("webhooks", {"paused": False})
    wait_until(lambda: len(endpoint.received) == 2)
    signed_with = set()
    for secret in ("whsec_sandbox", other.secret):
        endpoint.secret = secret
        for body, signature in endpoint.received:
            try:
                stripe.Webhook.construct_event(body.decode(), signature, secret)
            except stripe.SignatureVerificationError:
                continue
            signed_with.add(secret)
    assert signed_with == {"whsec_sandbox", other.secret}


def test_what_waits_for_an_endpoint_that_was_deleted_is_given_up(shop: Shop, endpoint: Endpoint) -> None:
    made = shop.endpoint(endpoint.url)
    shop.control("webhooks", {"paused": True})
    shop.customer(card=None)
    shop.v1.webhook_endpoints.delete(made.id)
    shop.control("webhooks", {"paused": False})
    wait_until(lambda: shop.control("webhooks")["waiting"] == 0)
    assert endpoint.received == []
    assert urlsplit(made.url).path == "/webhooks"
