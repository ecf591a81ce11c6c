"""Customers, their addresses, and the card that is charged unless a subscription names another."""

import json
import secrets
from typing import Any

from sandbox import billing, cards
from sandbox.errors import Json, Refused
from sandbox.lists import PAGING, in_simulation, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

_FIELDS = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")


@offers("POST", "/v1/customers", *_FIELDS, "metadata", "invoice_settings", "payment_method", "test_clock")
def create(world: World, params: Json) -> Json:
    if clock := params.get("test_clock"):
        world.store.get("test_helpers.test_clock", clock, "test_clock")
    customer: Json = {
        "id": new_id("cus"), "object": "customer", "address": None, "balance": 0, "created": world.clock.now(), "currency": None,
        "default_source": None, "delinquent": False, "description": None, "email": None,
        "invoice_prefix": secrets.token_hex(4).upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": False, "metadata": {}, "name": None, "next_invoice_sequence": 1, "phone": None, "preferred_locales": [],
        "shipping": None, "tax_exempt": "none", "test_clock": clock,
    }  # fmt: skip
    world.store.put(customer)
    attached = {}
    if token := params.get("payment_method"):
        attached[token] = cards.attach(world, token, customer["id"])["id"]
    _write(world, customer, params, attached)
    world.store.put(customer)
    world.tell("customer.created", customer)
    return customer


@offers("POST", "/v1/customers/{customer}", *_FIELDS, "metadata", "invoice_settings")
def update(world: World, params: Json, ref: str) -> Json:
    customer = world.store.get("customer", ref)
    before = json.loads(json.dumps(customer))
    _write(world, customer, params, {})
    world.store.put(customer)
    if customer != before:
        world.tell("customer.updated", customer, before)
    return customer


def _write(world: World, customer: Json, params: Json, attached: dict[str, str]) -> None:
    for name in _FIELDS:
        if name in params:
            customer[name] = _whole(name, params[name]) if params[name] != "" else None
    customer["metadata"] = merged(customer["metadata"], params.get("metadata"))
    settings = params.get("invoice_settings", {})
    if card := settings.get("default_payment_method"):
        card = attached.get(card, card)
        cards.of_customer(world, card, customer["id"], "invoice_settings[default_payment_method]")
    if "default_payment_method" in settings:
        customer["invoice_settings"]["default_payment_method"] = card or None


def _whole(name: str, sent: Any) -> Any:
    """An address takes the place of the earlier one: what was not sent, or sent empty, is null."""
    if name == "address":
        return {part: sent.get(part) or None for part in ("city", "country", "line1", "line2", "postal_code", "state")}
    if name == "shipping":
        return {"address": _whole("address", sent["address"]), "name": sent["name"], "phone": sent.get("phone") or None}
    return sent


@offers("POST", "/v1/payment_methods/{payment_method}/detach")
def detach(world: World, params: Json, ref: str) -> Json:
    """It is nobody's any more, and nobody's default; only what is over goes on naming it."""
    card = world.store.get("payment_method", ref)
    if card["customer"] is None:
        raise Refused("The payment method you provided is not attached to a customer so detachment is impossible.", param="payment_method")
    customer, before = world.store.get("customer", card["customer"]), card | {}
    card["customer"] = None
    world.store.put(card)
    world.tell("payment_method.detached", card, before)
    if customer["invoice_settings"]["default_payment_method"] == ref:
        before = customer | {"invoice_settings": customer["invoice_settings"] | {}}
        customer["invoice_settings"]["default_payment_method"] = None
        world.store.put(customer)
        world.tell("customer.updated", customer, before)
    for subscription in world.store.all("subscription", "customer = ?", customer["id"]):
        if subscription["default_payment_method"] == ref and subscription["status"] not in billing.ENDED:
            before = subscription | {}
            subscription["default_payment_method"] = None
            billing.changed(world, subscription, before)
    return card


@offers("DELETE", "/v1/customers/{customer}")
def delete(world: World, params: Json, ref: str) -> Json:
    """For good, and at once: the subscriptions end too. That there was one can still be seen."""
    customer = world.store.get("customer", ref)
    for subscription in world.store.all("subscription", "customer = ?", ref):
        if subscription["status"] not in billing.ENDED:
            billing.end(world, subscription, reason="cancellation_requested")
    world.tell("customer.deleted", customer)
    world.store.change("UPDATE object SET kind = 'deleted_customer' WHERE id = ?", ref)
    return _gone(ref)


def _gone(ref: str) -> Json:
    return {"id": ref, "object": "customer", "deleted": True}


@offers("GET", "/v1/customers/{customer}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return _gone(ref) if world.store.find(ref, "deleted_customer") else world.store.get("customer", ref)


@offers("GET", "/v1/customers", "email", "created", "test_clock", *PAGING)
def list_all(world: World, params: Json) -> Json:
    where = {"json_extract(body, '$.email') = ?": params.get("email")} | in_simulation(params)
    return page(world, "/v1/customers", "customer", params, where)
