"""One way for every request: who asks, may they, is it a repetition, what does it say; then deed and answer in one transaction."""

import inspect
import re
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from portal.api import actions, kinds
from portal.api.actions import Caller
from portal.api.endpoints import ENDPOINTS, PLACES, Answer, Call, Endpoint
from portal.api.forms import read_body, read_query
from portal.api.models import Scope
from portal.api.shown import Shown
from portal.kit import problems
from portal.kit.clock import now
from portal.kit.csrf import csrf_exempt
from portal.kit.db import transaction
from portal.kit.problems import Fault, Problem
from portal.kit.refusal import Refusal
from portal.timeline import Actor

bp = Blueprint("api", __name__, url_prefix="/api/v1")
LARGEST = 4 * 1024 * 1024
"""Bytes of a body: more than an order of 10,000 lines needs."""
JSON = "application/json"
BEARER = {"WWW-Authenticate": "Bearer"}
Told = TypeVar("Told", bound=BaseModel)
Gives = dict[int, tuple[type[Shown], str]]


def serve(
    method: str, path: str, scope: Scope, takes: type[Told], gives: Gives, example: str = ""
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Put a view at an address. Its docstring is its description; what it takes and gives is checked, and described, by the classes."""

    def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
        summary, _, more = inspect.cleandoc(view.__doc__ or "").partition("\n")
        places = tuple(re.findall(r"<(?:path:)?(\w+)>", path))
        found = Endpoint(view.__name__, method, path, scope, takes, gives, summary, more.strip(), places, example)
        ENDPOINTS.append(found)

        def served(**places: str) -> Response:
            return _change(found, view, places) if found.changes else _read(found, view, places)

        served.scope = scope  # type: ignore[attr-defined]
        bp.add_url_rule(path, view.__name__, csrf_exempt(served) if found.changes else served, methods=[method])
        return view

    return register


def _read(endpoint: Endpoint, view: Callable[..., Answer], places: dict[str, str]) -> Response:
    caller = _let_in(endpoint.scope)
    _check(places)
    answer = view(_call(read_query(request.args, endpoint.takes), caller), **places)
    return Response(answer.shown.model_dump_json(), answer.status, mimetype=JSON)


def _change(endpoint: Endpoint, view: Callable[..., Answer], places: dict[str, str]) -> Response:
    caller = _let_in(endpoint.scope)
    _check(places)
    body = _body()
    turn = _turn(caller, body)
    if isinstance(turn, actions.KeptAnswer):
        again = Response(turn.body, turn.status, mimetype=turn.content_type)
        again.headers["Idempotency-Replayed"] = "true"
        return again
    try:
        call = _call(read_body(body, endpoint.takes), caller)
        with transaction():
            done = view(call, **places)
            answer = actions.KeptAnswer(done.status, JSON, done.shown.model_dump_json())
            if turn:
                actions.keep(turn, answer)
    except Refusal as refusal:
        answer = _refused(turn, Problem(kinds.REFUSED, str(refusal)))
    except actions.Overtaken:
        raise _in_flight() from None
    except HTTPException as error:
        answer = _refused(turn, error)
    except Exception:
        if turn:
            with transaction():
                actions.give_up(turn)
        raise
    return Response(answer.body, answer.status, mimetype=answer.content_type)


def _refused(turn: actions.Turn | None, error: HTTPException) -> actions.KeptAnswer:
    """A refusal is an answer like any other, and the same the next time: what the view had begun is undone by now."""
    told = problems.answer(error)
    answer = actions.KeptAnswer(told.status_code, problems.TYPE, told.get_data(as_text=True))
    if turn:
        with transaction():
            actions.keep(turn, answer)
    return answer


def _let_in(scope: Scope) -> Caller:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not given:
        raise Problem(kinds.NO_KEY, "Send Authorization: Bearer and a key.", headers=BEARER)
    try:
        with transaction():
            caller = actions.let_in(given.strip(), at=now())
    except actions.TooFast as much:
        seconds = max(1, -int(-much.wait.total_seconds() // 1))
        raise Problem(kinds.TOO_FAST, f"Wait {seconds} s.", headers={"Retry-After": str(seconds)}) from None
    if caller is None:
        raise Problem(kinds.NO_KEY, "This key is unknown, or was revoked.", headers=BEARER)
    if scope not in caller.scopes:
        raise Problem(kinds.NO_SCOPE, f"This needs a key with the scope {scope}.")
    return caller


def _check(places: dict[str, str]) -> None:
    for name, value in places.items():
        try:
            PLACES[name][1].validate_python(value)
        except ValidationError as error:
            fault = Fault(name, error.errors()[0]["msg"].removeprefix("String "))
            raise Problem(kinds.BAD_PARAMETER, f"{name} in the address {fault.detail}.", [fault]) from None


def _body() -> bytes:
    if request.mimetype != JSON:
        raise Problem(kinds.WRONG_TYPE, f"The Content-Type is {request.mimetype!r}." if request.mimetype else "There is no Content-Type.")
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise Problem(kinds.TOO_LARGE, f"The body has {request.content_length} bytes, and may have {LARGEST}.")
    return request.get_data(cache=False)


def _turn(caller: Caller, body: bytes) -> actions.Turn | actions.KeptAnswer | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", given):
        detail = "Idempotency-Key takes 1 to 255 visible characters of ASCII, without blanks."
        raise Problem(kinds.BAD_PARAMETER, detail, [Fault("Idempotency-Key", "can't be taken")])
    fingerprint = sha256(f"{request.method} {request.full_path}\n".encode() + body).hexdigest()
    try:
        with transaction():
            return actions.begin(caller.key_id, given, fingerprint, at=now())
    except actions.InFlight:
        raise _in_flight() from None
    except actions.SentBefore:
        raise Problem(kinds.KEY_REUSED, "Another request was sent under this Idempotency-Key.") from None


def _in_flight() -> Problem:
    return Problem(kinds.IN_FLIGHT, "The same request is being done at this moment.", headers={"Retry-After": "1"})


def _call(told: Told, caller: Caller) -> Call[Told]:
    return Call(told, caller.scopes, Actor(system=f"API key {caller.name}"), now())
