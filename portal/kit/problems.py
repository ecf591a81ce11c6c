"""How the portal tells a program what went wrong: application/problem+json (RFC 9457)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

TYPE = "application/problem+json"
PROGRAMS = "/api/"
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True)
class Kind:
    """Something that goes wrong in a way that a program may tell from others."""

    slug: str
    status: int
    title: str

    @property
    def url(self) -> str:
        """Where it is explained."""
        return f"{current_app.config['PORTAL_BASE_URL']}{PROGRAMS}v1/#{self.slug}"


@dataclass(frozen=True)
class Fault:
    """What is wrong in one place of what was sent."""

    pointer: str
    """A JSON pointer (RFC 6901) into the body; for a parameter, its name."""
    detail: str


REFUSED = Kind("refused", 409, "A rule says no")


class Problem(HTTPException):
    def __init__(self, kind: Kind, detail: str, faults: Sequence[Fault] = (), headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.code, self.faults, self.more = kind, kind.status, tuple(faults), headers or {}

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return list(self.more.items())


def for_programs() -> bool:
    """Whether a program asks, not a browser: below this address no cookie is read, and none is set."""
    return request.path.startswith(PROGRAMS)


def body_of(error: HTTPException) -> dict[str, Any]:
    code = error.code or 500
    phrase = HTTPStatus(code).phrase
    if isinstance(error, Problem):
        told: dict[str, Any] = {"type": error.kind.url, "title": error.kind.title, "status": code, "detail": error.description}
        if error.faults:
            told["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    else:
        told = {"type": "about:blank", "title": phrase, "status": code, "detail": _detail(code)}
    return {**told, "request_id": g.get("request_id", "")}


def answer(error: HTTPException) -> Response:
    told = Response(json.dumps(body_of(error)), status=error.code or 500, mimetype=TYPE)
    told.headers.extend((name, value) for name, value in error.get_headers() if name in KEPT_HEADERS)
    return told


def refused(reason: str) -> Response:
    """A rule of the business said no, in its own sentence."""
    return answer(Problem(REFUSED, reason))


def _detail(code: int) -> str:
    known = {
        400: "The request can't be read.",
        404: "Nothing is at this address.",
        405: "This address does not take this method.",
        413: "The body is larger than this address takes.",
        500: "Something broke on our side, and nothing was changed. We have been told.",
    }
    return known.get(code, HTTPStatus(code).description or HTTPStatus(code).phrase)
