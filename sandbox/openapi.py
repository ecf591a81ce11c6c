"""Stripe's own description of its API: which calls there are, and what may be sent to each."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import Json, Refused, required

DESCRIPTION = Path(__file__).with_name("stripe-openapi.json")

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    schema: Json
    """Query and form together: Stripe's SDK sends a DELETE's parameters in the query."""

    def read(self, pairs: Iterable[tuple[str, str]]) -> Json:
        """The parameters with their types, or Stripe's refusal of the first one that is wrong."""
        read: Json = _object(self.schema, decode(pairs), "")
        return read


class OpenApi:
    def __init__(self, description: Path = DESCRIPTION) -> None:
        self.description: Json = json.loads(description.read_text())
        self._by_length: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for path, methods in self.description["paths"].items():
            for method, described in methods.items():
                self._add(Operation(method.upper(), path, _schema(described)))

    def _add(self, operation: Operation) -> None:
        segments = operation.path.split("/")
        same = self._by_length.setdefault((operation.method, len(segments)), [])
        same.append((segments, operation))
        # `/v1/invoices/create_preview` before `/v1/invoices/{invoice}`.
        same.sort(key=lambda entry: [segment.startswith("{") for segment in entry[0]])

    def find(self, method: str, path: str) -> tuple[Operation, list[str]]:
        """The operation and the ids in its path."""
        asked = path.split("/")
        for segments, operation in self._by_length.get((method, len(asked)), []):
            pairs = list(zip(segments, asked, strict=True))
            if all(known == given or (known.startswith("{") and given) for known, given in pairs):
                return operation, [given for known, given in pairs if known.startswith("{")]
        raise Refused(f"Unrecognized request URL ({method}: {path}).", 404)


def _schema(described: Json) -> Json:
    form = described.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {}).get("schema", {})
    query = {parameter["name"]: parameter for parameter in described.get("parameters", []) if parameter["in"] == "query"}
    return {
        "properties": {**{name: parameter["schema"] for name, parameter in query.items()}, **form.get("properties", {})},
        "required": [name for name, parameter in query.items() if parameter.get("required")] + form.get("required", []),
    }


def decode(pairs: Iterable[tuple[str, str]]) -> Json:
    """`items[0][price]=x` as {"items": {"0": {"price": "x"}}}: which of these are arrays, only the schema knows."""
    tree: Json = {}
    for key, value in pairs:
        if not (parts := _KEY.fullmatch(key)):
            raise Refused(f"Invalid parameter name: {key}", param=key)
        node, names = tree, [parts[1], *re.findall(r"\[([^\[\]]*)\]", parts[2])]
        for name in names[:-1]:
            node = node.setdefault(name or str(len(node)), {})
            if not isinstance(node, dict):
                raise Refused(f"Invalid parameter: {key} was sent as a value and as a hash", param=key)
        node[names[-1] or str(len(node))] = value
    return tree


def _value(schema: Json, raw: Any, name: str) -> Any:
    if "anyOf" in schema:
        return _any(schema["anyOf"], raw, name)
    return _READERS[schema["type"]](schema, raw, name)


def _any(schemas: list[Json], raw: Any, name: str) -> Any:
    nested = isinstance(raw, dict)
    fitting = [schema for schema in schemas if (schema["type"] in ("object", "array")) == nested]
    # Of `"now" or a timestamp`, the timestamp's refusal says more.
    *others, last = sorted(fitting or schemas[:1], key=lambda schema: "enum" not in schema)
    for schema in others:
        with suppress(Refused):
            return _value(schema, raw, name)
    return _value(last, raw, name)


def _object(schema: Json, raw: Any, name: str) -> Any:
    if not isinstance(raw, dict):
        raise Refused(f"Invalid hash: {name} must be a hash", param=name)
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    if not isinstance(others, dict) and (unknown := [_inside(name, key) for key in raw if key not in known]):
        word = "parameter" if len(unknown) == 1 else "parameters"
        raise Refused(f"Received unknown {word}: {', '.join(unknown)}", code="parameter_unknown", param=unknown[0])
    for key in schema.get("required", []):
        if key not in raw:
            raise required(_inside(name, key))
    return {key: _value(known.get(key, others), value, _inside(name, key)) for key, value in raw.items()}


def _array(schema: Json, raw: Any, name: str) -> Any:
    if not isinstance(raw, dict) or not all(index.isdecimal() for index in raw):
        raise Refused(f"Invalid array: {name} must be an array", param=name)
    return [_value(schema["items"], raw[index], f"{name}[{index}]") for index in sorted(raw, key=int)]


def _string(schema: Json, raw: Any, name: str) -> Any:
    if not isinstance(raw, str):
        raise Refused(f"Invalid string: {name} must be a string", param=name)
    if "enum" in schema and raw not in schema["enum"]:
        raise Refused(f"Invalid {name}: must be one of {', '.join(word for word in schema['enum'] if word)}", param=name)
    if len(raw) > schema.get("maxLength", 5000):
        raise Refused(f"Invalid string: {name} must be at most {schema.get('maxLength', 5000)} characters", param=name)
    if (pattern := _FORMATS.get(schema.get("format", ""))) and not pattern.fullmatch(raw):
        raise Refused(f"Invalid {schema['format']}: {raw}", param=name)
    return raw


def _integer(schema: Json, raw: Any, name: str) -> Any:
    if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,18}", raw):
        raise Refused(f"Invalid integer: {raw}", code="parameter_invalid_integer", param=name)
    return int(raw)


def _number(schema: Json, raw: Any, name: str) -> Any:
    if not isinstance(raw, str) or not _FORMATS["decimal"].fullmatch(raw):
        raise Refused(f"Invalid number: {raw}", param=name)
    return float(raw)


def _boolean(schema: Json, raw: Any, name: str) -> Any:
    if raw not in ("true", "false"):
        raise Refused(f"Invalid boolean: {raw}", param=name)
    return raw == "true"


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


_FORMATS = {"currency": re.compile(r"[A-Za-z]{3}"), "decimal": re.compile(r"-?\d+(\.\d+)?")}
_READERS = {"object": _object, "array": _array, "string": _string, "integer": _integer, "number": _number, "boolean": _boolean}
