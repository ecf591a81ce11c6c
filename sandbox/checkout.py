"""Checkout sessions: a customer gives a card, or pays once, on a page that is not the shop's. The page itself is in hosted.py."""

from urllib.parse import urlsplit

from sandbox import paying, setup_intents
from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

HOUR = 60 * 60
OPEN_FOR = 24 * HOUR
SHORTEST = HOUR // 2

_CREATE = ("mode", "customer", "success_url", "cancel_url", "currency", "metadata", "client_reference_id", "locale", "expires_at")


_OF_SETUP, _OF_PAYMENT = ("setup_intent_data",), ("line_items", "payment_intent_data", "invoice_creation")


@offers("POST", "/v1/checkout/sessions", *_CREATE, *_OF_SETUP, *_OF_PAYMENT)
def create(world: World, params: Json) -> Json:
    mode = params.get("mode", "setup")
    if mode not in ("setup", "payment"):
        raise Refused("The stand-in does only setup and payment.", param="mode")
    for name in ("mode", "customer", "success_url", *(("currency",) if mode == "setup" else ())):
        if name not in params:
            raise required(name)
    for name in _OF_PAYMENT if mode == "setup" else _OF_SETUP:
        if name in params:
            raise Refused(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    for name in ("success_url", "cancel_url"):
        _check_address(params.get(name), name)
    customer = world.store.get("customer", params["customer"], "customer")
    ref = new_id("cs_test")
    own = paying.begin(world, ref, params) if mode == "payment" else _setup(world, customer["id"], params)
    session = _new(world, ref, customer, params) | own
    keep(world, session)
    return session


def _setup(world: World, customer: str, params: Json) -> Json:
    data = params.get("setup_intent_data", {})
    for name in data.keys() - {"description", "metadata"}:
        raise Refused(f"The stand-in does not do `{name}` here.", param=f"setup_intent_data[{name}]")
    return {"currency": params["currency"].lower(), "setup_intent": setup_intents.begin(world, customer, data)["id"]}


def _check_address(address: str | None, name: str) -> None:
    if address is None:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("Not a valid URL", code="url_invalid", param=name)


def _new(world: World, ref: str, customer: Json, params: Json) -> Json:
    now = world.clock.now()
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
        "collected_information": None, "consent": None, "consent_collection": None, "created": now, "currency": None,
        "currency_conversion": None, "custom_fields": [],
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
        "customer": customer["id"], "customer_account": None, "customer_creation": None,
        "customer_details": {
            "address": None, "business_name": None, "email": customer["email"], "individual_name": None, "name": None, "phone": None,
            "tax_exempt": customer["tax_exempt"], "tax_ids": None,
        },
        "customer_email": None, "discounts": None, "excluded_payment_method_types": [], "expires_at": expires_at, "invoice": None,
        "invoice_creation": None, "livemode": False, "locale": params.get("locale"), "metadata": merged({}, params.get("metadata")),
        "mode": params["mode"], "origin_context": None, "payment_intent": None, "payment_link": None, "payment_method_collection": "always",
        "payment_method_configuration_details": None, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"], "payment_status": "no_payment_required", "permissions": None,
        "phone_number_collection": {"enabled": False}, "recovered_from": None, "redirect_on_completion": "always",
        "saved_payment_method_options": None, "setup_intent": None, "shipping_address_collection": None, "shipping_cost": None,
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
    """Nobody gave a card, or paid, in time."""
    session["status"], session["url"] = "expired", None
    keep(world, session)
    if session["mode"] == "payment":
        paying.cancel(world, session)
    else:
        setup_intents.cancel(world, intent_of(world, session))
    world.tell("checkout.session.expired", session)


def confirm(world: World, session: Json, card: Json) -> Json:
    """The customer has given this card. Returns the intent, which says what came of it."""
    authenticate_at = f"{world.address}/_checkout/authenticate/{session['id']}"
    if session["mode"] == "payment":
        intent = paying.confirm(world, session, card, authenticate_at)
    else:
        setup_intents.confirm(world, intent := intent_of(world, session), card, authenticate_at)
    _complete_if_done(world, session, intent)
    return intent


def authenticated(world: World, session: Json, *, succeeded: bool) -> Json:
    intent = intent_of(world, session)
    if session["mode"] == "payment":
        paying.authenticated(world, session, intent, succeeded=succeeded)
    else:
        setup_intents.authenticated(world, intent, succeeded=succeeded)
    _complete_if_done(world, session, intent)
    return intent


def intent_of(world: World, session: Json) -> Json:
    """An empty one as long as there is none: a payment has one from when a card was given."""
    kind = "payment_intent" if session["mode"] == "payment" else "setup_intent"
    return world.store.get(kind, session[kind]) if session[kind] else {"status": "requires_payment_method"}


def problem_of(intent: Json) -> str | None:
    """Why the last card that was tried was not taken, for its holder."""
    error = intent.get("last_setup_error") or intent.get("last_payment_error")
    return str(error["message"]) if error else None


def _complete_if_done(world: World, session: Json, intent: Json) -> None:
    if intent["status"] != "succeeded":
        return
    session["status"], session["url"] = "complete", None
    if session["mode"] == "payment":
        session["payment_status"] = "paid"
        paying.write_invoice(world, session, intent)
    keep(world, session)
    world.tell("checkout.session.completed", session)


def success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
