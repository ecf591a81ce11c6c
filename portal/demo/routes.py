"""The demo's own pages. None of them exists elsewhere."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape
from pyotp import TOTP

from portal.demo import time_passes
from portal.demo.people import STAFF
from portal.kit import clock, headers, i18n, web
from portal.kit.csrf import csrf_exempt

bp = Blueprint("demo", __name__, url_prefix="/demo")
NEWEST = 50
"""So many mails are listed."""


@dataclass(frozen=True)
class Letter:
    """A mail, as the mailbox shows it."""

    name: str
    to: str
    subject: str
    at: datetime
    text: Markup
    code: str | None


@bp.get("/mailbox")
def mailbox() -> ResponseReturnValue:
    names = sorted((path.stem for path in _folder().glob("*.eml")), reverse=True)[:NEWEST]
    codes = [(worker.name, TOTP(worker.secret).at(clock.wall())) for worker in STAFF]
    apps = [(name, f"{code[:3]} {code[3:]}") for name, code in codes]
    return web.page("demo/mailbox.html", letters=[_letter(name) for name in names], apps=apps)


@bp.get("/mailbox/<int(max=99999999999999999999):number>")
def mail(number: int) -> ResponseReturnValue:
    """The mail as a mail reader would show it. Its styles are inline; scripts stay forbidden."""
    headers.also_allow("style-src", "'unsafe-inline'")
    body = _read(f"{number:020}").get_body(("html",)) or abort(404)
    return str(body.get_content())


@bp.post("/clock")
@csrf_exempt
def move_clock() -> ResponseReturnValue:
    """Let time pass, here and at the stand-in for Stripe: `days`, `hours`, `seconds`, any of them. What falls due meanwhile happens."""
    sent = request.get_json(silent=True) or request.form
    try:
        by = timedelta(**{unit: float(sent[unit]) for unit in ("days", "hours", "seconds") if unit in sent})
        if not timedelta(0) < by <= timedelta(days=800):
            raise ValueError
    except (ValueError, OverflowError, TypeError):
        return {"error": "Say how far to move it: days, hours or seconds, forward, at most 800 days."}, 422
    moved = time_passes.move(by)
    if request.accept_mimetypes.accept_html and not request.accept_mimetypes.accept_json:
        web.say(_("The clock was moved."), i18n.short_moment(moved))
        return redirect(url_for("demo.mailbox"), 303)
    return {"now": moved.isoformat()}


def _folder() -> Path:
    return Path(current_app.config["MAILBOX_FOLDER"])


def _read(name: str) -> EmailMessage:
    try:
        message = message_from_bytes((_folder() / f"{name}.eml").read_bytes(), policy=default)
    except FileNotFoundError:
        abort(404)
    assert isinstance(message, EmailMessage)  # noqa: S101 (what this policy makes)
    return message


def _letter(name: str) -> Letter:
    message = _read(name)
    body = message.get_body(("plain",))
    text = str(body.get_content()).replace("\r\n", "\n").strip() if body else ""
    code = re.search(r"^ {4}(\d{3} \d{3})$", text, re.MULTILINE)
    return Letter(
        name, str(message["To"]), str(message["Subject"]), parsedate_to_datetime(message["Date"]), _with_links(text), code and code[1]
    )


def _with_links(text: str) -> Markup:
    """Addresses that begin with http become links; nothing else becomes anything."""
    parts = re.split(r"(https?://[^\s<>\"]+)", text)
    return Markup().join(
        Markup('<a href="{0}">{0}</a>').format(part) if position % 2 else escape(part) for position, part in enumerate(parts)
    )
