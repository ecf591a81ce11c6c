"""Tax by rates: on top of the prices, or part of them. Of each line, after its discounts."""

from fractions import Fraction

from sandbox.errors import Json, Refused
from sandbox.store import new_id
from sandbox.world import World, offers


@offers("POST", "/v1/tax_rates", "display_name", "percentage", "inclusive", "description", "country", "jurisdiction", "metadata")
def create(world: World, params: Json) -> Json:
    if not 0 <= params["percentage"] <= 100:
        raise Refused("This value must be between 0 and 100.", param="percentage")
    rate = {
        "id": new_id("txr"), "object": "tax_rate", "active": True, "country": params.get("country"), "created": world.clock.now(),
        "description": params.get("description"), "display_name": params["display_name"], "effective_percentage": None,
        "flat_amount": None, "inclusive": params["inclusive"], "jurisdiction": params.get("jurisdiction"), "jurisdiction_level": None,
        "livemode": False, "metadata": params.get("metadata") or {}, "percentage": params["percentage"], "rate_type": "percentage",
        "state": None, "tax_type": None,
    }  # fmt: skip
    world.store.put(rate)
    world.tell("tax_rate.created", rate)
    return rate


def set_rates(world: World, subscription: Json, params: Json) -> None:
    """A list takes the place of the rates that were there; an empty string removes all."""
    if "default_tax_rates" in params:
        refs = params["default_tax_rates"] or []
        subscription["default_tax_rates"] = [world.store.get("tax_rate", ref, "default_tax_rates") for ref in refs]


def levy(lines: list[Json], rates: list[Json]) -> Json:
    """Put the tax on the lines. What the invoice says of it: the taxes, what comes on top, and what the subtotal is without."""
    taxes = []
    for rate in rates:
        behavior = "inclusive" if rate["inclusive"] else "exclusive"
        tax: Json = {"amount": 0, "tax_behavior": behavior, "taxable_amount": 0, "taxability_reason": "standard_rated",
               "tax_rate_details": {"tax_rate": rate["id"]}, "type": "tax_rate_details"}  # fmt: skip
        for line in lines:
            net = line["amount"] - sum(entry["amount"] for entry in line["discount_amounts"])
            amount = _of(net, rate)
            told = tax | {"amount": amount, "taxable_amount": net - amount if rate["inclusive"] else net}
            line["taxes"].append(told)
            tax["amount"], tax["taxable_amount"] = tax["amount"] + amount, tax["taxable_amount"] + told["taxable_amount"]
        taxes.append(tax)
    included = sum(_of(line["amount"], rate) for rate in rates if rate["inclusive"] for line in lines)
    on_top = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    return {"total_taxes": taxes, "on_top": on_top, "subtotal_excluding_tax": sum(line["amount"] for line in lines) - included}


def _of(amount: int, rate: Json) -> int:
    """Halves up."""
    percent = Fraction(str(rate["percentage"]))
    exact = amount * percent / (100 + percent if rate["inclusive"] else 100)
    return int(exact + Fraction(1, 2))
