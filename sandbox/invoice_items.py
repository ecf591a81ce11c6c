"""What waits for a customer's next invoice, whatever that invoice is for: also a trial's 0.00 one sweeps it up."""

from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers


@offers("POST", "/v1/invoiceitems", "customer", "subscription", "amount", "currency", "description", "metadata")
def create(world: World, params: Json) -> Json:
    for name in ("customer", "amount", "currency"):
        if name not in params:
            raise required(name)
    if params["amount"] < 0:
        raise Refused("The stand-in does not do credits here.", param="amount")
    customer = world.store.get("customer", params["customer"], "customer")
    parent = None
    if ref := params.get("subscription"):
        if world.store.get("subscription", ref, "subscription")["customer"] != customer["id"]:
            raise Refused(f"The subscription {ref} does not belong to the customer {customer['id']}.", param="subscription")
        parent = {"type": "subscription_details", "subscription_details": {"subscription": ref}}
    now = world.clock.now()
    item = {
        "id": new_id("ii"), "object": "invoiceitem", "amount": params["amount"], "currency": params["currency"].lower(),
        "customer": customer["id"], "date": now, "description": params.get("description"), "discountable": True,
        "discounts": [], "invoice": None, "livemode": False, "metadata": merged({}, params.get("metadata")), "parent": parent,
        "period": {"start": now, "end": now}, "pricing": None, "proration": False, "quantity": 1, "quantity_decimal": "1",
        "tax_rates": [], "test_clock": None,
    }  # fmt: skip
    world.store.put(item)
    world.tell("invoiceitem.created", item)
    return item


@offers("GET", "/v1/invoiceitems/{invoiceitem}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("invoiceitem", ref)


@offers("GET", "/v1/invoiceitems", "customer", "invoice", "pending", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    where = {
        "customer = ?": params.get("customer"),
        "json_extract(body, '$.invoice') = ?": params.get("invoice"),
        "(json_extract(body, '$.invoice') IS NULL) = ?": params.get("pending"),
    }
    return page(world, "/v1/invoiceitems", "invoiceitem", params, where)


def sweep(world: World, subscription: Json, invoice: str) -> list[Json]:
    """Lines for the customer's pending items, which from now on belong to this invoice."""
    pending = world.store.all("invoiceitem", "customer = ? AND json_extract(body, '$.invoice') IS NULL", subscription["customer"])
    lines = []
    for item in reversed(pending):
        named = item["parent"] and item["parent"]["subscription_details"]["subscription"]
        if named not in (None, subscription["id"]) or item["currency"] != subscription["currency"]:
            continue
        item["invoice"] = invoice
        world.store.put(item)
        lines.append(_line(item, named))
    return lines


def _line(item: Json, subscription: str | None) -> Json:
    details = {
        "invoice_item": item["id"], "proration": False, "proration_details": {"credited_items": None}, "subscription": subscription,
    }  # fmt: skip
    return {
        "id": new_id("il"), "object": "line_item", "amount": item["amount"], "currency": item["currency"],
        "description": item["description"], "discount_amounts": [], "discountable": item["discountable"], "discounts": [],
        "livemode": False, "metadata": item["metadata"],
        "parent": {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"},
        "period": item["period"], "pretax_credit_amounts": [], "pricing": None, "quantity": 1, "quantity_decimal": "1",
        "subscription": subscription, "subtotal": item["amount"], "taxes": [],
    }  # fmt: skip
