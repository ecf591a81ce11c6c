"""Expanding: an id in an answer is replaced by the object that it names, and what is left out otherwise is there."""

from typing import Any

from sandbox.charges import payment_id
from sandbox.errors import Json, Refused
from sandbox.store import Store


def expand(store: Store, answer: Json, paths: list[str]) -> Json:
    for path in paths:
        if path.count(".") > 3:
            raise Refused("You cannot expand more than 4 levels of a property.", param="expand")
        _expand(store, answer, path.split("."), path)
    return answer


def _expand(store: Store, node: Json, names: list[str], path: str) -> None:
    name, rest = names[0], names[1:]
    if name == "payments" and node.get("object") == "invoice":
        node[name] = _payments(store, node)
    if name not in node:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    value = node[name]
    if isinstance(value, list):
        node[name] = [_found(store, entry, path) for entry in value]
        for entry in node[name] if rest else []:
            _expand(store, entry, rest, path)
        return
    if value is None:
        return
    node[name] = _found(store, value, path)
    if rest:
        _expand(store, node[name], rest, path)


def _payments(store: Store, invoice: Json) -> Json:
    payment = store.find(payment_id(invoice["id"]))
    return {"object": "list", "url": f"/v1/invoices/{invoice['id']}/payments", "has_more": False, "data": [payment] if payment else []}


def _found(store: Store, value: Any, path: str) -> Json:
    if isinstance(value, dict):
        return value
    found = store.find(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    return found
