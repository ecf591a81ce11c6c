"""Subscriptions, as far as their owner changes them; what happens to them by the clock is in lifecycle.py."""

import json

from sandbox import billing, cards, tax_rates, terms
from sandbox.billing import ENDED
from sandbox.discounts import set_discounts
from sandbox.errors import Json, Refused, missing, required
from sandbox.lists import PAGING, in_simulation, merged, page, page_of
from sandbox.periods import DAY, add, end_of_period
from sandbox.store import new_id
from sandbox.world import World, offers

_CREATE = (
    "customer", "items", "currency", "trial_end", "trial_period_days", "billing_cycle_anchor", "proration_behavior", "metadata",
    "default_payment_method", "payment_behavior", "collection_method", "cancel_at_period_end", "description", "discounts", "off_session",
    "default_tax_rates",
)  # fmt: skip
_UPDATE = (
    "trial_end", "proration_behavior", "metadata", "pause_collection", "cancel_at_period_end", "cancel_at", "cancellation_details",
    "default_payment_method", "discounts", "items", "description", "off_session", "default_tax_rates",
)  # fmt: skip


@offers("POST", "/v1/subscriptions", *_CREATE)
def create(world: World, params: Json) -> Json:
    if "customer" not in params:
        raise required("customer")
    if not params.get("items"):
        raise required("items")
    if params.get("payment_behavior", "allow_incomplete") not in ("allow_incomplete", "error_if_incomplete"):
        raise Refused("The stand-in does only allow_incomplete and error_if_incomplete.", param="payment_behavior")
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise Refused("The stand-in only charges automatically.", param="collection_method")
    customer = world.store.get("customer", params["customer"], "customer")
    subscription = _new(world, customer, params)
    terms.write_items(world, subscription, params["items"])
    subscription["currency"] = subscription["items"]["data"][0]["price"]["currency"]
    set_discounts(world, subscription, params)
    tax_rates.set_rates(world, subscription, params)
    _set_card(world, subscription, params)
    _start(world, subscription, params)
    world.store.put(subscription)
    problem = _first_bill(world, subscription, params)
    if problem and params.get("payment_behavior") == "error_if_incomplete":
        raise cards.declined(problem)
    if params.get("cancel_at_period_end"):
        _set_cancel(world, subscription, params)
    billing.keep(world, subscription)
    world.tell("customer.subscription.created", subscription)
    return subscription


def _new(world: World, customer: Json, params: Json) -> Json:
    now, ref = world.clock.now(), new_id("sub")
    return {
        "id": ref, "object": "subscription", "application": None, "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None}, "billing_cycle_anchor": now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": now},
        "billing_schedules": [], "billing_thresholds": None, "cancel_at": None, "cancel_at_period_end": False, "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None}, "collection_method": "charge_automatically",
        "created": now, "currency": None, "customer": customer["id"], "customer_account": None, "days_until_due": None,
        "default_payment_method": None, "default_source": None, "default_tax_rates": [], "description": params.get("description"),
        "discounts": [], "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": {"object": "list", "data": [], "has_more": False, "url": f"/v1/subscription_items?subscription={ref}"},
        "latest_invoice": None, "livemode": False, "metadata": merged({}, params.get("metadata")),
        "next_pending_invoice_item_invoice": None, "on_behalf_of": None, "pause_collection": None,
        "payment_settings": {"payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off"},
        "pending_invoice_item_interval": None, "pending_setup_intent": None, "pending_update": None, "schedule": None,
        "start_date": now, "status": "active", "test_clock": customer["test_clock"], "transfer_data": None, "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}}, "trial_start": None,
    }  # fmt: skip


def _start(world: World, subscription: Json, params: Json) -> None:
    """The first period: a trial, up to an anchor that was asked for, or one whole interval."""
    now, recurring = world.clock.now(), subscription["items"]["data"][0]["price"]["recurring"]
    if days := params.get("trial_period_days"):
        params["trial_end"] = now + days * DAY
    if params.get("trial_end", "now") != "now":
        terms.begin_trial(world, subscription, params["trial_end"])
        return
    natural = end_of_period(now, now, recurring)
    anchor = params.get("billing_cycle_anchor", now)
    if "billing_cycle_anchor" in params and not now < anchor <= natural:
        raise Refused(
            "billing_cycle_anchor must be in the future and not later than the next natural billing date.", param="billing_cycle_anchor"
        )
    subscription["billing_cycle_anchor"] = anchor
    billing.set_period(subscription, now, anchor if anchor > now else natural)


def _first_bill(world: World, subscription: Json, params: Json) -> str | None:
    now, period = world.clock.now(), billing.period_of(subscription)
    if subscription["status"] == "trialing":
        return billing.bill(world, subscription, "subscription_create", billing.lines(world, subscription, trial=True), (now, now))
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    whole = period[1] - add(period[1], recurring["interval"], -recurring["interval_count"])
    if params.get("proration_behavior") == "none" and period[1] == subscription["billing_cycle_anchor"]:
        return None
    in_full = period[1] != subscription["billing_cycle_anchor"] or period[1] - period[0] >= whole
    charged = billing.lines(world, subscription, share=(1, 1) if in_full else (period[1] - period[0], whole))
    return billing.bill(world, subscription, "subscription_create", charged, (now, now))


