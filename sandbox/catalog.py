"""What is sold: products and their prices."""

from sandbox.errors import Json, Refused, missing, required
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers


@offers("POST", "/v1/products", "id", "name", "description", "active", "images", "metadata", "shippable", "unit_label", "url")
def create_product(world: World, params: Json) -> Json:
    if world.store.find(ref := params.get("id", "")):
        raise Refused(f"Product already exists: {ref}", code="resource_already_exists")
    product = {
        "id": ref or new_id("prod"), "object": "product", "active": params.get("active", True), "created": world.clock.now(),
        "default_price": None, "description": params.get("description"), "images": params.get("images", []), "livemode": False,
        "marketing_features": [], "metadata": merged({}, params.get("metadata")), "name": params["name"], "package_dimensions": None,
        "shippable": params.get("shippable"), "statement_descriptor": None, "tax_code": None, "unit_label": params.get("unit_label"),
        "updated": world.clock.now(), "url": params.get("url"),
    }  # fmt: skip
    world.store.put(product)
    world.tell("product.created", product)
    return product


@offers("GET", "/v1/products/{id}")
def retrieve_product(world: World, params: Json, ref: str) -> Json:
    return world.store.get("product", ref)


@offers("GET", "/v1/products", "active", "ids", "created", *PAGING)
def list_products(world: World, params: Json) -> Json:
    return page(world, "/v1/products", "product", params, _active(params) | _one_of("id", params.get("ids")))


_PRICE = ("currency", "unit_amount", "product", "recurring", "lookup_key", "transfer_lookup_key", "nickname", "active", "metadata")


@offers("POST", "/v1/prices", *_PRICE, "tax_behavior", "billing_scheme")
def create_price(world: World, params: Json) -> Json:
    for name in ("product", "unit_amount"):
        if name not in params:
            raise required(name)
    world.store.get("product", params["product"], "product")
    if params["unit_amount"] < 0:
        raise Refused("This value must be greater than or equal to 0.", code="parameter_invalid_integer", param="unit_amount")
    recurring = params.get("recurring")
    if recurring and not 1 <= recurring.setdefault("interval_count", 1) <= _most(recurring["interval"]):
        raise Refused("A price can recur after three years at most.", param="recurring[interval_count]")
    if params.get("billing_scheme") == "tiered" or (recurring or {}).get("usage_type") == "metered" or "meter" in (recurring or {}):
        raise Refused("The stand-in does only licensed prices per unit.", param="billing_scheme")
    _take_lookup_key(world, params)
    price = {
        "id": new_id("price"), "object": "price", "active": params.get("active", True), "billing_scheme": "per_unit",
        "created": world.clock.now(), "currency": params["currency"].lower(), "custom_unit_amount": None, "livemode": False,
        "lookup_key": params.get("lookup_key"), "metadata": merged({}, params.get("metadata")), "nickname": params.get("nickname"),
        "product": params["product"],
        "recurring": recurring and {"meter": None, "usage_type": "licensed", **recurring},
        "tax_behavior": params.get("tax_behavior", "unspecified"), "tiers_mode": None, "transform_quantity": None,
        "type": "recurring" if recurring else "one_time", "unit_amount": params["unit_amount"],
        "unit_amount_decimal": str(params["unit_amount"]),
    }  # fmt: skip
    world.store.put(price)
    world.tell("price.created", price)
    return price


def _take_lookup_key(world: World, params: Json) -> None:
    if not (key := params.get("lookup_key")):
        return
    for holder in world.store.all("price", "json_extract(body, '$.lookup_key') = ?", key):
        if not params.get("transfer_lookup_key"):
            raise Refused(f"A price (`{holder['id']}`) already uses that lookup key.", param="lookup_key")
        holder["lookup_key"] = None
        world.store.put(holder)


def _most(interval: str) -> int:
    return {"day": 1095, "week": 156, "month": 36, "year": 3}[interval]


@offers("GET", "/v1/prices/{price}")
def retrieve_price(world: World, params: Json, ref: str) -> Json:
    return world.store.get("price", ref)


@offers("GET", "/v1/prices", "active", "currency", "product", "type", "lookup_keys", "created", *PAGING)
def list_prices(world: World, params: Json) -> Json:
    where = _active(params) | _one_of("json_extract(body, '$.lookup_key')", params.get("lookup_keys"))
    where |= {f"json_extract(body, '$.{name}') = ?": params.get(name) for name in ("currency", "product", "type")}
    return page(world, "/v1/prices", "price", params, where)


def price_for(world: World, ref: str, param: str, kind: str = "recurring") -> Json:
    """A price that a subscription may have, or with `one_time` an invoice item."""
    price = world.store.find(ref, "price")
    if not price:
        raise missing("price", ref, param)
    if not price["active"]:
        raise Refused("The price specified is inactive. This field only accepts active prices.", param=param)
    if price["type"] != kind:
        only = f"but this field only accepts prices with `type={kind}`."
        raise Refused(f"The price specified is `type={price['type']}` {only}", param=param)
    return price


def inline_price(world: World, given: Json) -> Json:
    """One that is there for one thing only, and can't be used for another."""
    price = create_price(world, given)
    price["active"] = False
    world.store.put(price)
    return price


def _active(params: Json) -> dict[str, object]:
    return {"json_extract(body, '$.active') = ?": params.get("active")}


def _one_of(column: str, values: list[str] | None) -> dict[str, object]:
    return {f"instr(?, ',' || {column} || ',')": None if values is None else f",{','.join(values)},"}
