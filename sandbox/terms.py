"""The terms of a subscription: its items, its trial and its pause, and what Stripe refuses about them."""

from sandbox import billing
from sandbox.catalog import price_for
from sandbox.errors import Json, Refused, required
from sandbox.lists import merged
from sandbox.periods import DAY
from sandbox.store import new_id
from sandbox.world import World

LONGEST_TRIAL = 730 * DAY
MOST_ITEMS = 20


def begin_trial(world: World, subscription: Json, until: int) -> None:
    """From now to `until`, which becomes the anchor of what follows."""
    now = world.clock.now()
    if until <= now:
        raise Refused("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    if until > now + LONGEST_TRIAL:
        raise Refused("Invalid timestamp: can be no more than two years in the future.", param="trial_end")
    if subscription["status"] != "trialing":
        subscription["trial_start"] = now
    subscription["status"], subscription["trial_end"], subscription["billing_cycle_anchor"] = "trialing", until, until
    billing.set_period(subscription, now, until)


def change_trial(world: World, subscription: Json, before: Json, params: Json) -> None:
    if before["pause_collection"] and subscription["pause_collection"]:
        raise Refused("You cannot update `trial_end` on a subscription whose payment collection is paused.", param="trial_end")
    if params["trial_end"] == "now":
        if subscription["status"] == "trialing":
            subscription["trial_end"] = world.clock.now()
            billing.restart(world, subscription)
        return
    if before["status"] != "trialing":
        _without_proration(params)
    now = world.clock.now()
    begin_trial(world, subscription, params["trial_end"])
    billing.bill(world, subscription, "subscription_update", billing.lines(world, subscription, trial=True), (now, now))


def set_pause(world: World, subscription: Json, params: Json) -> None:
    if "pause_collection" not in params:
        return
    pause = params["pause_collection"]
    if pause and pause.get("resumes_at") is not None and pause["resumes_at"] <= world.clock.now():
        raise Refused("Invalid timestamp: must be an integer Unix timestamp in the future.", param="pause_collection[resumes_at]")
    subscription["pause_collection"] = {"resumes_at": None, **pause} if pause else None


def write_items(world: World, subscription: Json, sent: list[Json]) -> None:
    """Add, change and remove items; all of them share one interval and one currency in the end."""
    items: list[Json] = subscription["items"]["data"]
    period = billing.period_of(subscription) if items else (world.clock.now(), 0)
    for index, entry in enumerate(sent):
        name = f"items[{index}]"
        _only_what_we_do(entry, name)
        item = _named(items, entry, name) if "id" in entry else _added(world, subscription, entry, name, period)
        if entry.get("deleted"):
            items.remove(item)
            continue
        if "price" in entry:
            item["price"] = price_for(world, entry["price"], f"{name}[price]")
        item["quantity"] = entry.get("quantity", item["quantity"])
        if item["quantity"] < 0:
            raise Refused("This value must be greater than or equal to 0.", code="parameter_invalid_integer", param=f"{name}[quantity]")
        item["metadata"] = merged(item["metadata"], entry.get("metadata"))
    _fit_together(items)


def change_items(world: World, subscription: Json, params: Json) -> bool:
    """Whether the interval is another one now."""
    items = subscription["items"]["data"]
    before = _interval(items[0])
    terms_before = [(item["id"], item["price"]["id"], item["quantity"]) for item in items]
    write_items(world, subscription, params["items"])
    if terms_before != [(item["id"], item["price"]["id"], item["quantity"]) for item in items] and subscription["status"] != "trialing":
        _without_proration(params)
    return before != _interval(items[0])


def _only_what_we_do(entry: Json, name: str) -> None:
    for key in entry.keys() - {"id", "price", "quantity", "metadata", "deleted"}:
        raise Refused(f"The stand-in does not do `{key}` here.", param=f"{name}[{key}]")


def _named(items: list[Json], entry: Json, name: str) -> Json:
    for item in items:
        if item["id"] == entry["id"]:
            return item
    raise Refused(f"No such subscription item: '{entry['id']}'", code="resource_missing", param=f"{name}[id]")


def _added(world: World, subscription: Json, entry: Json, name: str, period: tuple[int, int]) -> Json:
    if "price" not in entry:
        raise required(f"{name}[price]")
    item: Json = {
        "id": new_id("si"), "object": "subscription_item", "billing_thresholds": None, "created": world.clock.now(),
        "current_period_end": period[1], "current_period_start": period[0], "discounts": [], "metadata": {},
        "price": None, "quantity": 1, "subscription": subscription["id"], "tax_rates": [],
    }  # fmt: skip
    subscription["items"]["data"].append(item)
    return item


def _fit_together(items: list[Json]) -> None:
    if not items:
        raise Refused("A subscription must have at least one active plan.", param="items")
    if len(items) > MOST_ITEMS:
        raise Refused(f"A subscription can have up to {MOST_ITEMS} items.", param="items")
    if len({item["price"]["id"] for item in items}) < len(items):
        raise Refused("Cannot add multiple subscription items with the same price.", param="items")
    if len({_interval(item) for item in items}) > 1:
        raise Refused("Currently, all items of a subscription here must have the same interval.", param="items")
    if len({item["price"]["currency"] for item in items}) > 1:
        raise Refused("All items of a subscription must have the same currency.", param="items")


def _interval(item: Json) -> tuple[str, int]:
    return item["price"]["recurring"]["interval"], item["price"]["recurring"]["interval_count"]


def _without_proration(params: Json) -> None:
    if params.get("proration_behavior") != "none":
        raise Refused("The stand-in does not prorate: send proration_behavior=none.", param="proration_behavior")
