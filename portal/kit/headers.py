"""What every answer carries to keep the reader safe, and which host names are ours."""

import re
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from secrets import token_hex
from typing import ParamSpec
from urllib.parse import urlsplit

import structlog
from flask import Flask, abort, current_app, g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from portal.kit.origin import NOWHERE, Origin, comes_from

P = ParamSpec("P")

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}
TWO_YEARS = 63072000


def init_app(app: Flask) -> None:
    https = app.config["PORTAL_BASE_URL"].startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-portal" if https else "portal",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.before_request(name_the_request)
    app.before_request(check_host)
    app.after_request(protect)
    app.teardown_request(lambda _: comes_from(NOWHERE))


def name_the_request() -> None:
    """One name for a request in the logs here, in those of the proxy, in the history, and on the error page."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    comes_from(Origin(g.request_id, request.remote_addr))


def check_host() -> ResponseReturnValue | None:
    """Only our own name: a link or a cache built from somebody else's would lead there."""
    if request.path in ("/healthz", "/readyz"):
        return None  # a machine that looks after us asks by our address
    base = urlsplit(current_app.config["PORTAL_BASE_URL"])
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        host = ""
    if host != base.hostname and not (_is_at_home(host) and (current_app.config["DEMO"] or current_app.testing or current_app.debug)):
        abort(400)
    if base.scheme == "https" and request.headers.get("X-Forwarded-Proto") == "http":
        return redirect(f"{base.scheme}://{base.netloc}{request.full_path.rstrip('?')}", 308)
    return None


def also_allow(directive: str, source: str) -> None:
    """Let this one page use something of another origin (the payment form of the provider)."""
    g.setdefault("also_allowed", []).append((directive, source))


def no_referrer(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """For a page with a secret in its address: not even our own logs see it as where the next request came from."""

    @wraps(view)
    def quiet(*args: P.args, **kwargs: P.kwargs) -> Response:
        answer = make_response(view(*args, **kwargs))
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return quiet


def policy(more: list[tuple[str, str]]) -> str:
    allowed = dict(POLICY)
    for directive, source in more:
        allowed[directive] = f"{allowed.get(directive, '')} {source}".strip()
    return "; ".join(f"{directive} {sources}" for directive, sources in allowed.items())


def for_everything(app: Flask) -> dict[str, str]:
    """What a static file carries as well."""
    https = app.config["PORTAL_BASE_URL"].startswith("https:")
    strict = {"Strict-Transport-Security": f"max-age={TWO_YEARS}; includeSubDomains"} if https else {}
    return {**FIXED, **strict, "Referrer-Policy": "same-origin"}


def protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy(g.get("also_allowed", [])))
    for name, value in for_everything(current_app).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")  # neither a proxy nor Back after signing out may show it
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    response.vary.update(["HX-Request", "HX-Target"])
    return response


def _is_at_home(host: str) -> bool:
    """This machine, or one in the same house: where a demo is looked at from a phone."""
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
