"""How the portal answers a browser, with or without htmx."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from jinja2_fragments.flask import render_block
from sqlalchemy import Select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from portal.kit import assets, compression, csrf, errors, headers, i18n, problems, uploads
from portal.kit.db import db
from portal.kit.refusal import Refusal

Row = TypeVar("Row")


LARGEST_ID = 2**31 - 1
"""Of a row, on both databases. A larger number in an address is not there."""


class IdConverter(IntegerConverter):
    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST_ID, **kwargs})


def init_app(app: Flask) -> None:
    """What stands above each page (`watch`), and why a form or a link is closed, is said by the room that knows who asks."""
    app.url_map.converters["int"] = IdConverter
    compression.init_app(app)
    headers.init_app(app)
    uploads.init_app(app)
    csrf.init_app(app)
    assets.init_app(app)
    i18n.init_app(app)
    app.before_request(read_address)
    app.register_error_handler(Refusal, say_no)
    app.register_error_handler(HTTPException, say_what_went_wrong)
    app.jinja_env.globals.update(notices=notices, watch=lambda: "", closed=lambda path: "", closed_link=lambda path: "")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def read_address() -> None:
    """No address of ours has a NUL in it, and PostgreSQL takes none in a text. What programs ask with is looked at where it is read."""
    asked = () if problems.for_programs() else request.args.values()
    if "\x00" in request.path or any("\x00" in value for value in asked):
        abort(404)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page; or, for htmx, the one block its target is named after, and the notice."""
    target = request.headers.get("HX-Target", "").rpartition("#")[2]
    if target in current_app.jinja_env.get_template(template).blocks:
        html = render_block(template, target, **context) + render_template("layout/_notice.html", swap=True, into=target)
    elif "HX-Request" in request.headers:  # this page has no such part (a sheet is done, the session is over): go there
        same = came_from().partition("?")[0] == request.path
        go = {"HX-Refresh": "true"} if same else {"HX-Redirect": request.full_path.rstrip("?")}
        return make_response("", go)  # and leave the notice for then
    else:
        html = render_template(template, **context)
    return make_response(html, status)


def network() -> str | None:
    """Who asks so often. A private address is that of a proxy in front of us, or of this house: it says nothing."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    if address.is_private:
        return None
    return str(ip_network(f"{address}/64", strict=False) if isinstance(address, IPv6Address) else address)


def one_or_404(query: Select[Row]) -> Row:
    """The one row that the query finds. Not yours and not there are the same 404."""
    row: Row | None = db.session.scalars(query).one_or_none()
    return row if row is not None else abort(404)


def say(text: str, more: str = "", *, undo: str | None = None, tone: str = "good") -> None:
    """Put a notice on the page that is shown next: `text`, and `more` in a second voice; `undo` is a URL to post to."""
    session["notices"] = [*session.get("notices", []), {"text": str(text), "more": str(more), "undo": undo, "tone": tone}]


def notices() -> list[dict[str, str | None]]:
    """What was said since the last page. Shown once: whoever asks takes it away."""
    if "notices" in session:
        g.notices = session.pop("notices")
    shown: list[dict[str, str | None]] = g.get("notices", [])
    return shown


def say_no(refusal: Refusal) -> ResponseReturnValue:
    """A refused change shows the page it came from again, with the reason on it."""
    if problems.for_programs():
        return problems.refused(str(refusal))
    g.refusal = type(refusal).__name__
    back = came_from()
    if request.method in ("GET", "HEAD") and urlsplit(back).path == request.path:  # that page is the one that refuses
        return errors.page(409, str(refusal))
    say(str(refusal), tone="bad")
    return redirect(back, 303)


def came_from() -> str:
    """The path of the page that asked, if it is one of ours, else home. Never an address: a Referer is anybody's word."""
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:
        return "/"
    if parts.netloc != request.host:
        return "/"
    path = "/" + parts.path.replace("\\", "/").lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


def say_what_went_wrong(error: HTTPException) -> ResponseReturnValue:
    """A page of its own; or, for htmx, a notice only, so that what was typed stays; or, for a program, a problem."""
    if problems.for_programs():
        return problems.answer(error)
    code = error.code or 500
    ours = error.description if isinstance(error, errors.SaysWhy) else None
    if "HX-Request" in request.headers:
        say(ours or errors.sentence(code), tone="bad")
        answer = make_response(render_template("layout/_notice.html", swap=True), code)
    else:
        answer = errors.page(code, ours)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After"))
    return answer
