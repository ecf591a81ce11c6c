"""What is paid once on the page of Checkout: its lines, its payment intent, and the invoice that is written after it."""

from sandbox import catalog, charges, invoices
from sandbox.balance import SMALLEST_CHARGE
from sandbox.errors import Json, Refused, required
from sandbox.known_cards import BY_FINGERPRINT
from sandbox.lists import PAGING, merged, page_of
from sandbox.pending import line_for
from sandbox.store import new_id
from sandbox.world import World, offers

NOT_AUTHENTICATED = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
    "message": "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
}


def begin(world: World, ref: str, params: Json) -> Json:
    """What a session says that is to be paid. Its payment intent is made when somebody gives a card."""
    if not params.get("line_items"):
        raise required("line_items")
    _only(params.get("payment_intent_data", {}), "payment_intent_data", {"description", "metadata"})
    creation = params.get("invoice_creation", {"enabled": False})
    data = creation.get("invoice_data", {})
    _only(data, "invoice_creation[invoice_data]", {"description", "metadata"})
    lines = [_line(world, item, number) for number, item in enumerate(params["line_items"])]
    currencies = {line["currency"] for line in lines} | {str(params.get("currency", lines[0]["currency"])).lower()}
    if len(currencies) > 1:
        raise Refused("All line items must be in one currency.", param="line_items")
    currency, total = currencies.pop(), sum(line["amount_total"] for line in lines)
    if total < SMALLEST_CHARGE.get(currency, 50):
        raise Refused("The Checkout Session's total amount must convert to at least 50 cents.", code="amount_too_small")
    kept = {"id": _kept_as(ref), "object": "sandbox.checkout", "created": world.clock.now(), "lines": lines}
    world.store.put(kept | {"intent": params.get("payment_intent_data", {})})
    return {
        "amount_subtotal": total, "amount_total": total, "currency": currency, "payment_method_collection": "if_required",
        "invoice_creation": {
            "enabled": creation["enabled"],
            "invoice_data": {
                "account_tax_ids": None, "custom_fields": None, "description": data.get("description"), "footer": None, "issuer": None,
                "metadata": merged({}, data.get("metadata")), "rendering_options": None,
            },
        },
        "payment_status": "unpaid", "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }  # fmt: skip


def lines_of(world: World, session: Json) -> list[Json]:
    kept = world.store.find(_kept_as(session["id"]), "sandbox.checkout")
    return list(kept["lines"]) if kept else []


@offers("GET", "/v1/checkout/sessions/{session}/line_items", *PAGING)
def list_lines(world: World, params: Json, ref: str) -> Json:
    session = world.store.get("checkout.session", ref)
    return page_of(lines_of(world, session), "item", f"/v1/checkout/sessions/{ref}/line_items", params)


def confirm(world: World, session: Json, card: Json, authenticate_at: str) -> Json:
    """With a card: it is charged, waits for its holder to say at that address that it is them, or is declined."""
    intent = _intent(world, session)
    world.store.put(card)
    intent["payment_method"] = card["id"]
    if BY_FINGERPRINT[card["card"]["fingerprint"]].authenticates:
        intent["status"], intent["last_payment_error"] = "requires_action", None
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": authenticate_at}}
        world.store.put(intent)
    else:
        _charge(world, session, intent, card)
    return intent


def authenticated(world: World, session: Json, intent: Json, *, succeeded: bool) -> None:
    """What the bank says after it has asked the card's holder."""
    card = world.store.get("payment_method", intent["payment_method"])
    intent["next_action"], intent["status"] = None, "requires_payment_method"
    if succeeded:
        _charge(world, session, intent, card)
        return
    intent["payment_method"], intent["last_payment_error"] = None, NOT_AUTHENTICATED | {"payment_method": card}
    world.store.put(intent)


def cancel(world: World, session: Json) -> None:
    """The page is closed: what was begun on it is paid by nobody."""
    if session["payment_intent"]:
        intent = world.store.get("payment_intent", session["payment_intent"])
        intent["status"], intent["canceled_at"], intent["cancellation_reason"] = "canceled", world.clock.outside(), "expired"
        intent["next_action"] = None
        world.store.put(intent)


def write_invoice(world: World, session: Json, intent: Json) -> None:
    """One that is paid from the start, if that was asked for. The customer's balance has no part in it."""
    if not session["invoice_creation"]["enabled"]:
        return
    now, customer = world.clock.now(), world.store.get("customer", session["customer"])
    billed = {"customer": customer["id"], "currency": session["currency"], "test_clock": customer["test_clock"]}
    ref, data, total = _invoice_id(intent), session["invoice_creation"]["invoice_data"], session["amount_total"]
    invoice = invoices.blank(world, billed, "manual", (now, now)) | {"id": ref, "description": data["description"]}
    invoice["metadata"], invoice["lines"]["url"] = data["metadata"], f"/v1/invoices/{ref}/lines"
    invoices.put_on(invoice, [line_for(_item(line, now), None) for line in lines_of(world, session)])
    invoices.reckon(world, invoice, [], [])
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    customer["next_invoice_sequence"] += 1
    world.store.put(customer)
    invoice |= {"starting_balance": 0, "ending_balance": 0, "amount_due": total, "amount_remaining": total, "attempt_count": 1}
    invoice["effective_at"] = invoice["status_transitions"]["finalized_at"] = now
    invoice["hosted_invoice_url"] = invoice["invoice_pdf"] = _receipt(world, intent)
    charges.note_payment(world, invoice, intent)
    charges.settle(world, invoice, "paid")
    invoices.keep(world, invoice, "created", "finalized")
    invoices.paid(world, invoice)
    session["invoice"] = ref


def _charge(world: World, session: Json, intent: Json, card: Json) -> None:
    problem = BY_FINGERPRINT[card["card"]["fingerprint"]].declines
    receipt = _receipt(world, intent) if session["invoice_creation"]["enabled"] else None
    charges.charge(world, intent, card, problem, receipt=receipt)


def _intent(world: World, session: Json) -> Json:
    if session["payment_intent"]:
        return world.store.get("payment_intent", session["payment_intent"])
    given = world.store.get("sandbox.checkout", _kept_as(session["id"]))["intent"]
    intent = charges.new_intent(
        world, new_id("pi"), session["amount_total"], session["currency"], session["customer"],
        description=given.get("description"), metadata=merged({}, given.get("metadata")),
    )  # fmt: skip
    session["payment_intent"] = intent["id"]
    world.store.put(session, due=session["expires_at"])
    return intent


def _line(world: World, item: Json, number: int) -> Json:
    _only(item, f"line_items[{number}]", {"price_data", "quantity"})
    given, quantity = dict(item.get("price_data") or {}), item.get("quantity", 1)
    if "product_data" not in given:
        raise Refused("The stand-in does only `price_data` with `product_data` here.", param=f"line_items[{number}]")
    if quantity < 1 or given.get("unit_amount", 0) < 0:
        raise Refused("This value must be greater than or equal to 0.", code="parameter_invalid_integer", param=f"line_items[{number}]")
    product = catalog.create_product(world, dict(given.pop("product_data")))
    price = catalog.inline_price(world, given | {"product": product["id"]})
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"), "object": "item", "adjustable_quantity": None, "amount_discount": 0, "amount_subtotal": amount,
        "amount_tax": 0, "amount_total": amount, "currency": price["currency"], "description": product["name"], "metadata": {},
        "price": price, "quantity": quantity,
    }  # fmt: skip


def _item(line: Json, now: int) -> Json:
    """What stands on the invoice for it."""
    price = line["price"]
    return {
        "id": new_id("ii"), "amount": line["amount_total"], "currency": line["currency"], "description": line["description"],
        "discountable": True, "metadata": {}, "period": {"start": now, "end": now}, "quantity": line["quantity"],
        "quantity_decimal": str(line["quantity"]),
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
    }  # fmt: skip


def _invoice_id(intent: Json) -> str:
    return "in_" + str(intent["id"]).removeprefix("pi_")


def _receipt(world: World, intent: Json) -> str:
    return f"{world.address}/_invoice/{_invoice_id(intent)}"


def _kept_as(ref: str) -> str:
    return f"sandbox_{ref}"


def _only(given: Json, where: str, done: set[str]) -> None:
    for name in given.keys() - done:
        raise Refused(f"The stand-in does not do `{name}` here.", param=f"{where}[{name}]")