@offers("GET", "/v1/subscriptions/{subscription_exposed_id}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get("subscription", ref)


@offers("GET", "/v1/subscriptions", "customer", "status", "price", "created", "test_clock", *PAGING)
def list_all(world: World, params: Json) -> Json:
    if customer := params.get("customer"):
        world.store.get("customer", customer, "customer")
    where: dict[str, object] = {"customer = ?": customer} if customer else in_simulation(params)
    status = params.get("status")
    if status is None:
        where["status != ?"] = "canceled"
    elif status == "ended":
        where["instr(?, ',' || status || ',')"] = f",{','.join(ENDED)},"
    elif status != "all":
        where["status = ?"] = status
    if price := params.get("price"):
        where["EXISTS (SELECT 1 FROM json_each(body, '$.items.data') WHERE json_extract(value, '$.price.id') = ?)"] = price
    return page(world, "/v1/subscriptions", "subscription", params, where)


@offers("GET", "/v1/subscription_items", "subscription", *PAGING)
def list_items(world: World, params: Json) -> Json:
    items = world.store.get("subscription", params["subscription"], "subscription")["items"]
    return page_of(items["data"], "subscription_item", "/v1/subscription_items", params)


@offers("POST", "/v1/subscriptions/{subscription_exposed_id}", *_UPDATE)
def update(world: World, params: Json, ref: str) -> Json:
    subscription = world.store.get("subscription", ref)
    before = json.loads(json.dumps(subscription))
    if subscription["status"] in ENDED and params.keys() - {"metadata", "cancellation_details", "expand"}:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.")
    if subscription["status"] == "incomplete" and params.keys() - {"metadata", "default_payment_method", "expand"}:
        raise Refused("An incomplete subscription can only update its metadata and default payment method.")
    subscription["metadata"] = merged(subscription["metadata"], params.get("metadata"))
    if "description" in params:
        subscription["description"] = params["description"] or None
    _set_card(world, subscription, params)
    set_discounts(world, subscription, params)
    tax_rates.set_rates(world, subscription, params)
    terms.set_pause(world, subscription, params)
    interval_changed = "items" in params and terms.change_items(world, subscription, params)
    _set_cancel(world, subscription, params)
    if "trial_end" in params:
        terms.change_trial(world, subscription, before, params)
    elif interval_changed and subscription["status"] != "trialing":
        billing.restart(world, subscription)
    billing.changed(world, subscription, before)
    return subscription


@offers("DELETE", "/v1/subscriptions/{subscription_exposed_id}", "cancellation_details", "invoice_now", "prorate")
def cancel(world: World, params: Json, ref: str) -> Json:
    subscription = world.store.get("subscription", ref)
    if subscription["status"] in ENDED:
        raise missing("subscription", ref)
    if params.get("invoice_now") or params.get("prorate"):
        raise Refused("The stand-in cancels without prorating.", param="prorate" if params.get("prorate") else "invoice_now")
    _set_details(subscription, params)
    subscription["cancel_at_period_end"], subscription["cancel_at"], subscription["canceled_at"] = False, None, None
    billing.end(world, subscription, reason="cancellation_requested")
    return subscription


def _set_card(world: World, subscription: Json, params: Json) -> None:
    if "default_payment_method" in params:
        ref = params["default_payment_method"]
        if ref:
            cards.of_customer(world, ref, subscription["customer"], "default_payment_method")
        subscription["default_payment_method"] = ref or None


def _set_cancel(world: World, subscription: Json, params: Json) -> None:
    _set_details(subscription, params)
    wanted = params.get("cancel_at_period_end", subscription["cancel_at_period_end"])
    if "cancel_at" in params:
        if params.get("cancel_at_period_end"):
            raise Refused("You may only specify one of these parameters: cancel_at, cancel_at_period_end.", param="cancel_at")
        _end_at(world, subscription, params["cancel_at"] or None)
    elif wanted != subscription["cancel_at_period_end"]:
        _end_at(world, subscription, billing.period_of(subscription)[1] if wanted else None)
        subscription["cancel_at_period_end"] = wanted


def _end_at(world: World, subscription: Json, moment: int | str | None) -> None:
    now = world.clock.now()
    if isinstance(moment, str):
        raise Refused(f"The stand-in does not do `{moment}` here.", param="cancel_at")
    if moment is not None and moment <= now:
        raise Refused("Invalid timestamp: must be an integer Unix timestamp in the future.", param="cancel_at")
    subscription["cancel_at_period_end"], subscription["cancel_at"] = False, moment
    subscription["canceled_at"] = now if moment else None
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if moment else None


def _set_details(subscription: Json, params: Json) -> None:
    for name, value in params.get("cancellation_details", {}).items():
        if name == "feedback_option":
            raise Refused("The stand-in does not do `feedback_option` here.", param="cancellation_details[feedback_option]")
        subscription["cancellation_details"][name] = value or None
