"""Customers, and the card that is charged unless a subscription names another."""

import json
import secrets

from sandbox import cards
from sandbox.errors import Json
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

_FIELDS = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")


@offers("POST", "/v1/customers", *_FIELDS, "metadata", "invoice_settings", "payment_method")
def create(world: World, params: Json) -> Json:
    customer: Json = {
        "id": new_id("cus"), "object": "customer", "address": None, "balance": 0, "created": world.clock.now(), "currency": None,
        "default_source": None, "delinquent": False, "description": None, "email": None,
        "invoice_prefix": secrets.token_hex(4).upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": False, "metadata": {}, "name": None, "next_invoice_sequence": 1, "phone": None, "preferred_locales": [],
        "shipping": None, "tax_exempt": "none", "test_clock": None,
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
            customer[name] = params[name] if params[name] != "" else None
    customer["metadata"] = merged(customer["metadata"], params.get("metadata"))
    settings = params.get("invoice_settings", {})
    if card := settings.get("default_payment_method"):
        card = attached.get(card, card)
        cards.of_customer(world, card, customer["id"], "invoice_settings[default_payment_method]")
    if "default_payment_method" in settings:
        customer["invoice_settings"]["default_payment_method"] = card or None


@offers("GET", "/v1/customers/{customer}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("customer", ref)


@offers("GET", "/v1/customers", "email", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    return page(world, "/v1/customers", "customer", params, {"json_extract(body, '$.email') = ?": params.get("email")})
