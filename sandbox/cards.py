"""Cards: the test tokens that Stripe documents, and what a charge to each of them does."""

from dataclasses import dataclass

from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, page
from sandbox.store import new_id
from sandbox.world import World, offers


@dataclass(frozen=True)
class TestCard:
    brand: str
    last4: str
    declines: str | None = None
    """The decline code of its charges."""
    attaches: bool = True


TEST_CARDS = {
    "pm_card_visa": TestCard("visa", "4242"),
    "pm_card_visa_debit": TestCard("visa", "5556"),
    "pm_card_mastercard": TestCard("mastercard", "4444"),
    "pm_card_amex": TestCard("amex", "8431"),
    "pm_card_chargeDeclined": TestCard("visa", "0002", "generic_decline", attaches=False),
    "pm_card_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", "insufficient_funds", attaches=False),
    "pm_card_chargeCustomerFail": TestCard("visa", "0341", "generic_decline"),
}
_BY_LAST4 = {card.last4: card for card in TEST_CARDS.values()}


def declined(code: str, *, keeps_effects: bool = False) -> Refused:
    message = "Your card has insufficient funds." if code == "insufficient_funds" else "Your card was declined."
    details = {"type": "card_error", "code": "card_declined", "decline_code": code}
    return Refused(message, 402, keeps_effects=keeps_effects, **details)


def decline_code(payment_method: Json) -> str | None:
    """None if a charge to it is paid."""
    return _BY_LAST4[payment_method["card"]["last4"]].declines


def of_customer(world: World, ref: str, customer: str, param: str) -> Json:
    """A card that may be charged for this customer."""
    card = world.store.get("payment_method", ref, param)
    if card["customer"] != customer:
        raise Refused(f"The payment method {ref} does not belong to the customer {customer}.", param=param)
    return card


def attach(world: World, token: str, customer: str) -> Json:
    if kept := world.store.find(token, "payment_method"):
        if kept["customer"] not in (None, customer):
            raise Refused("The payment method you provided has already been attached to a customer.", param="payment_method")
        card = kept
    elif (known := TEST_CARDS.get(token)) is None:
        card = world.store.get("payment_method", token, "payment_method")
    elif not known.attaches:
        raise declined(known.declines or "generic_decline")
    else:
        card = _from_token(world, known)
    card["customer"] = customer
    world.store.put(card)
    world.tell("payment_method.attached", card)
    return card


def _from_token(world: World, known: TestCard) -> Json:
    nobody = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    return {
        "id": new_id("pm"), "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": {"address": nobody, "email": None, "name": None, "phone": None, "tax_id": None},
        "card": {
            "brand": known.brand, "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US", "display_brand": known.brand, "exp_month": 12, "exp_year": 2034, "fingerprint": f"card{known.last4}",
            "funding": "credit", "generated_from": None, "last4": known.last4,
            "networks": {"available": [known.brand], "preferred": None}, "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True}, "wallet": None,
        },
        "created": world.clock.now(), "customer": None, "livemode": False, "metadata": {}, "type": "card",
    }  # fmt: skip


@offers("POST", "/v1/payment_methods/{payment_method}/attach", "customer")
def attach_to(world: World, params: Json, ref: str) -> Json:
    if "customer" not in params:
        raise required("customer")
    return attach(world, ref, world.store.get("customer", params["customer"], "customer")["id"])


@offers("GET", "/v1/payment_methods", "customer", "type", *PAGING)
def list_all(world: World, params: Json) -> Json:
    if customer := params.get("customer"):
        world.store.get("customer", customer, "customer")
    return page(world, "/v1/payment_methods", "payment_method", params, {"customer = ?": customer})


@offers("GET", "/v1/customers/{customer}/payment_methods", "type", *PAGING)
def list_of_customer(world: World, params: Json, customer: str) -> Json:
    world.store.get("customer", customer)
    return page(world, f"/v1/customers/{customer}/payment_methods", "payment_method", params, {"customer = ?": customer})


@offers("GET", "/v1/payment_methods/{payment_method}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("payment_method", ref)
