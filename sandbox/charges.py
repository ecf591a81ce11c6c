"""Payments of invoices: one payment intent for each invoice that has something to pay, and one charge for each attempt."""

from sandbox import cards
from sandbox.errors import Json
from sandbox.known_cards import PROBLEMS
from sandbox.lists import PAGING, page
from sandbox.store import new_id
from sandbox.world import World, offers

_DESCRIPTIONS = {"subscription_create": "Subscription creation", "subscription_cycle": "Subscription update"}


def intent_id(invoice: Json) -> str:
    """An invoice has one of each, so its own id tells theirs."""
    return "pi_" + str(invoice["id"]).removeprefix("in_")


def payment_id(invoice: str) -> str:
    return "inpay_" + invoice.removeprefix("in_")


def begin(world: World, invoice: Json) -> None:
    """From when an invoice is finalized, its payment is expected."""
    if not invoice["amount_remaining"]:
        return
    intent = new_intent(
        world, intent_id(invoice), invoice["amount_remaining"], invoice["currency"], invoice["customer"],
        description=_DESCRIPTIONS.get(invoice["billing_reason"], "Payment for Invoice"), setup_future_usage="off_session",
    )  # fmt: skip
    note_payment(world, invoice, intent)


def new_intent(world: World, ref: str, amount: int, currency: str, customer: str, **more: object) -> Json:
    """A payment that is expected, and kept."""
    intent = {
        "id": ref, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_received": 0,
        "application": None, "application_fee_amount": None, "automatic_payment_methods": None, "canceled_at": None,
        "cancellation_reason": None, "capture_method": "automatic", "client_secret": f"{ref}_secret_{new_id('x')[2:]}",
        "confirmation_method": "automatic", "created": world.clock.outside(), "currency": currency, "customer": customer,
        "customer_account": None, "description": None,
        "excluded_payment_method_types": None, "last_payment_error": None, "latest_charge": None, "livemode": False, "metadata": {},
        "next_action": None, "on_behalf_of": None, "payment_method": None, "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
        },
        "payment_method_types": ["card"], "processing": None, "receipt_email": None, "review": None,
        "setup_future_usage": None, "shipping": None, "statement_descriptor": None, "statement_descriptor_suffix": None,
        "status": "requires_payment_method", "transfer_data": None, "transfer_group": None,
    } | more  # fmt: skip
    world.store.put(intent)
    return intent


def note_payment(world: World, invoice: Json, intent: Json) -> None:
    """That this intent is what pays the invoice."""
    payment = {
        "id": payment_id(invoice["id"]), "object": "invoice_payment", "amount_paid": None, "amount_requested": intent["amount"],
        "created": world.clock.outside(), "currency": invoice["currency"], "invoice": invoice["id"], "is_default": True, "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"}, "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }  # fmt: skip
    world.store.put(payment)


def attempt(world: World, invoice: Json, card: Json) -> str | None:
    """Charge what is due to this card, without its holder. None if it was paid, else why not: a key of PROBLEMS."""
    if not (intent := world.store.find(intent_id(invoice))):
        begin(world, invoice)
        intent = world.store.get("payment_intent", intent_id(invoice))
    problem = cards.decline_code(world, card)
    charge(world, intent, card, problem, receipt=invoice["hosted_invoice_url"])
    if not problem:
        settle(world, invoice, "paid")
    return problem


def charge(world: World, intent: Json, card: Json, problem: str | None, *, receipt: str | None) -> None:
    """One attempt to pay an intent, with what comes of it."""
    made = _charge(world, intent, card, problem, receipt=receipt)
    world.store.put(made)
    world.tell("charge.failed" if problem else "charge.succeeded", made)
    intent["latest_charge"] = made["id"]
    if problem:
        intent["last_payment_error"] = cards.card_error(problem) | {"charge": made["id"], "payment_method": card}
    else:
        intent["last_payment_error"], intent["payment_method"] = None, card["id"]
        intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
    world.store.put(intent)


def cancel(world: World, invoice: Json) -> None:
    """The invoice is void: nobody will pay it."""
    if intent := world.store.find(intent_id(invoice)):
        intent["status"], intent["canceled_at"], intent["cancellation_reason"] = "canceled", world.clock.outside(), "void_invoice"
        world.store.put(intent)
        settle(world, invoice, "canceled")


