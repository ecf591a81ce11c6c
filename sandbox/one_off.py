"""Invoices of no subscription: written by whoever sells something once, filled with items, finalized and paid."""

from sandbox import cards, discounts, invoices
from sandbox.errors import Json, Refused, required
from sandbox.lists import merged
from sandbox.pending import line_for, sweep
from sandbox.world import World, offers

_OFFERED = (
    "customer", "currency", "auto_advance", "default_payment_method", "default_tax_rates", "description", "discounts", "metadata",
    "pending_invoice_items_behavior", "shipping_cost", "shipping_details",
)  # fmt: skip
_PLACE = ("city", "country", "line1", "line2", "postal_code", "state")


@offers("POST", "/v1/invoices", *_OFFERED)
def create(world: World, params: Json) -> Json:
    """A draft. What waits for the customer's next invoice comes along only if that is asked for."""
    if "customer" not in params:
        raise required("customer")
    customer = world.store.get("customer", params["customer"], "customer")
    now = world.clock.now()
    billed: Json = {
        "id": None, "customer": customer["id"], "currency": str(params.get("currency") or customer["currency"] or "usd").lower(),
        "discounts": [], "default_tax_rates": [], "test_clock": customer["test_clock"],
    }  # fmt: skip
    invoice = invoices.blank(world, billed, "manual", (now, now)) | {"description": params.get("description")}
    invoice["auto_advance"], invoice["metadata"] = params.get("auto_advance", False), merged({}, params.get("metadata"))
    if named := params.get("default_payment_method"):
        invoice["default_payment_method"] = cards.of_customer(world, named, customer["id"], "default_payment_method")["id"]
    invoice["default_tax_rates"] = [world.store.get("tax_rate", ref, "default_tax_rates") for ref in params.get("default_tax_rates", [])]
    discounts.set_discounts(world, billed, params)
    _ship(invoice, params)
    if params.get("pending_invoice_items_behavior", "exclude") == "include":
        invoices.put_on(invoice, sweep(world, billed, invoice["id"]))
    _keep(world, invoice, billed["discounts"], "created")
    return invoice


@offers("POST", "/v1/invoices/{invoice}/finalize")
def finalize(world: World, params: Json, ref: str) -> Json:
    """One that goes on by itself is charged within the hour, one over nothing is paid."""
    invoice = _draft(world, ref)
    invoices.finalize(world, invoice)
    if not invoice["amount_due"]:
        invoices.paid(world, invoice)
    elif invoice["auto_advance"]:
        invoice["next_payment_attempt"] = world.clock.now() + invoices.DRAFT_SECONDS
        invoices.keep(world, invoice)
    return invoice


def add(world: World, ref: str, item: Json) -> None:
    """Put an item on a draft at once."""
    invoice = _draft(world, ref)
    if invoice["customer"] != item["customer"]:
        raise Refused(f"The invoice {ref} does not belong to the customer {item['customer']}.", param="invoice")
    if invoice["currency"] != item["currency"]:
        raise Refused(f"The invoice is in {invoice['currency']}, not in {item['currency']}.", param="currency")
    item["invoice"] = ref
    invoices.put_on(invoice, [line_for(item, None)])
    _keep(world, invoice, invoice["discounts"])


def _keep(world: World, invoice: Json, discount_refs: list[str], *news: str) -> None:
    invoices.reckon(world, invoice, discount_refs, invoice["default_tax_rates"])
    invoice["discounts"] = discount_refs  # also of one that has nothing to take off yet
    if invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = invoice["next_payment_attempt"] = invoice["created"] + invoices.DRAFT_SECONDS
    invoices.keep(world, invoice, *news)


def _ship(invoice: Json, params: Json) -> None:
    """Where it goes, and what the delivery costs. Tax on it is not done."""
    if goal := params.get("shipping_details"):
        place = {part: goal["address"].get(part) for part in _PLACE}
        invoice["shipping_details"] = {"address": place, "name": goal["name"], "phone": goal.get("phone") or None}
    if cost := params.get("shipping_cost"):
        fixed = (cost.get("shipping_rate_data") or {}).get("fixed_amount")
        if not fixed:
            raise Refused("The stand-in does only a fixed amount, by `shipping_rate_data`.", param="shipping_cost")
        if fixed["currency"].lower() != invoice["currency"]:
            raise Refused(f"The invoice is in {invoice['currency']}, not in {fixed['currency']}.", param="shipping_cost")
        amount = invoice["amount_shipping"] = fixed["amount"]
        invoice["shipping_cost"] = {"amount_subtotal": amount, "amount_tax": 0, "amount_total": amount, "shipping_rate": None}


def _draft(world: World, ref: str) -> Json:
    invoice = world.store.get("invoice", ref)
    if invoice["status"] != "draft":
        raise Refused(f"This invoice is {invoice['status']}: only a draft can be changed or finalized.", code="invoice_not_editable")
    return invoice
