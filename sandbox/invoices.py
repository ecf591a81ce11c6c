"""Invoices: what is on them, how they are collected, and what the API says about them."""

from sandbox import balance, charges, discounts, tax_rates
from sandbox.errors import Json, Refused, missing
from sandbox.lists import PAGING, page, page_of
from sandbox.pending import sweep
from sandbox.periods import DAY
from sandbox.store import new_id
from sandbox.world import World, offers

DRAFT_SECONDS = 60 * 60
"""How long a renewal's invoice stays a draft: Stripe's default, which its accounts can change, as ours can."""
RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""After each declined attempt; when the last one is declined too, the subscription is cancelled."""


def line(world: World, subscription: Json, item: Json, *, amount: int, period: tuple[int, int], words: str) -> Json:
    price = item["price"]
    return {
        "id": new_id("il"), "object": "line_item", "amount": amount, "currency": price["currency"],
        "description": f"{words}{world.store.get('product', price['product'])['name']}", "discount_amounts": [], "discountable": True,
        "discounts": [], "livemode": False, "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None, "proration": False, "proration_details": {"credited_items": None},
                "subscription": subscription["id"], "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"start": period[0], "end": period[1]}, "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"] if amount else "0",
        },
        "quantity": item["quantity"], "quantity_decimal": str(item["quantity"]), "subscription": subscription["id"],
        "subtotal": amount, "taxes": [],
    }  # fmt: skip


def draft(world: World, subscription: Json, reason: str, lines: list[Json], period: tuple[int, int]) -> Json:
    """A new invoice, with the customer's pending invoice items swept into it."""
    parent = {
        "quote_details": None,
        "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
        "type": "subscription_details",
    }
    invoice = blank(world, subscription, reason, period) | {"parent": parent}
    put_on(invoice, [*sweep(world, subscription, invoice["id"]), *lines])
    reckon(world, invoice, subscription["discounts"], subscription["default_tax_rates"])
    keep(world, invoice, "created")
    return invoice


def blank(world: World, billed: Json, reason: str, period: tuple[int, int]) -> Json:
    """With nothing on it, for the customer of what is billed, in its currency. It is not kept yet."""
    now, customer = world.clock.now(), world.store.get("customer", billed["customer"])
    ref = new_id("in")
    return {
        "id": ref, "object": "invoice", "account_country": "US", "account_name": "Sandbox", "account_tax_ids": None,
        "amount_overpaid": 0, "amount_paid": 0, "amount_paid_off_stripe": 0,
        "amount_shipping": 0, "application": None, "attempt_count": 0, "attempted": False, "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        "automatically_finalizes_at": None, "billing_reason": reason, "collection_method": "charge_automatically", "created": now,
        "currency": billed["currency"], "custom_fields": None, "customer": customer["id"], "customer_address": customer["address"],
        "customer_email": customer["email"], "customer_name": customer["name"], "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"], "customer_tax_exempt": "none", "customer_tax_ids": [],
        "default_payment_method": None, "default_source": None, "default_tax_rates": [], "description": None,
        "discounts": [], "due_date": None, "effective_at": None, "footer": None, "from_invoice": None,
        "hosted_invoice_url": None, "invoice_pdf": None, "issuer": {"type": "self"}, "last_finalization_error": None,
        "latest_revision": None,
        "lines": {"object": "list", "data": [], "has_more": False, "url": f"/v1/invoices/{ref}/lines"},
        "livemode": False, "metadata": {}, "next_payment_attempt": None, "number": None, "on_behalf_of": None, "parent": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": period[1], "period_start": period[0], "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0, "receipt_number": None, "rendering": None, "shipping_cost": None,
        "shipping_details": None, "statement_descriptor": None, "status": "draft",
        "status_transitions": {"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None},
        "test_clock": billed["test_clock"], "webhooks_delivered_at": now,
    }  # fmt: skip


def put_on(invoice: Json, lines: list[Json]) -> None:
    invoice["lines"]["data"] += [entry | {"invoice": invoice["id"]} for entry in lines]


def reckon(world: World, invoice: Json, discount_refs: list[str], rates: list[Json]) -> None:
    """What all that is on a draft comes to: less the discounts, with tax and delivery."""
    lines = invoice["lines"]["data"]
    for entry in lines:
        entry["discount_amounts"], entry["pretax_credit_amounts"], entry["taxes"] = [], [], []
    subtotal, taken_off = sum(entry["amount"] for entry in lines), discounts.take_off(world, lines, discount_refs)
    taxed = tax_rates.levy(lines, rates)
    total = subtotal - sum(entry["amount"] for entry in taken_off) + taxed["on_top"] + invoice["amount_shipping"]
    invoice.update({
        "discounts": [entry["discount"] for entry in taken_off],
        "subtotal": subtotal, "subtotal_excluding_tax": taxed["subtotal_excluding_tax"],
        "total": total, "total_discount_amounts": taken_off,
        "total_excluding_tax": total - sum(tax["amount"] for tax in taxed["total_taxes"]),
        "total_pretax_credit_amounts": [entry | {"type": "discount"} for entry in taken_off],
        "total_taxes": taxed["total_taxes"],
    })  # fmt: skip
    sums = balance.sums(world.store.get("customer", invoice["customer"]), invoice["currency"], total)
    invoice.update(sums | {"ending_balance": None})