def settle(world: World, invoice: Json, status: str) -> None:
    payment = world.store.get("invoice_payment", payment_id(invoice["id"]))
    payment["status"], payment["status_transitions"][f"{status}_at"] = status, world.clock.outside()
    payment["amount_paid"] = payment["amount_requested"] if status == "paid" else None
    world.store.put(payment)


def _charge(world: World, intent: Json, payment_method: Json, problem: str | None, *, receipt: str | None) -> Json:
    amount, card, known = intent["amount"], payment_method["card"], PROBLEMS[problem] if problem else None
    return {
        "id": new_id("ch"), "object": "charge", "amount": amount, "amount_captured": 0 if problem else amount, "amount_refunded": 0,
        "application": None, "application_fee": None, "application_fee_amount": None, "balance_transaction": None,
        "billing_details": payment_method["billing_details"], "calculated_statement_descriptor": "SANDBOX", "captured": not problem,
        "created": world.clock.outside(), "currency": intent["currency"], "customer": intent["customer"],
        "description": intent["description"], "disputed": False, "failure_balance_transaction": None,
        "failure_code": known.code if known else None, "failure_message": known.message if known else None, "fraud_details": {},
        "livemode": False, "metadata": {}, "on_behalf_of": None, "outcome": _outcome(problem), "paid": not problem,
        "payment_intent": intent["id"], "payment_method": payment_method["id"],
        "payment_method_details": {
            "card": {
                "amount_authorized": None if problem else amount, "authorization_code": None, "brand": card["brand"],
                "checks": card["checks"], "country": card["country"], "exp_month": card["exp_month"], "exp_year": card["exp_year"],
                "fingerprint": card["fingerprint"], "funding": card["funding"], "installments": None, "last4": card["last4"],
                "mandate": None, "network": card["brand"], "network_transaction_id": None, "three_d_secure": None, "wallet": None,
            },
            "type": "card",
        },
        "receipt_email": None, "receipt_number": None, "receipt_url": None if problem else receipt, "refunded": False, "review": None,
        "shipping": None, "source_transfer": None, "statement_descriptor": None, "statement_descriptor_suffix": None,
        "status": "failed" if problem else "succeeded", "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def _outcome(problem: str | None) -> Json:
    same = {"advice_code": None, "network_advice_code": None, "network_decline_code": None, "risk_level": "normal", "risk_score": 20}
    if not problem:
        said = {"network_status": "approved_by_network", "reason": None, "seller_message": "Payment complete.", "type": "authorized"}
        return same | said
    message = f"The bank returned the decline code `{problem}`."
    if problem == "generic_decline":
        message = "The bank did not return any further details with this decline."
    return same | {"network_status": "declined_by_network", "reason": problem, "seller_message": message, "type": "issuer_declined"}


@offers("GET", "/v1/charges/{charge}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("charge", ref)


@offers("GET", "/v1/charges", "customer", "payment_intent", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    where: dict[str, object] = {"customer = ?": params.get("customer")}
    if ref := params.get("payment_intent"):
        # By its customer too: there is an index for that.
        where["customer IS ?"] = world.store.get("payment_intent", ref, "payment_intent")["customer"]
        where["json_extract(body, '$.payment_intent') = ?"] = ref
    return page(world, "/v1/charges", "charge", params, where)


@offers("GET", "/v1/payment_intents/{intent}")
def retrieve_intent(world: World, params: Json, ref: str) -> Json:
    return world.store.get("payment_intent", ref)


@offers("GET", "/v1/payment_intents", "customer", "created", *PAGING)
def list_intents(world: World, params: Json) -> Json:
    return page(world, "/v1/payment_intents", "payment_intent", params, {"customer = ?": params.get("customer")})


@offers("GET", "/v1/invoice_payments/{invoice_payment}")
def retrieve_payment(world: World, params: Json, ref: str) -> Json:
    return world.store.get("invoice_payment", ref)


@offers("GET", "/v1/invoice_payments", "invoice", "payment", "status", "created", *PAGING)
def list_payments(world: World, params: Json) -> Json:
    where: dict[str, object] = {"status = ?": params.get("status")}
    if ref := params.get("invoice"):
        where["id = ?"] = payment_id(world.store.get("invoice", ref, "invoice")["id"])
    if ref := params.get("payment", {}).get("payment_intent"):
        where["json_extract(body, '$.payment.payment_intent') = ?"] = ref
    return page(world, "/v1/invoice_payments", "invoice_payment", params, where)
