"""What waits for a customer's next invoice, whatever that invoice is for: also a trial's 0.00 one sweeps it up."""

from sandbox import one_off
from sandbox.catalog import inline_price, price_for
from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

_AMOUNT = ("amount", "quantity", "pricing", "price_data")


@offers("POST", "/v1/invoiceitems", "customer", "subscription", "invoice", *_AMOUNT, "currency", "description", "metadata")
def create(world: World, params: Json) -> Json:
    if "customer" not in params:
        raise required("customer")
    customer = world.store.get("customer", params["customer"], "customer")
    parent = None
    if ref := params.get("subscription"):
        if world.store.get("subscription", ref, "subscription")["customer"] != customer["id"]:
            raise Refused(f"The subscription {ref} does not belong to the customer {customer['id']}.", param="subscription")
        parent = {"type": "subscription_details", "subscription_details": {"subscription": ref}}
    now, (amount, currency, quantity, pricing, words) = world.clock.now(), _reckoned(world, params)
    item = {
        "id": new_id("ii"), "object": "invoiceitem", "amount": amount, "currency": currency,
        "customer": customer["id"], "date": now, "description": params.get("description", words), "discountable": True,
        "discounts": [], "invoice": None, "livemode": False, "metadata": merged({}, params.get("metadata")), "parent": parent,
        "period": {"start": now, "end": now}, "pricing": pricing, "proration": False, "quantity": quantity,
        "quantity_decimal": str(quantity), "tax_rates": [], "test_clock": None,
    }  # fmt: skip
    if ref := params.get("invoice"):
        one_off.add(world, ref, item)
    world.store.put(item)
    world.tell("invoiceitem.created", item)
    return item


def _reckoned(world: World, params: Json) -> tuple[int, str, int, Json | None, str | None]:
    """Amount, currency, quantity, pricing and description: an amount, or so many of something that has a price."""
    named = [name for name in ("amount", "pricing", "price_data") if name in params]
    if len(named) != 1 or ("amount" in params and "quantity" in params):
        raise Refused("The stand-in takes either an amount or a price, and a quantity only with a price.", param=(named or ["amount"])[0])
    if "amount" in params:
        if "currency" not in params:
            raise required("currency")
        if params["amount"] < 0:
            raise Refused("The stand-in does not do credits here.", param="amount")
        return params["amount"], params["currency"].lower(), 1, None, None
    if (quantity := params.get("quantity", 1)) < 0:
        raise Refused("This value must be greater than or equal to 0.", code="parameter_invalid_integer", param="quantity")
    if "pricing" in params:
        price = price_for(world, params["pricing"].get("price", ""), "pricing[price]", "one_time")
    else:
        price = inline_price(world, params["price_data"])
    if (currency := str(params.get("currency", price["currency"])).lower()) != price["currency"]:
        raise Refused(f"The price is in {price['currency']}, not in {currency}.", param="currency")
    pricing = {
        "price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }  # fmt: skip
    return price["unit_amount"] * quantity, price["currency"], quantity, pricing, world.store.get("product", price["product"])["name"]


@offers("GET", "/v1/invoiceitems/{invoiceitem}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("invoiceitem", ref)


@offers("DELETE", "/v1/invoiceitems/{invoiceitem}")
def delete(world: World, params: Json, ref: str) -> Json:
    """Only while it waits."""
    item = world.store.get("invoiceitem", ref)
    if item["invoice"]:
        raise Refused(f"The invoice item {ref} belongs to the invoice {item['invoice']}, so it can't be deleted.")
    world.store.drop(ref)
    world.tell("invoiceitem.deleted", item)
    return {"id": ref, "object": "invoiceitem", "deleted": True}


@offers("GET", "/v1/invoiceitems", "customer", "invoice", "pending", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    where = {
        "customer = ?": params.get("customer"),
        "json_extract(body, '$.invoice') = ?": params.get("invoice"),
        "(json_extract(body, '$.invoice') IS NULL) = ?": params.get("pending"),
    }
    return page(world, "/v1/invoiceitems", "invoiceitem", params, where)
