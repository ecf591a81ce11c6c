"""Invoice items on their way to an invoice."""

from sandbox.errors import Json
from sandbox.store import new_id
from sandbox.world import World


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
        lines.append(line_for(item, named))
    return lines


def line_for(item: Json, subscription: str | None) -> Json:
    details = {
        "invoice_item": item["id"], "proration": False, "proration_details": {"credited_items": None}, "subscription": subscription,
    }  # fmt: skip
    return {
        "id": new_id("il"), "object": "line_item", "amount": item["amount"], "currency": item["currency"],
        "description": item["description"], "discount_amounts": [], "discountable": item["discountable"], "discounts": [],
        "livemode": False, "metadata": item["metadata"],
        "parent": {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"},
        "period": item["period"], "pretax_credit_amounts": [], "pricing": item["pricing"], "quantity": item["quantity"],
        "quantity_decimal": item["quantity_decimal"], "subscription": subscription, "subtotal": item["amount"], "taxes": [],
    }  # fmt: skip
