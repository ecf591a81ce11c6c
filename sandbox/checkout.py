"""Checkout sessions in setup mode: a customer gives a card on a page that is not the shop's. The page itself is in hosted.py."""

from urllib.parse import urlsplit

from sandbox import setup_intents
from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

HOUR = 60 * 60
OPEN_FOR = 24 * HOUR
SHORTEST = HOUR // 2

_CREATE = ("mode", "customer", "success_url", "cancel_url", "currency", "metadata", "client_reference_id", "locale", "expires_at")


@offers("POST", "/v1/checkout/sessions", *_CREATE, "setup_intent_data")
def create(world: World, params: Json) -> Json:
    if params.get("mode", "setup") != "setup":
        raise Refused("The stand-in does only setup.", param="mode")
    for name in ("mode", "customer", "success_url", "currency"):
        if name not in params:
            raise required(name)
    for name in ("success_url", "cancel_url"):
        _check_address(params.get(name), name)
    customer = world.store.get("customer", params["customer"], "customer")
    data = params.get("setup_intent_data", {})
    for name in data.keys() - {"description", "metadata"}:
        raise Refused(f"The stand-in does not do `{name}` here.", param=f"setup_intent_data[{name}]")
    intent = setup_intents.begin(world, customer["id"], data)
    session = _new(world, customer, intent, params)
    keep(world, session)
    return session


def _check_address(address: str | None, name: str) -> None:
    if address is None:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("Not a valid URL", code="url_invalid", param=name)


def _new(world: World, customer: Json, intent: Json, params: Json) -> Json:
    now, ref = world.clock.now(), new_id("cs_test")
    expires_at = params.get("expires_at", now + OPEN_FOR)
    if not now + SHORTEST <= expires_at <= now + OPEN_FOR:
        raise Refused(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", param="expires_at"
        )
    return {
        "id": ref, "object": "checkout.session", "adaptive_pricing": None, "after_expiration": None, "allow_promotion_codes": None,
        "amount_subtotal": None, "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None}, "billing_address_collection": None,
        "branding_settings": {
            "background_color": "#ffffff", "border_style": "rounded", "button_color": "#0074d4", "display_name": "Sandbox",
            "font_family": "default", "icon": None, "logo": None,
        },
        "cancel_url": params.get("cancel_url"), "client_reference_id": params.get("client_reference_id"), "client_secret": None,
        "collected_information": None, "consent": None, "consent_collection": None, "created": now, "currency": params["currency"].lower(),
        "currency_conversion": None, "custom_fields": [],
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
        "customer": customer["id"], "customer_account": None, "customer_creation": None,
        "customer_details": {
            "address": None, "business_name": None, "email": customer["email"], "individual_name": None, "name": None, "phone": None,
            "tax_exempt": customer["tax_exempt"], "tax_ids": None,
        },
        "customer_email": None, "discounts": None, "excluded_payment_method_types": [], "expires_at": expires_at, "invoice": None,
        "invoice_creation": None, "livemode": False, "locale": params.get("locale"), "metadata": merged({}, params.get("metadata")),
        "mode": "setup", "origin_context": None, "payment_intent": None, "payment_link": None, "payment_method_collection": "always",
        "payment_method_configuration_details": None, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"], "payment_status": "no_payment_required", "permissions": None,
        "phone_number_collection": {"enabled": False}, "recovered_from": None, "redirect_on_completion": "always",
        "saved_payment_method_options": None, "setup_intent": intent["id"], "shipping_address_collection": None, "shipping_cost": None,
        "shipping_options": [], "status": "open", "submit_type": None, "subscription": None, "success_url": params["success_url"],
        "total_details": None, "ui_mode": "hosted_page", "url": f"{world.address}/_checkout/pay/{ref}", "wallet_options": None,
    }  # fmt: skip


def keep(world: World, session: Json) -> None:
    world.store.put(session, due=session["expires_at"] if session["status"] == "open" else None)


@offers("GET", "/v1/checkout/sessions/{session}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("checkout.session", ref)


@offers("GET", "/v1/checkout/sessions", "customer", "status", "created", *PAGING)
def list_all(world: World, params: Json) -> Json:
    if customer := params.get("customer"):
        world.store.get("customer", customer, "customer")
    where: dict[str, object] = {f"{name} = ?": params.get(name) for name in ("customer", "status")}
    return page(world, "/v1/checkout/sessions", "checkout.session", params, where)


@offers("POST", "/v1/checkout/sessions/{session}/expire")
def expire(world: World, params: Json, ref: str) -> Json:
    session = world.store.get("checkout.session", ref)
    if session["status"] != "open":
        raise Refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of {session["status"]}.',
            param="session",
        )
    end(world, session)
    return session


def end(world: World, session: Json) -> None:
    """Nobody gave a card in time."""
    session["status"], session["url"] = "expired", None
    keep(world, session)
    setup_intents.cancel(world, world.store.get("setup_intent", session["setup_intent"]))
    world.tell("checkout.session.expired", session)


def confirm(world: World, session: Json, card: Json) -> Json:
    """The customer has given this card. Returns the setup intent, which says what came of it."""
    intent = world.store.get("setup_intent", session["setup_intent"])
    setup_intents.confirm(world, intent, card, f"{world.address}/_checkout/authenticate/{session['id']}")
    _complete_if_done(world, session, intent)
    return intent


def authenticated(world: World, session: Json, *, succeeded: bool) -> Json:
    intent = world.store.get("setup_intent", session["setup_intent"])
    setup_intents.authenticated(world, intent, succeeded=succeeded)
    _complete_if_done(world, session, intent)
    return intent


def _complete_if_done(world: World, session: Json, intent: Json) -> None:
    if intent["status"] != "succeeded":
        return
    session["status"], session["url"] = "complete", None
    keep(world, session)
    world.tell("checkout.session.completed", session)


def success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
