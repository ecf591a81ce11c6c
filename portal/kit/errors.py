"""What the portal says when something goes wrong: what happened, and what to do now."""

import logging

from flask import Response, g, make_response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

log = logging.getLogger(__name__)


class SaysWhy(Forbidden):
    """Its description is a sentence for the reader."""


def page(code: int, ours: str | None = None) -> Response:
    """The error as a page of its own; `ours` is a sentence that knows more than the code."""
    try:
        said = {"code": code, "title": title(code), "sentence": ours or sentence(code), "request_id": g.get("request_id")}
        html = render_template("errors/error.html", **said)
    except Exception:  # whatever broke the page may break this one too: then the sentence alone
        log.exception("The error page itself can't be rendered")
        answer = make_response(f"{title(code)}. {ours or sentence(code)}", code)
        answer.mimetype = "text/plain"
        return answer
    return make_response(html, code)


def title(code: int) -> str:
    known: dict[int, str] = {
        400: _("We can’t read this"),
        401: _("Please sign in again"),
        403: _("This is not possible from here"),
        404: _("We can’t find this page"),
        405: _("This address only takes a button"),
        409: _("That can’t be done now"),
        413: _("This file is too large"),
        422: _("Something is missing"),
        429: _("Too many tries"),
        500: _("Something broke on our side"),
        503: _("Closed for a moment"),
    }
    return known.get(code) or str(_("That didn’t work"))


def sentence(code: int) -> str:
    known: dict[int, str] = {
        400: _("The address or what was sent is damaged. Open the page again from the start."),
        401: _("You have been signed out. Sign in again, and you are back here."),
        403: _("You may not do this, or the page was open for too long. Reload it and try again."),
        404: _("It may have moved, or it belongs to somebody else’s account. Check the address, or start from Home."),
        405: _("Go back to the page you came from and use the button there."),
        409: _("Something else changed meanwhile. Reload the page to see how things stand."),
        413: _("Choose a smaller file and send it again. Everything else you typed is kept if you go back."),
        422: _("Go back, check what you filled in, and send it again."),
        429: _("Wait a few minutes, then try again. Nothing has been changed."),
        500: _("We have been told. Reload the page to see how things stand before you try again."),
        503: _("We are back in a few minutes. Nothing is lost, and nothing is charged twice."),
    }
    return known.get(code) or str(_("Reload the page to see how things stand, then try again."))
