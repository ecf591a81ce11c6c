"""One of the shop's systems: it has a key, and checks that each answer is as described."""

import json
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from portal.api import actions
from portal.api.models import Scope
from portal.api.openapi import described
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.timeline import Actor

EVERYTHING = tuple(Scope)
BY = Actor(system="a test")


class System:
    def __init__(self, app: Flask, *scopes: Scope, name: str = "warehouse") -> None:
        self.app = app
        with app.app_context(), transaction():
            self.key = actions.add_key(name, scopes or EVERYTHING, by=BY, at=now())
        self.answer: TestResponse

    def get(self, path: str, expect: int = 200, **more: Any) -> Any:
        return self.ask("GET", path, expect=expect, **more)

    def put(self, path: str, told: Any, expect: int = 200, **more: Any) -> Any:
        return self.ask("PUT", path, told, expect, **more)

    def post(self, path: str, told: Any, expect: int = 200, **more: Any) -> Any:
        return self.ask("POST", path, told, expect, **more)

    def ask(self, method: str, path: str, told: Any = None, expect: int | None = 200, repeat: str | None = None, **more: Any) -> Any:
        """Returns what the answer holds. `told` is sent as JSON; bytes as they are. `repeat` is an Idempotency-Key.

        With `expect` None, any status will do.
        """
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": repeat} if repeat else {}) | more.pop("headers", {})
        if told is not None:
            headers.setdefault("Content-Type", "application/json")
            more["data"] = told if isinstance(told, bytes) else json.dumps(told)
        # A context of its own: one that a test holds open would carry the last request's reader into this one.
        with self.app.app_context():
            self.answer = self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)
        content = self.answer.get_json(force=True)
        assert expect in (None, self.answer.status_code), f"{method} {path}: {self.answer.status}: {content}"
        self._check(content)
        return content

    def _check(self, content: Any) -> None:
        assert "Set-Cookie" not in self.answer.headers
        if self.answer.status_code >= 400:
            assert self.answer.mimetype == "application/problem+json"
            fits(content, "Problem")
        else:
            assert self.answer.mimetype == "application/json"


def fits(content: Any, schema: str) -> None:
    document = described("")
    where = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    Draft202012Validator(where).validate(content)
