"""Cards of customers: how they come to be, whose they are, and whether a charge to one is paid."""

from sandbox.errors import Json, Refused, missing, required
from sandbox.known_cards import BY_FINGERPRINT, BY_TOKEN, PROBLEMS, TestCard
from sandbox.lists import PAGING, page
from sandbox.store import new_id
from sandbox.world import World, offers


def card_error(problem: str) -> Json:
    """What Stripe says of a card that was declined: `problem` is a key of PROBLEMS."""
    known = PROBLEMS[problem]
    said = {"type": "card_error", "code": known.code, "message": known.message}
    return said | ({"decline_code": known.decline_code} if known.decline_code else {})


def declined(problem: str, *, keeps_effects: bool = False) -> Refused:
    said = card_error(problem)
    return Refused(said.pop("message"), 402, keeps_effects=keeps_effects, **said)


def decline_code(world: World, payment_method: Json) -> str | None:
    """Why a charge to it, without its holder, is not paid: a key of PROBLEMS. None if it is paid."""
    known = BY_FINGERPRINT[payment_method["card"]["fingerprint"]]
    if known.declines:
        return known.declines
    if known.authenticates and not (known.set_up_once and _was_set_up(world, payment_method)):
        return "authentication_required"
    return None


def _was_set_up(world: World, payment_method: Json) -> bool:
    succeeded = "status = 'succeeded' AND json_extract(body, '$.payment_method') = ?"
    return bool(world.store.all("setup_intent", succeeded, payment_method["id"]))


def of_customer(world: World, ref: str, customer: str, param: str) -> Json:
    """A card that may be charged for this customer."""
    card = world.store.get("payment_method", ref, param)
    if card["customer"] != customer:
        raise Refused(f"The payment method {ref} does not belong to the customer {customer}.", param=param)
    return card


def attach(world: World, token: str, customer: str) -> Json:
    """A test token becomes a card of theirs. One that was theirs already stays so; one that was detached is of no more use."""
    if kept := world.store.find(token, "payment_method"):
        if kept["customer"] is None:
            raise Refused(
                "The payment method you provided was detached from a Customer. It may not be used again. "
                "To use a PaymentMethod multiple times, you must attach it to a Customer first.",
                param="payment_method",
            )
        if kept["customer"] != customer:
            raise Refused("The payment method you provided has already been attached to a customer.", param="payment_method")
        return kept
    if (known := BY_TOKEN.get(token)) is None:
        raise missing("payment_method", token, "payment_method")
    if not known.attaches:
        raise declined(known.declines or "generic_decline")
    return give(world, made(world, known, (12, 2034)), customer)


def give(world: World, card: Json, customer: str) -> Json:
    card["customer"] = customer
    world.store.put(card)
    world.tell("payment_method.attached", card)
    return card


def made(world: World, known: TestCard, expires: tuple[int, int]) -> Json:
    """A card that is nobody's yet, and not kept. Of its number only the last four digits are known."""
    nobody = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    return {
        "id": new_id("pm"), "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": {"address": nobody, "email": None, "name": None, "phone": None, "tax_id": None},
        "card": {
            "brand": known.brand, "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US", "display_brand": known.brand, "exp_month": expires[0], "exp_year": expires[1],
            "fingerprint": known.fingerprint, "funding": "credit", "generated_from": None, "last4": known.last4,
            "networks": {"available": [known.brand], "preferred": None}, "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": known.brand != "amex"}, "wallet": None,
        },
        "created": world.clock.outside(), "customer": None, "livemode": False, "metadata": {}, "type": "card",
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
