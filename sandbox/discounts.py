"""A subscription's discounts: how they are redeemed, what they take off an invoice, and when they are gone."""

from fractions import Fraction

from sandbox.coupons import over, run_out
from sandbox.errors import Json, Refused, missing
from sandbox.periods import add
from sandbox.store import new_id
from sandbox.world import World

MOST = 20
"""As many as a subscription can have."""


def set_discounts(world: World, subscription: Json, params: Json, name: str = "discounts") -> None:
    """What is sent takes the place of the discounts that were there; an empty string removes them; an empty list does nothing."""
    if not (sent := params.get(name)):
        subscription["discounts"] = [] if sent == "" else subscription["discounts"]
        return
    if len(sent) > MOST:
        raise Refused(f"You can apply up to {MOST} discounts.", param=name)
    kept = [_kept_or_redeemed(world, subscription, entry, f"{name}[{index}]") for index, entry in enumerate(sent)]
    coupons = [_coupon_of(world, ref)["id"] for ref in kept]
    if len(set(coupons)) < len(coupons):
        raise Refused("You cannot apply the same coupon more than once.", param=name)
    subscription["discounts"] = kept


def _kept_or_redeemed(world: World, subscription: Json, entry: Json, name: str) -> str:
    if len(entry) != 1:
        raise Refused("You must pass exactly one of these parameters: coupon, discount, promotion_code.", param=name)
    ((kind, ref),) = entry.items()
    if kind == "discount":
        if ref not in subscription["discounts"]:
            raise missing("discount", ref, f"{name}[discount]")
        return str(ref)
    code = world.store.get("promotion_code", ref, f"{name}[promotion_code]") if kind == "promotion_code" else None
    coupon = world.store.get("coupon", code["promotion"]["coupon"] if code else ref, f"{name}[coupon]")
    _check_redeemable(world, subscription, coupon, code, f"{name}[{kind}]")
    for redeemed in (coupon, code):
        if redeemed:
            redeemed["times_redeemed"] += 1
            world.store.put(redeemed, due=redeemed["redeem_by" if redeemed is coupon else "expires_at"])
    for redeemed in (code, coupon):
        if redeemed and over(world, redeemed):
            run_out(world, redeemed)
    now = world.clock.now()
    discount = {
        "id": new_id("di"), "object": "discount", "checkout_session": None, "customer": subscription["customer"],
        "customer_account": None, "end": add(now, "month", coupon["duration_in_months"]) if coupon["duration_in_months"] else None,
        "invoice": None, "invoice_item": None, "promotion_code": code and code["id"],
        "source": {"coupon": coupon["id"], "type": "coupon"}, "start": now, "subscription": subscription["id"],
        "subscription_item": None,
    }  # fmt: skip
    world.store.put(discount)
    return str(discount["id"])


def _check_redeemable(world: World, subscription: Json, coupon: Json, code: Json | None, param: str) -> None:
    what = f"promotion code {code['code']}" if code else f"coupon {coupon['id']}"
    problem = over(world, code or coupon)
    if problem == "expired":
        raise Refused(f"The {what} has expired.", code="coupon_expired", param=param)
    if problem:
        raise Refused(f"The {what} has been used the maximum number of times.", param=param)
    if code and not code["active"]:
        raise Refused(f"The {what} is inactive.", param=param)
    if code and code["customer"] not in (None, subscription["customer"]):
        raise Refused(f"The {what} cannot be redeemed by this customer.", param=param)
    if coupon["currency"] not in (None, subscription["currency"]):
        raise Refused(f"The {what} is in another currency than the subscription.", param=param)
    paid = "customer = ? AND status = 'paid' AND json_extract(body, '$.amount_paid') > 0"
    if code and code["restrictions"]["first_time_transaction"] and world.store.all("invoice", paid, subscription["customer"]):
        raise Refused("This promotion code cannot be redeemed because the associated customer has prior transactions.", param=param)


def drop_ended(world: World, subscription: Json) -> None:
    """Those whose months are over when the next invoice is written."""
    ends = {ref: world.store.get("discount", ref)["end"] for ref in subscription["discounts"]}
    subscription["discounts"] = [ref for ref, end in ends.items() if end is None or end > world.clock.now()]


def use_up(world: World, subscription: Json, invoice: Json) -> None:
    """After the first invoice with something to pay, those that count once are gone."""
    if invoice["subtotal"]:
        subscription["discounts"] = [ref for ref in subscription["discounts"] if _coupon_of(world, ref)["duration"] != "once"]


def take_off(world: World, lines: list[Json], refs: list[str]) -> list[Json]:
    """Each discount takes off what the earlier ones left; its amount is spread over the lines so that the sum is exact."""
    left = [line["amount"] if line["discountable"] else 0 for line in lines]
    if not sum(left):
        return []
    totals = []
    for ref in refs:
        amount = _off(_coupon_of(world, ref), sum(left))
        totals.append({"amount": amount, "discount": ref})
        for index, (line, share) in enumerate(zip(lines, _spread(amount, left), strict=True)):
            line["discount_amounts"].append({"amount": share, "discount": ref})
            line["pretax_credit_amounts"].append({"amount": share, "discount": ref, "type": "discount"})
            left[index] -= share
    return totals


def _off(coupon: Json, subtotal: int) -> int:
    """In minor units: a percentage of the whole, rounded half up, or a fixed amount; never more than there is."""
    if coupon["amount_off"] is not None:
        return min(int(coupon["amount_off"]), subtotal)
    return int(subtotal * Fraction(str(coupon["percent_off"])) / 100 + Fraction(1, 2))


def _spread(amount: int, over: list[int]) -> list[int]:
    """In proportion, rounded down; what is left goes by ones to the largest remainders, of equals to the first."""
    whole = sum(over)
    if not whole:
        return [0] * len(over)
    shares = [amount * part // whole for part in over]
    by_remainder = sorted(range(len(over)), key=lambda index: -(amount * over[index] % whole))
    for index in by_remainder[: amount - sum(shares)]:
        shares[index] += 1
    return shares


def _coupon_of(world: World, ref: str) -> Json:
    return world.store.get("coupon", world.store.get("discount", ref)["source"]["coupon"])
