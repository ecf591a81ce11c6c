"""Lists as Stripe gives them: newest first, a page at a time, and metadata as Stripe merges it."""

import json

from sandbox.errors import Json, Refused, missing
from sandbox.shown import SHOWN
from sandbox.world import World

PAGING = ("limit", "starting_after", "ending_before")


def page(world: World, url: str, kind: str, params: Json, where: dict[str, object]) -> Json:
    """`where` is SQL conditions with their one value; a condition whose value is None is left out."""
    limit = _limit(params)
    wanted = {"kind = ?": kind} | {condition: value for condition, value in where.items() if value is not None}
    wanted |= {f"created {sign} ?": moment for sign, moment in _created(params.get("created"))}
    order = "DESC"
    if after := params.get("starting_after"):
        wanted["seq < ?"] = _seq(world, kind, after, "starting_after")
    if before := params.get("ending_before"):
        wanted["seq > ?"], order = _seq(world, kind, before, "ending_before"), "ASC"
    statement = f"SELECT body FROM object WHERE {' AND '.join(wanted)} ORDER BY seq {order} LIMIT {limit + 1}"  # noqa: S608
    rows = world.store.rows(statement, *wanted.values())
    data = [json.loads(str(body)) for (body,) in rows[:limit]]
    if order == "ASC":
        data.reverse()
    return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": data}


def in_simulation(params: Json) -> dict[str, object]:
    """What is in a simulation is listed only for whoever asks for its test clock."""
    ref = params.get("test_clock")
    return {"clock = ?": ref} if ref else {"(clock IS NULL) = ?": 1}


def page_of(entries: list[Json], kind: str, url: str, params: Json) -> Json:
    """The same of what an object holds, in the order in which it holds them."""
    limit, refs = _limit(params), [entry["id"] for entry in entries]
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in refs:
            raise missing(kind, params[name], name)
    if after := params.get("starting_after"):
        entries = entries[refs.index(after) + 1 :]
    if before := params.get("ending_before"):
        entries = entries[: refs.index(before)]
        return {"object": "list", "url": url, "has_more": len(entries) > limit, "data": entries[-limit:]}
    return {"object": "list", "url": url, "has_more": len(entries) > limit, "data": entries[:limit]}


def merged(metadata: dict[str, str], sent: dict[str, str] | str | None) -> dict[str, str]:
    """Keys are merged, an empty value removes its key, and an empty string instead of the hash removes all."""
    if sent is None or isinstance(sent, str):
        return metadata if sent is None else {}
    result = {key: value for key, value in (metadata | sent).items() if value != ""}
    for key, value in sent.items():
        if len(key) > 40 or len(value) > 500:
            raise Refused("Metadata keys can have 40 characters, and their values 500.", param=f"metadata[{key}]")
    if len(result) > 50:
        raise Refused("Metadata can have 50 keys.", param="metadata")
    return result


def _limit(params: Json) -> int:
    limit = int(params.get("limit", SHOWN))
    if not 1 <= limit <= 100:
        raise Refused(f"Invalid integer: limit must be between 1 and 100, not {limit}", param="limit")
    return limit


def _seq(world: World, kind: str, ref: str, param: str) -> object:
    rows = world.store.rows("SELECT seq FROM object WHERE id = ? AND kind = ?", ref, kind)
    if not rows:
        world.store.get(kind, ref, param)
    return rows[0][0]


def _created(sent: int | Json | None) -> list[tuple[str, int]]:
    if sent is None:
        return []
    if isinstance(sent, int):
        return [("=", sent)]
    signs = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    return [(signs[name], moment) for name, moment in sent.items()]
