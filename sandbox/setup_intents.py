"""Setup intents: a card on its way to being kept for later charges, first asking its holder if the bank wants that."""

from sandbox import cards
from sandbox.errors import Json
from sandbox.known_cards import BY_FINGERPRINT
from sandbox.store import new_id
from sandbox.world import World, offers

NOT_AUTHENTICATED = {
    "type": "invalid_request_error",
    "code": "setup_intent_authentication_failure",
    "message": "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
}


def begin(world: World, customer: str, data: Json) -> Json:
    ref = new_id("seti")
    intent: Json = {
        "id": ref, "object": "setup_intent", "application": None, "automatic_payment_methods": None, "cancellation_reason": None,
        "client_secret": f"{ref}_secret_{new_id('x')[2:]}", "created": world.clock.now(), "customer": customer, "customer_account": None,
        "description": data.get("description"), "excluded_payment_method_types": None, "flow_directions": None, "last_setup_error": None,
        "latest_attempt": None, "livemode": False, "mandate": None, "metadata": data.get("metadata", {}), "next_action": None,
        "on_behalf_of": None, "payment_method": None, "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"], "single_use_mandate": None, "status": "requires_payment_method", "usage": "off_session",
    }  # fmt: skip
    world.store.put(intent)
    world.tell("setup_intent.created", intent)
    return intent


def confirm(world: World, intent: Json, card: Json, authenticate_at: str) -> None:
    """With a card: it succeeds, waits for its holder to say at that address that it is them, or fails."""
    if not BY_FINGERPRINT[card["card"]["fingerprint"]].authenticates:
        _finish(world, intent, card)
        return
    world.store.put(card)
    intent["status"], intent["payment_method"], intent["last_setup_error"] = "requires_action", card["id"], None
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": authenticate_at}}
    world.store.put(intent)
    world.tell("setup_intent.requires_action", intent)


def authenticated(world: World, intent: Json, *, succeeded: bool) -> None:
    """What the bank says after it has asked the card's holder."""
    card = world.store.get("payment_method", intent["payment_method"])
    if succeeded:
        _finish(world, intent, card)
    else:
        _fail(world, intent, card, NOT_AUTHENTICATED)


def cancel(world: World, intent: Json) -> None:
    intent["status"], intent["cancellation_reason"], intent["next_action"] = "canceled", "abandoned", None
    world.store.put(intent)
    world.tell("setup_intent.canceled", intent)


def _finish(world: World, intent: Json, card: Json) -> None:
    known = BY_FINGERPRINT[card["card"]["fingerprint"]]
    if not known.attaches:
        _fail(world, intent, card, cards.card_error(known.declines or "generic_decline"))
        return
    intent["status"], intent["payment_method"] = "succeeded", card["id"]
    intent["next_action"] = intent["last_setup_error"] = None
    cards.give(world, card, intent["customer"])
    world.store.put(intent)
    world.tell("setup_intent.succeeded", intent)


def _fail(world: World, intent: Json, card: Json, error: Json) -> None:
    intent["status"], intent["payment_method"], intent["next_action"] = "requires_payment_method", None, None
    intent["last_setup_error"] = error | {"payment_method": card}
    world.store.put(intent)
    world.tell("setup_intent.setup_failed", intent)


@offers("GET", "/v1/setup_intents/{intent}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("setup_intent", ref)
