"""What a customer has with the shop, or owes it: it goes into the next invoice that is finalized, whatever that is for."""

from sandbox.errors import Json, Refused
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

SMALLEST_CHARGE = {"chf": 50, "eur": 50, "gbp": 30, "usd": 50}
"""In minor units; what is less is not charged but owed. Source: docs.stripe.com/currencies."""


def sums(customer: Json, currency: str, total: int) -> Json:
    """What an invoice over `total` says of money. A balance below zero is the customer's."""
    balance = customer["balance"] if customer["currency"] == currency else 0
    left = total + balance
    due = 0 if left < SMALLEST_CHARGE.get(currency, 50) else left
    return {"starting_balance": balance, "amount_due": due, "amount_remaining": due, "ending_balance": left - due}


def settle(world: World, invoice: Json) -> None:
    """From now on the balance that this invoice took is spent, and what is too little to be charged is owed."""
    customer = world.store.get("customer", invoice["customer"])
    invoice.update(sums(customer, invoice["currency"], invoice["total"]))
    if invoice["ending_balance"] == invoice["starting_balance"]:
        return
    owed = max(invoice["ending_balance"], 0)
    for kind, amount in (
        ("applied_to_invoice", invoice["ending_balance"] - owed - invoice["starting_balance"]),
        ("invoice_too_small", owed),
    ):
        if amount:
            _record(world, customer, kind, amount, invoice["currency"], invoice=invoice["id"])


def give_back(world: World, invoice: Json) -> None:
    """An invoice that is void has taken nothing."""
    if taken := invoice["ending_balance"] - invoice["starting_balance"]:
        customer = world.store.get("customer", invoice["customer"])
        _record(world, customer, "unapplied_from_invoice", -taken, invoice["currency"], invoice=invoice["id"])


def _record(world: World, customer: Json, kind: str, amount: int, currency: str, **more: object) -> Json:
    before = customer | {}
    customer["balance"] += amount
    customer["currency"] = customer["currency"] or currency
    world.store.put(customer)
    transaction: Json = {
        "id": new_id("cbtxn"), "object": "customer_balance_transaction", "amount": amount, "checkout_session": None,
        "created": world.clock.now(), "credit_note": None, "currency": currency, "customer": customer["id"], "customer_account": None,
        "description": None, "ending_balance": customer["balance"], "invoice": None, "livemode": False, "metadata": {}, "type": kind,
    } | more  # fmt: skip
    world.store.put(transaction)
    world.tell("customer.updated", customer, before)
    return transaction


@offers("POST", "/v1/customers/{customer}/balance_transactions", "amount", "currency", "description", "metadata")
def adjust(world: World, params: Json, ref: str) -> Json:
    customer, currency = world.store.get("customer", ref), params["currency"].lower()
    if customer["currency"] not in (None, currency):
        raise Refused(f"The stand-in keeps one currency for a customer, and theirs is {customer['currency']}.", param="currency")
    metadata = merged({}, params.get("metadata"))
    return _record(
        world, customer, "adjustment", params["amount"], currency, description=params.get("description"), metadata=metadata
    )  # fmt: skip


@offers("GET", "/v1/customers/{customer}/balance_transactions/{transaction}")
def retrieve(world: World, params: Json, ref: str, transaction: str) -> Json:
    world.store.get("customer", ref)
    return world.store.get("customer_balance_transaction", transaction)


@offers("GET", "/v1/customers/{customer}/balance_transactions", "invoice", "created", *PAGING)
def list_all(world: World, params: Json, ref: str) -> Json:
    world.store.get("customer", ref)
    where = {"customer = ?": ref, "json_extract(body, '$.invoice') = ?": params.get("invoice")}
    return page(world, f"/v1/customers/{ref}/balance_transactions", "customer_balance_transaction", params, where)
