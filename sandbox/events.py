"""What happened, for thirty days: the list from which missed webhooks are caught up."""

from sandbox.errors import Json, Refused, missing
from sandbox.lists import PAGING, page
from sandbox.periods import DAY
from sandbox.world import World, offers

KEPT = 30 * DAY


@offers("GET", "/v1/events/{id}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    event = world.store.get("event", ref)
    if event["created"] < world.clock.outside() - KEPT:
        raise missing("event", ref)
    return _as_now(world, event)


@offers("GET", "/v1/events", "type", "types", "created", "delivery_success", *PAGING)
def list_all(world: World, params: Json) -> Json:
    if "type" in params and "types" in params:
        raise Refused("You may only specify one of these parameters: type, types.", param="types")
    where: dict[str, object] = {"object.created >= ?": world.clock.outside() - KEPT}
    types = params.get("types") or ([params["type"]] if "type" in params else None)
    if types is not None:
        where["instr(?, ',' || json_extract(body, '$.type') || ',')"] = f",{','.join(types)},"
    if "delivery_success" in params:
        undelivered = "EXISTS (SELECT 1 FROM delivery WHERE event = object.id AND state != 'delivered')"
        where[f"{undelivered} = ?"] = not params["delivery_success"]
    listed = page(world, "/v1/events", "event", params, where)
    listed["data"] = [_as_now(world, event) for event in listed["data"]]
    return listed


def _as_now(world: World, event: Json) -> Json:
    waiting = world.store.rows(
        "SELECT count(DISTINCT coalesce(endpoint, '')) FROM delivery WHERE event = ? AND state = 'waiting'", event["id"]
    )
    return event | {"pending_webhooks": waiting[0][0]}
