"""The description of the API for people: the same document, in the order in which one reads."""

from dataclasses import dataclass
from typing import Any

from portal.api.endpoints import ENDPOINTS, Endpoint
from portal.api.openapi import described, path_of

MANY = "array"


@dataclass(frozen=True)
class Field:
    name: str
    """With those it lies in: `variants[].sku`."""
    kind: str
    is_needed: bool
    words: str


@dataclass(frozen=True)
class Operation:
    endpoint: Endpoint
    path: str
    fields: tuple[Field, ...]
    """Of the body; of a request without one, its parameters."""
    answers: tuple[tuple[str, str], ...]
    """When all is well; what may go wrong is told once, below."""


@dataclass(frozen=True)
class Resource:
    name: str
    operations: tuple[Operation, ...]
    fields: tuple[Field, ...]
    """Of what is answered."""


def resources() -> list[Resource]:
    document = described("")
    grouped: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        grouped.setdefault(endpoint.path.split("/")[1], []).append(endpoint)
    return [_resource(name, endpoints, document) for name, endpoints in grouped.items()]


def _resource(name: str, endpoints: list[Endpoint], document: dict[str, Any]) -> Resource:
    operations = tuple(_operation(endpoint, document) for endpoint in endpoints)
    one = next((endpoint for endpoint in endpoints if endpoint.places), endpoints[0])
    told = document["paths"][path_of(one)][one.method.lower()]["responses"]["200"]["content"]["application/json"]["schema"]
    return Resource(name, operations, tuple(_fields(told, document)))


def _operation(endpoint: Endpoint, document: dict[str, Any]) -> Operation:
    told = document["paths"][path_of(endpoint)][endpoint.method.lower()]
    if endpoint.changes:
        fields = tuple(_fields(told["requestBody"]["content"]["application/json"]["schema"], document))
    else:
        asked = [one for one in told["parameters"] if one["in"] == "query"]
        fields = tuple(Field(one["name"], _kind(one["schema"], document), False, one["description"]) for one in asked)
    answers = tuple((status, answer["description"]) for status, answer in told["responses"].items() if status < "300")
    return Operation(endpoint, path_of(endpoint), fields, answers)


def _fields(schema: dict[str, Any], document: dict[str, Any], within: str = "") -> list[Field]:
    found = []
    schema = _resolved(schema, document)
    for name, told in schema.get("properties", {}).items():
        inner = _resolved(told, document)
        deeper = _resolved(inner.get("items", {}), document) if inner.get("type") == MANY else inner
        words = told.get("description") or inner.get("description", "")
        found.append(Field(f"{within}{name}", _kind(told, document), name in schema.get("required", []), words))
        found += _fields(deeper, document, f"{within}{name}{'[]' if inner.get('type') == MANY else ''}.")
    return found


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Without the detour of a reference, and without null."""
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if one != {"type": "null"})
    if ref := schema.get("$ref"):
        found: dict[str, Any] = document["components"]["schemas"][ref.rpartition("/")[2]]
        return found
    return schema


def _kind(schema: dict[str, Any], document: dict[str, Any]) -> str:
    or_null = " or null" if {"type": "null"} in schema.get("anyOf", []) else ""
    inner = _resolved(schema, document)
    if inner.get("type") == MANY:
        return f"list{or_null}"
    words = str(inner.get("format", inner.get("type", ""))).replace("date-time", "moment (RFC 3339)")
    if "enum" in inner and len(inner["enum"]) <= 12:
        words = " | ".join(inner["enum"])
    bounds = [str(inner[bound]) for bound in ("minimum", "maximum") if bound in inner]
    length = f", at most {inner['maxLength']} characters" if "maxLength" in inner else ""
    return words + (f" {' to '.join(bounds)}" if bounds else "") + length + or_null
