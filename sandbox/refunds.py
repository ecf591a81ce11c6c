"""Refunds: money that goes back to the card it came from, at once or later, and now and then not at all."""

from sandbox.errors import Json, Refused
from sandbox.known_cards import BY_FINGERPRINT
from sandbox.lists import PAGING, merged, page
from sandbox.periods import DAY
from sandbox.store import new_id
from sandbox.words import money
from sandbox.world import World, offers

SETTLED_AFTER = 60 * 60
"""When a refund of one of the cards for that is carried out at last, or fails: Stripe says "some time later"."""
REFERENCE_AFTER = 2 * DAY
"""When the bank has given its number. At Stripe a week, at the most."""


@offers("POST", "/v1/refunds", "charge", "payment_intent", "amount", "reason", "metadata")
def create(world: World, params: Json) -> Json:
    charge = _charge(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    if not left:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount < 1:
        raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        asked, there = money(amount, charge["currency"]), money(left, charge["currency"])
        what = "unrefunded amount on charge" if charge["amount_refunded"] else "charge amount"
        raise Refused(f"Refund amount ({asked}) is greater than {what} ({there})", param="amount")
    is_late = BY_FINGERPRINT[_fingerprint(charge)].refunds == "late"
    refund: Json = {
        "id": new_id("re"), "object": "refund", "amount": amount, "balance_transaction": None, "charge": charge["id"],
        "created": world.clock.now(), "currency": charge["currency"], "destination_details": {"card": {}, "type": "card"},
        "metadata": merged({}, params.get("metadata")), "payment_intent": charge["payment_intent"], "reason": params.get("reason"),
        "receipt_number": None, "source_transfer_reversal": None, "status": "pending" if is_late else "succeeded",
        "transfer_reversal": None,
    }  # fmt: skip
    if is_late:
        refund["pending_reason"], refund["destination_details"]["card"] = "processing", {"type": "pending"}
    else:
        _on_its_way(refund)
    _keep(world, refund, charge)
    _owe(world, charge, amount)
    world.tell("refund.created", refund)
    world.tell("charge.refunded", charge)
    return refund


def _charge(world: World, params: Json) -> Json:
    """The one that was paid: an intent may have several that were not."""
    if "charge" in params and "payment_intent" in params:
        raise Refused("The stand-in does not take both.", param="payment_intent")
    if "charge" in params:
        charge = world.store.get("charge", params["charge"], "charge")
        if not charge["paid"]:
            raise Refused(f"Charge {charge['id']} was not paid, so it can't be refunded.", param="charge")
        return charge
    if "payment_intent" not in params:
        raise Refused("One of the following params should be provided for this request: payment_intent or charge.")
    intent = world.store.get("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise Refused(message, code="payment_intent_unexpected_state", param="payment_intent")
    return world.store.get("charge", intent["latest_charge"])


def happens(world: World, refund: Json) -> None:
    """What has been waiting is carried out; what the bank does not take comes back; or the bank's number is there."""
    charge, before = world.store.get("charge", refund["charge"]), _copied(refund)
    news = ["refund.updated", "charge.refund.updated"]
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        del refund["pending_reason"]
        _on_its_way(refund)
    elif _is_to_fail(refund, charge):
        refund["status"], refund["failure_reason"] = "failed", "expired_or_canceled_card"
        refund["destination_details"]["card"]["reference_status"] = "unavailable"
        _owe(world, charge, -refund["amount"])
        world.tell("charge.updated", charge)
        news.append("refund.failed")
    else:
        refund["destination_details"]["card"] |= {"reference": f"{refund['created']:023}", "reference_status": "available"}
    _keep(world, refund, charge)
    for kind in news:
        world.tell(kind, refund, before if kind != "refund.failed" else None)


def _on_its_way(refund: Json) -> None:
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    refund["destination_details"]["card"] = card


def _owe(world: World, charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.store.put(charge)


def _keep(world: World, refund: Json, charge: Json) -> None:
    """With when something next becomes of it."""
    due, created = None, refund["created"]
    if refund["status"] == "pending" or _is_to_fail(refund, charge):
        due = created + SETTLED_AFTER
    elif refund["destination_details"]["card"]["reference_status"] == "pending":
        due = created + REFERENCE_AFTER
    world.store.put(refund, due=due)


def _is_to_fail(refund: Json, charge: Json) -> bool:
    return refund["status"] == "succeeded" and BY_FINGERPRINT[_fingerprint(charge)].refunds == "fail"


def _fingerprint(charge: Json) -> str:
    return str(charge["payment_method_details"]["card"]["fingerprint"])


def _copied(refund: Json) -> Json:
    return refund | {"destination_details": {"card": {**refund["destination_details"]["card"]}, "type": "card"}}


@offers("GET", "/v1/refunds/{refund}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("refund", ref)


@offers("GET", "/v1/refunds", "charge", "payment_intent", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    where: dict[str, object] = {}
    for name in ("charge", "payment_intent"):
        if ref := params.get(name):
            where[f"json_extract(body, '$.{name}') = ?"] = world.store.get(name, ref, name)["id"]
    return page(world, "/v1/refunds", "refund", params, where)


@offers("POST", "/v1/refunds/{refund}", "metadata")
def update(world: World, params: Json, ref: str) -> Json:
    refund = world.store.get("refund", ref)
    before = _copied(refund)
    refund["metadata"] = merged(refund["metadata"], params.get("metadata"))
    if refund != before:
        _keep(world, refund, world.store.get("charge", refund["charge"]))
        for kind in ("refund.updated", "charge.refund.updated"):
            world.tell(kind, refund, before)
    return refund


@offers("POST", "/v1/refunds/{refund}/cancel")
def cancel(world: World, params: Json, ref: str) -> Json:
    refund = world.store.get("refund", ref)
    raise Refused(f"Refund {ref} is {refund['status']}. Only a refund that `requires_action` can be canceled, and a card's never does.")
