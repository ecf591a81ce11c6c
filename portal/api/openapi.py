"""Writes the description of the API, as OpenAPI 3.1, from the classes that read the requests and write the answers."""

import json
import re
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from portal.api import kinds
from portal.api.endpoints import ENDPOINTS, PLACES, Endpoint
from portal.kit.problems import TYPE, Kind

Models = list[tuple[type[BaseModel], JsonSchemaMode]]
TAKEN: JsonSchemaMode = "validation"
SHOWN: JsonSchemaMode = "serialization"
WHERE = "#/components/schemas/{model}"
JSON = "application/json"
ALWAYS = [kinds.BAD_PARAMETER, kinds.NO_KEY, kinds.NO_SCOPE, kinds.TOO_FAST]
OF_CHANGES = [
    kinds.NOT_JSON, kinds.REFUSED, kinds.DIFFERS, kinds.IN_FLIGHT, kinds.TOO_LARGE, kinds.WRONG_TYPE, kinds.NOT_VALID, kinds.KEY_REUSED,
]  # fmt: skip
REPEAT = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Another one for each request, such as a UUID. Sent again within 24 hours, the request is answered as the first time.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


class ProblemFault(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)
    pointer: str
    """A JSON pointer into the body; for a parameter, its name."""
    detail: str


class Problem(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)
    type: str
    """Which kind: its explanation is there."""
    title: str
    status: int
    detail: str
    errors: list[ProblemFault] = []
    """Each place that is wrong."""
    request_id: str
    """By which we find it in our logs."""


@cache
def described(base_url: str) -> dict[str, Any]:
    """The whole document."""
    names, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(path_of(endpoint), {})[endpoint.method.lower()] = _operation(endpoint, names)
    security = {"type": "http", "scheme": "bearer", "description": "A key that `portal api-key add` has made."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portal API", "version": "1", "description": f"Explained at {base_url}/api/v1/."},
        "servers": [{"url": f"{base_url}/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": security}},
    }


def path_of(endpoint: Endpoint) -> str:
    return re.sub(r"<(?:path:)?(\w+)>", r"{\1}", endpoint.path)


def problems_of(endpoint: Endpoint) -> dict[int, list[Kind]]:
    found: dict[int, list[Kind]] = {}
    for kind in [*ALWAYS, *([kinds.NOT_FOUND] if endpoint.places else []), *(OF_CHANGES if endpoint.changes else [])]:
        found.setdefault(kind.status, []).append(kind)
    return dict(sorted(found.items()))


def _schemas() -> tuple[dict[type[BaseModel], dict[str, Any]], dict[str, Any]]:
    taken: Models = [(endpoint.takes, TAKEN) for endpoint in ENDPOINTS if endpoint.changes]
    given: Models = [(shown, SHOWN) for endpoint in ENDPOINTS for shown, _ in endpoint.gives.values()]
    models: Models = list(dict.fromkeys([*taken, *given, (Problem, SHOWN)]))
    refs, whole = models_json_schema(models, ref_template=WHERE)
    return {model: refs[model, mode] for model, mode in models}, whole["$defs"]


def _operation(endpoint: Endpoint, names: dict[type[BaseModel], dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"{endpoint.description}\n\nScope: `{endpoint.scope}`".strip(),
        "parameters": [*map(_place, endpoint.places), *([REPEAT] if endpoint.changes else _query(endpoint))],
        "responses": _responses(endpoint, names),
    }
    if endpoint.changes:
        content = {"schema": names[endpoint.takes], "example": json.loads(endpoint.example)}
        operation["requestBody"] = {"required": True, "content": {JSON: content}}
    return operation


def _place(name: str) -> dict[str, Any]:
    words, kind = PLACES[name]
    return {"name": name, "in": "path", "required": True, "description": words, "schema": kind.json_schema()}


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = endpoint.takes.model_json_schema()
    return [
        {"name": name, "in": "query", "description": told.pop("description", ""), "schema": _without_null(told)}
        for name, told in schema.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or is not: it is never null."""
    kinds_of = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds_of[0] if kinds_of else schema


def _responses(endpoint: Endpoint, names: dict[type[BaseModel], dict[str, Any]]) -> dict[str, Any]:
    given = {
        str(status): {"description": when, "content": {JSON: {"schema": names[shown]}}} for status, (shown, when) in endpoint.gives.items()
    }
    problem = {TYPE: {"schema": names[Problem]}}
    wrong = {
        str(status): {"description": "; ".join(kind.title for kind in found), "content": problem}
        for status, found in problems_of(endpoint).items()
    }
    return {**given, **wrong, "500": {"description": "Something broke on our side", "content": problem}}
