"""Lists as Stripe gives them: newest first, a page at a time, and metadata as Stripe merges it."""

import json

from sandbox.errors import Json, Refused
from sandbox.world import World

PAGING = ("limit", "starting_after", "ending_before")


def page(world: World, url: str, kind: str, params: Json, where: dict[str, object]) -> Json:
    """`where` is SQL conditions with their one value; a condition whose value is None is left out."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused(f"Invalid integer: limit must be between 1 and 100, not {limit}", param="limit")
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