def keep(world: World, invoice: Json, *news: str) -> None:
    world.store.put(invoice, due=invoice["next_payment_attempt"])
    for word in news:
        world.tell(f"invoice.{word}", invoice)


def wait(world: World, invoice: Json) -> bool:
    """Leave it a draft for a while; the clock finalizes and collects it. False if the account has none of that."""
    seconds = int(world.store.setting("draft_seconds", str(DRAFT_SECONDS)))
    invoice["automatically_finalizes_at"] = invoice["next_payment_attempt"] = world.clock.now() + seconds if seconds else None
    keep(world, invoice)
    return bool(seconds)


def finalize(world: World, invoice: Json) -> None:
    customer = world.store.get("customer", invoice["customer"])
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    customer["next_invoice_sequence"] += 1
    customer["currency"] = customer["currency"] or invoice["currency"]
    world.store.put(customer)
    balance.settle(world, invoice)
    invoice["status"] = "open"
    invoice["automatically_finalizes_at"] = None
    invoice["effective_at"] = invoice["status_transitions"]["finalized_at"] = world.clock.now()
    invoice["hosted_invoice_url"] = invoice["invoice_pdf"] = f"{world.address}/_invoice/{invoice['id']}"
    charges.begin(world, invoice)
    keep(world, invoice, "finalized")


def close(world: World, invoice: Json, status: str) -> None:
    """Nothing will be collected: `void` or `uncollectible`."""
    word = {"void": "voided", "uncollectible": "marked_uncollectible"}[status]
    invoice["status"], invoice["auto_advance"], invoice["next_payment_attempt"] = status, False, None
    invoice["status_transitions"][f"{word}_at"] = world.clock.now()
    if status == "void":
        balance.give_back(world, invoice)
        charges.cancel(world, invoice)
    keep(world, invoice, word)


def collect(world: World, invoice: Json, card: Json | None, *, by_itself: bool, retried: bool = True) -> str | None:
    """Charge it. None if it was paid, else why not; then the next attempt is planned, if there is one.

    `attempt_count` is the place in the schedule of retries, so that an attempt by hand counts only if it is the first.
    """
    invoice["attempted"] = True
    problem = None if not invoice["amount_due"] else charges.attempt(world, invoice, card) if card else "no_card"
    if invoice["amount_due"]:
        invoice["attempt_count"] += 1 if by_itself or not invoice["attempt_count"] else 0
    if not problem:
        paid(world, invoice)
    elif by_itself:
        count = invoice["attempt_count"]
        again = retried and count <= len(RETRIES)
        invoice["next_payment_attempt"] = world.clock.now() + RETRIES[count - 1] if again else None
        keep(world, invoice, "payment_failed")
    else:
        keep(world, invoice, "payment_failed")
    return problem


def paid(world: World, invoice: Json) -> None:
    invoice["status"], invoice["attempted"], invoice["next_payment_attempt"] = "paid", True, None
    invoice["amount_paid"], invoice["amount_remaining"], invoice["auto_advance"] = invoice["amount_due"], 0, False
    invoice["status_transitions"]["paid_at"] = world.clock.now()
    keep(world, invoice, "paid", "payment_succeeded")


def card_of(world: World, invoice: Json) -> Json | None:
    """Its own, or its subscription's, else the customer's default."""
    if invoice["parent"]:
        return card_for(world, world.store.get("subscription", invoice["parent"]["subscription_details"]["subscription"]))
    return card_for(world, invoice)


def card_for(world: World, billed: Json) -> Json | None:
    """The subscription's own card, else the customer's default."""
    customer = world.store.get("customer", billed["customer"])
    ref = billed["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return world.store.get("payment_method", ref) if ref else None


@offers("GET", "/v1/invoices/{invoice}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("invoice", ref)


@offers("GET", "/v1/invoices/{invoice}/lines", *PAGING)
def list_lines(world: World, params: Json, ref: str) -> Json:
    lines = world.store.get("invoice", ref)["lines"]
    return page_of(lines["data"], "line_item", lines["url"], params)


@offers("GET", "/v1/invoices", "customer", "subscription", "status", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    for name in ("customer", "subscription"):
        if name in params:
            world.store.get(name, params[name], name)
    return page(
        world, "/v1/invoices", "invoice", params, {f"{name} = ?": params.get(name) for name in ("customer", "subscription", "status")}
    )


def payable(world: World, ref: str) -> Json:
    invoice = world.store.find(ref, "invoice")
    if not invoice:
        raise missing("invoice", ref)
    if invoice["status"] == "paid":
        raise Refused("Invoice is already paid")
    if invoice["status"] == "void":
        raise Refused("You cannot pay a void invoice.")
    return invoice
