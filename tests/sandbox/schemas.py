"""Does an answer fit what Stripe's description says of it, with nothing missing and nothing made up?"""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from sandbox.openapi import OpenApi

Json = dict[str, Any]


class Schemas:
    def __init__(self) -> None:
        self.openapi = OpenApi()
        described = self.openapi.description
        self.components = {"schemas": {name: _strict(schema) for name, schema in described["components"]["schemas"].items()}}
        self.validator = cache(self._validator)

    def problems(self, method: str, path: str, status: int, answer: Json) -> list[str]:
        if status >= 400:
            validator = self.validator("", "")
            answer = answer["error"]
        else:
            operation, _ = self.openapi.find(method, path)
            validator = self.validator(operation.method, operation.path)
        return [f"{method} {path}: {problem.json_path}: {problem.message[:300]}" for problem in validator.iter_errors(answer)]

    def fits(self, name: str, answer: Json) -> bool:
        return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": self.components}).is_valid(answer)

    def _validator(self, method: str, path: str) -> Draft202012Validator:
        error = {"$ref": "#/components/schemas/api_errors"}
        schema = _strict(self.openapi.description["paths"][path][method.lower()]["response"]) if path else error
        return Draft202012Validator(schema | {"components": self.components})


def _strict(schema: Json) -> Json:
    """OpenAPI 3.0 as JSON Schema, and a name that is not described is an error."""
    strict = {key: value for key, value in schema.items() if key in ("type", "enum", "$ref", "required", "maxLength", "pattern")}
    if "properties" in schema:
        strict["properties"] = {name: _strict(value) for name, value in schema["properties"].items()}
        strict["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        strict["additionalProperties"] = _strict(schema["additionalProperties"])
    if "items" in schema:
        strict["items"] = _strict(schema["items"])
    if "anyOf" in schema:
        strict["anyOf"] = [_strict(alternative) for alternative in schema["anyOf"]]
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") else strict
