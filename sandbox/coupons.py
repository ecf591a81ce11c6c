"""Coupons, and the promotion codes that customers know them by."""

import re
import secrets

from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, merged, page
from sandbox.periods import add
from sandbox.store import new_id
from sandbox.world import World, offers

LONGEST_REDEEM_BY = (5, "year")

_COUPON = ("id", "percent_off", "amount_off", "currency", "duration", "duration_in_months", "max_redemptions", "redeem_by", "name")
_CODE = ("promotion", "code", "active", "customer", "expires_at", "max_redemptions", "restrictions")


@offers("POST", "/v1/coupons", *_COUPON, "metadata")
def create_coupon(world: World, params: Json) -> Json:
    _check_coupon(world, params)
    if world.store.find(ref := params.get("id") or secrets.token_urlsafe(6)):
        raise Refused("Coupon already exists.", code="resource_already_exists", param="id")
    coupon: Json = {
        "id": ref, "object": "coupon", "amount_off": params.get("amount_off"), "created": world.clock.now(),
        "currency": params["currency"].lower() if "amount_off" in params else None, "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"), "livemode": False, "max_redemptions": params.get("max_redemptions"),
        "metadata": merged({}, params.get("metadata")), "name": params.get("name"), "percent_off": params.get("percent_off"),
        "redeem_by": params.get("redeem_by"), "times_redeemed": 0, "valid": True,
    }  # fmt: skip
    world.store.put(coupon, due=coupon["redeem_by"])
    world.tell("coupon.created", coupon)
    return coupon


def _check_coupon(world: World, params: Json) -> None:
    if ("percent_off" in params) == ("amount_off" in params):
        raise Refused("You must pass exactly one of these parameters: percent_off, amount_off.", param="percent_off")
    if not 0 < params.get("percent_off", 100) <= 100:
        raise Refused("percent_off must be greater than 0 and at most 100.", param="percent_off")
    if "amount_off" in params and "currency" not in params:
        raise required("currency")
    if (params.get("duration") == "repeating") != ("duration_in_months" in params):
        raise Refused("duration_in_months goes with duration=repeating, and with no other.", param="duration_in_months")
    for name in ("amount_off", "duration_in_months", "max_redemptions"):
        _positive(params, name)
    years, interval = LONGEST_REDEEM_BY
    _ahead(world, params, "redeem_by", add(world.clock.now(), interval, years))


