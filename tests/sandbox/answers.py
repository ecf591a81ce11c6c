"""Holds what the stand-in answers against Stripe's description, in whichever test it is asked; each shape of an answer once."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from flask import Flask, Response, request

import sandbox
from sandbox.app import Sandbox
from sandbox.serving import serving
from tests.sandbox.schemas import Schemas

Answer = tuple[str, str, int, bytes]
WORD = re.compile(r"[a-z_.]{1,60}")
"""May be one of a list of words that are allowed; any other text is as good as the next."""
_fitting: set[int] = set()
_schemas = cache(Schemas)


@contextmanager
def stand_in(now: int | None = None) -> Iterator[str]:
    """One of the test's own, over real HTTP: its address. Fails at the end if an answer did not fit."""
    with played(now) as (url, _):
        yield url


@contextmanager
def played(now: int | None = None) -> Iterator[tuple[str, Sandbox]]:
    """The same, and the stand-in itself."""
    app, played = sandbox.create_app(now=now)
    with watched(app), serving(app, played) as url:
        yield url, played


@contextmanager
def watched(app: Flask) -> Iterator[None]:
    """Nothing is looked at before the end, so that no answer is late."""
    answers: list[Answer] = []
    lock = Lock()

    @app.after_request
    def remember(response: Response) -> Response:
        if request.path.startswith("/v1/") and not response.is_streamed:  # what a fault breaks off is no answer
            with lock:
                answers.append((request.method, request.path, response.status_code, response.get_data()))
        return response

    yield
    problems = misfits(answers)
    assert not problems, problems


def misfits(answers: list[Answer]) -> list[str]:
    """What does not fit, with its address."""
    problems: list[str] = []
    for method, path, status, body in answers:
        answer = json.loads(body)
        operation = _schemas().openapi.find(method, path)[0].path if status < 400 else ""
        known = hash((method, operation, status >= 400, _shape(answer)))
        if known in _fitting:
            continue
        if found := _schemas().problems(method, path, status, answer):
            problems += found
        else:
            _fitting.add(known)
    return problems


def _shape(answer: Any) -> Any:
    """What two answers have in common of which one fits if the other does."""
    if isinstance(answer, dict):
        return tuple(sorted((name, _shape(value)) for name, value in answer.items()))
    if isinstance(answer, list):
        return frozenset(_shape(entry) for entry in answer)
    if isinstance(answer, str):
        return answer if WORD.fullmatch(answer) else "…" if len(answer) <= 500 else "……"
    return answer if answer is None or isinstance(answer, bool) else type(answer)
