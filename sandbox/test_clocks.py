"""Simulations: customers whose time is a test clock's, which is moved by hand, whatever the account's own clock says."""

from contextlib import AbstractContextManager, nullcontext

from sandbox import customers, periods
from sandbox.billing import ENDED
from sandbox.errors import Json, Refused
from sandbox.lists import PAGING, page
from sandbox.store import new_id
from sandbox.world import World, offers

KIND = "test_helpers.test_clock"
KEPT = 30 * periods.DAY
INTERVALS = 2
"""So many of its shortest subscription a clock can be moved at a time."""
YEARS = 2
"""The same without any subscription."""
OUTSIDE = ("/v1/checkout", "/v1/events", "/v1/webhook_endpoints", "/v1/test_helpers")
"""What happens there happens in the account's own time."""


@offers("POST", "/v1/test_helpers/test_clocks", "frozen_time", "name")
def create(world: World, params: Json) -> Json:
    now = world.clock.now()
    clock = {
        "id": new_id("clock"), "object": KIND, "created": now, "deletes_after": now + KEPT, "frozen_time": params["frozen_time"],
        "livemode": False, "name": params.get("name"), "status": "ready", "status_details": {},
    }  # fmt: skip
    _keep(world, clock, "created")
    return clock


@offers("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return world.store.get(KIND, ref)


@offers("GET", "/v1/test_helpers/test_clocks", *PAGING)
def list_all(world: World, params: Json) -> Json:
    return page(world, "/v1/test_helpers/test_clocks", KIND, params, {})


@offers("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", "frozen_time")
def advance(world: World, params: Json, ref: str) -> Json:
    """The answer comes before anything has happened. It does when somebody asks next, or within a second."""
    clock, to = world.store.get(KIND, ref), params["frozen_time"]
    if to <= clock["frozen_time"]:
        raise Refused("The test clock can only be advanced to a time after its current frozen time.", param="frozen_time")
    if to > _furthest(world, clock):
        raise Refused("The test clock cannot be advanced that far at once.", param="frozen_time")
    clock["status"] = "advancing"
    clock["status_details"] = {"advancing": {"target_frozen_time": to}}
    _keep(world, clock, "advancing", due=world.clock.now())
    return clock


@offers("DELETE", "/v1/test_helpers/test_clocks/{test_clock}")
def delete(world: World, params: Json, ref: str) -> Json:
    clock = world.store.get(KIND, ref)
    forget(world, clock)
    return {"id": ref, "object": KIND, "deleted": True}


def target(clock: Json) -> int | None:
    """Where it is being advanced to; None if it is not."""
    details: Json = clock["status_details"].get("advancing", {})
    return details.get("target_frozen_time")


def arrive(world: World, clock: Json) -> None:
    clock |= {"status": "ready", "frozen_time": target(clock), "status_details": {}}
    _keep(world, clock, "ready")


def forget(world: World, clock: Json) -> None:
    """With all customers in it, and whatever is theirs."""
    with world.clock.simulated(clock["frozen_time"]):
        for customer in world.store.all("customer", "clock = ?", clock["id"]):
            customers.delete(world, {}, customer["id"])
    world.store.forget("clock = ? OR id = ?", clock["id"], clock["id"])
    world.tell(f"{KIND}.deleted", clock)


def time_for(world: World, path: str, refs: list[str], params: Json) -> AbstractContextManager[None]:
    """A request happens in the time of the simulation that what it is about is in, if it is in any."""
    if not path.startswith(OUTSIDE) and world.store.rows("SELECT 1 FROM object WHERE kind = ? LIMIT 1", KIND):
        for ref in [*refs, *(params.get(name) for name in ("test_clock", "customer", "subscription", "invoice"))]:
            found = world.store.find(ref) if isinstance(ref, str) else None
            if found and (clock := _clock_of(world, found)):
                return world.clock.simulated(clock["frozen_time"])
    return nullcontext()


def _clock_of(world: World, found: Json) -> Json | None:
    if found["object"] == KIND:
        return found
    customer = found if found["object"] == "customer" else world.store.find(found.get("customer") or "", "customer")
    return world.store.find((customer or {}).get("test_clock") or "", KIND)


def _furthest(world: World, clock: Json) -> int:
    now = clock["frozen_time"]
    live = f"clock = ? AND status NOT IN ({', '.join('?' * len(ENDED))})"
    found = world.store.all("subscription", live, clock["id"], *ENDED)
    rhythms = [item["price"]["recurring"] for subscription in found for item in subscription["items"]["data"]]
    ends = [periods.add(now, rhythm["interval"], INTERVALS * rhythm["interval_count"]) for rhythm in rhythms]
    return min(ends, default=periods.add(now, "year", YEARS))


def _keep(world: World, clock: Json, word: str, due: int | None = None) -> None:
    world.store.put(clock, due=due or clock["deletes_after"])
    world.tell(f"{KIND}.{word}", clock)