def _positive(params: Json, name: str) -> None:
    if params.get(name, 1) < 1:
        raise Refused("This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=name)


def _ahead(world: World, params: Json, name: str, latest: int | None) -> None:
    moment = params.get(name)
    if moment is not None and (moment <= world.clock.now() or (latest is not None and moment > latest)):
        raise Refused("Invalid timestamp: must be in the future, and no later than allowed.", param=name)


@offers("GET", "/v1/coupons/{coupon}")
def retrieve_coupon(world: World, params: Json, ref: str) -> Json:
    return world.store.get("coupon", ref)


@offers("POST", "/v1/promotion_codes", *_CODE, "metadata")
def create_code(world: World, params: Json) -> Json:
    if not (named := params["promotion"].get("coupon")):
        raise required("promotion[coupon]")
    coupon = world.store.get("coupon", named, "promotion[coupon]")
    if not coupon["valid"]:
        raise Refused(f"The coupon {named} is not valid any more.", param="promotion[coupon]")
    customer, code = params.get("customer"), params.get("code") or secrets.token_hex(4).upper()
    if customer:
        world.store.get("customer", customer, "customer")
    _ahead(world, params, "expires_at", coupon["redeem_by"])
    _positive(params, "max_redemptions")
    if coupon["max_redemptions"] and params.get("max_redemptions", 0) > coupon["max_redemptions"]:
        raise Refused("max_redemptions cannot be greater than the coupon's.", param="max_redemptions")
    restrictions = params.get("restrictions", {})
    for name in restrictions.keys() - {"first_time_transaction"}:
        raise Refused(f"The stand-in does not do `{name}` here.", param=f"restrictions[{name}]")
    if not re.fullmatch(r"[A-Za-z0-9-]+", code):
        raise Refused("A code has letters, digits and dashes.", param="code")
    active = params.get("active", True)
    if active:
        _only_one(world, code, customer)
    made: Json = {
        "id": new_id("promo"), "object": "promotion_code", "active": active, "code": code, "created": world.clock.now(),
        "customer": customer, "customer_account": None, "expires_at": params.get("expires_at"), "livemode": False,
        "max_redemptions": params.get("max_redemptions"), "metadata": merged({}, params.get("metadata")),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.get("first_time_transaction", False), "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
    }  # fmt: skip
    world.store.put(made, due=made["expires_at"] if active else None)
    world.tell("promotion_code.created", made)
    return made


def _only_one(world: World, code: str, customer: str | None) -> None:
    """Regardless of case, a customer can mean only one active code by it."""
    same = "lower(json_extract(body, '$.code')) = lower(?) AND json_extract(body, '$.active')"
    for other in world.store.all("promotion_code", same, code):
        if customer is None or other["customer"] in (None, customer):
            raise Refused(f"An active promotion code with `code: {code}` already exists.", code="resource_already_exists", param="code")


@offers("POST", "/v1/promotion_codes/{promotion_code}", "active", "metadata")
def update_code(world: World, params: Json, ref: str) -> Json:
    code = world.store.get("promotion_code", ref)
    before = code | {}
    code["metadata"] = merged(code["metadata"], params.get("metadata"))
    if params.get("active") and not code["active"]:
        if problem := over(world, code):
            raise Refused(f"This promotion code cannot be activated: {problem}.", param="active")
        _only_one(world, code["code"], code["customer"])
    code["active"] = params.get("active", code["active"])
    world.store.put(code, due=code["expires_at"] if code["active"] else None)
    if code != before:
        world.tell("promotion_code.updated", code, before)
    return code


@offers("GET", "/v1/promotion_codes/{promotion_code}")
def retrieve_code(world: World, params: Json, ref: str) -> Json:
    return world.store.get("promotion_code", ref)


@offers("GET", "/v1/promotion_codes", "active", "code", "coupon", "created", "customer", *PAGING)
def list_codes(world: World, params: Json) -> Json:
    where: dict[str, object] = {
        "json_extract(body, '$.active') = ?": params.get("active"),
        "lower(json_extract(body, '$.code')) = lower(?)": params.get("code"),
        "json_extract(body, '$.promotion.coupon') = ?": params.get("coupon"),
        "customer = ?": params.get("customer"),
    }
    return page(world, "/v1/promotion_codes", "promotion_code", params, where)


def run_out(world: World, redeemable: Json) -> None:
    """A coupon or a code can't be redeemed any more; with its coupon, a code goes too."""
    before = redeemable | {}
    redeemable["valid" if redeemable["object"] == "coupon" else "active"] = False
    world.store.put(redeemable)
    world.tell(f"{redeemable['object']}.updated", redeemable, before)
    if redeemable["object"] == "coupon":
        of_it = "json_extract(body, '$.promotion.coupon') = ? AND json_extract(body, '$.active')"
        for code in world.store.all("promotion_code", of_it, redeemable["id"]):
            run_out(world, code)


def over(world: World, redeemable: Json) -> str | None:
    """Why a coupon or a code can't be redeemed by anybody any more."""
    until = redeemable["redeem_by"] if redeemable["object"] == "coupon" else redeemable["expires_at"]
    if until is not None and until <= world.clock.now():
        return "expired"
    if redeemable["max_redemptions"] and redeemable["times_redeemed"] >= redeemable["max_redemptions"]:
        return "used up"
    if redeemable["object"] == "promotion_code":
        return over(world, world.store.get("coupon", redeemable["promotion"]["coupon"]))
    return None
