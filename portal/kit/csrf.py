"""Makes sure that a change was asked for by a page of ours: where the request comes from, and a token in each form."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hmac import compare_digest
from secrets import token_bytes
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session
from flask_babel import gettext as _

from portal.kit.errors import SaysWhy

LENGTH = 32
View = TypeVar("View", bound=Callable[..., object])


class NotFromHere(SaysWhy):
    """Something else than a page of ours sent this, or the page is older than the session."""


class TooOld(NotFromHere):
    """The browser itself says that a page of ours sent it; only the token is of another session, or there is none any more."""


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csrf_token"] = token
    app.before_request(check)


def csrf_exempt(view: View) -> View:
    """For a webhook: it carries no cookie, and proves by a signature who sent it."""
    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def exempt_endpoints(app: Flask) -> set[str]:
    """The endpoints that anybody may post to. A house test compares them with the list of webhooks."""
    return {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "csrf_exempt")}


def token() -> str:
    """The session's secret under a fresh mask: pages are compressed, and a text that stays the same could be guessed
    from their length (BREACH)."""
    if "csrf" not in session:
        rotate()
    secret, mask = _bytes(session["csrf"]), token_bytes(LENGTH)
    return _text(mask + _xor(secret, mask))


def rotate() -> None:
    """A new secret, at sign-in: one that was planted before is worth nothing afterwards."""
    session["csrf"] = _text(token_bytes(LENGTH))


def check() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in ("GET", "HEAD", "OPTIONS", "TRACE") or view is None or hasattr(view, "csrf_exempt"):
        return
    if not _comes_from_here():
        raise NotFromHere(_("This was not sent from a page of ours. Open the page here and try again."))
    if not _is_ours(request.form.get("csrf_token", "")):
        kind = TooOld if _is_shown_to_come_from_here() else NotFromHere
        raise kind(_("This page was open for too long. Reload it and try again."))


def _comes_from_here() -> bool:
    """What the browser says itself. An old one says nothing, then the token decides alone."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin in _ours()


def _is_shown_to_come_from_here() -> bool:
    """Not only by nothing that speaks against it: no page of others can have these headers."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return request.headers.get("Origin") in _ours()


def _ours() -> tuple[str, str]:
    return request.host_url.rstrip("/"), _origin(current_app.config["PORTAL_BASE_URL"])


def _is_ours(sent: str) -> bool:
    try:
        raw = _bytes(sent)
    except ValueError:
        return False
    secret = session.get("csrf")
    return secret is not None and len(raw) == 2 * LENGTH and compare_digest(_xor(raw[LENGTH:], raw[:LENGTH]), _bytes(secret))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
