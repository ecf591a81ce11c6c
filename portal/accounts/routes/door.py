"""The door: ask for the mail, open its link or type its code, sign out."""

from datetime import datetime
from email.utils import parseaddr
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Blueprint, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import actions, devices, forms, tokens
from portal.accounts.actions import Opened, TooMany, WrongCode
from portal.accounts.current import DESK, DOOR, current, forget, sign_in
from portal.accounts.models import Over, SignIn
from portal.accounts.tokens import Token
from portal.kit import headers, i18n, web
from portal.kit.clock import now
from portal.kit.db import db, transaction

bp = Blueprint("door", __name__)
bp.add_app_template_filter(lambda sender: parseaddr(sender)[1], "mail_address")
PURPOSE = "sign-in"


@bp.get(DOOR)
def ask() -> ResponseReturnValue:
    _browser()  # from here on, so that a form that is sent twice comes from one
    return _elsewhere() or web.page("accounts/sign_in.html", email="", error=None)


@bp.post(DOOR)
def send() -> ResponseReturnValue:
    typed = request.form.get("email", "")
    if elsewhere := _elsewhere():
        return elsewhere
    if (email := forms.address(typed)) is None:
        return web.page("accounts/sign_in.html", 422, email=typed, error=_not_an_address(typed))
    refused = _ask_for(email)
    if refused is None:
        return redirect(url_for("door.sent"), 303)
    _say_too_many_mails(refused)
    return _wait(web.page("accounts/sign_in.html", 429, email=typed, error=None), refused.until)


@bp.get(f"{DOOR}/sent")
def sent() -> ResponseReturnValue:
    return _elsewhere() or _sent_page()


@bp.post(f"{DOOR}/again")
def send_again() -> ResponseReturnValue:
    if elsewhere := _elsewhere():
        return elsewhere
    if (asked := _pending()) is None:
        return redirect(DOOR, 303)
    email, before = asked.email, asked.id
    refused = _ask_for(email)
    if refused:
        _say_too_many_mails(refused)
        return _wait(_sent_page(429), refused.until)
    if (asked := _pending()) and asked.id == before:
        web.say(_("The last mail left just now."), _("Give it half a minute, and look in “Spam”."), tone="warn")
    else:
        web.say(_("A new mail is on its way."), _("Only the newest counts."))
    return redirect(url_for("door.sent"), 303)


@bp.post(f"{DOOR}/code")
def enter_code() -> ResponseReturnValue:
    typed = request.form.get("code", "")
    if elsewhere := _elsewhere():
        return elsewhere
    if (code := forms.code(typed)) is None:
        return _sent_page(422, code=typed, error=_("A code has six digits. Copy them from the newest mail."))
    with transaction():
        said = actions.sign_in_by_code(code, browser=_browser(), device=_device(), instead_of=None, at=now())
    match said:
        case Opened(key):
            return sign_in(key)
        case WrongCode(left):
            tries = ngettext("one try is left.", "%(num)d tries are left.", left)
            error = _("This code is not the one in the newest mail. Look again; %(tries)s", tries=tries)
            return _sent_page(422, code=typed, error=error)
        case TooMany(until):
            more = _("Use the link in a new mail, or type a code after %(time)s.", time=i18n.clock_time(until))
            web.say(_("Too many wrong codes: this one has ended."), more, tone="bad")
            return _wait(_sent_page(429, code=typed), until)
        case over:
            title, sentence = _why(over)
            web.say(title, sentence, tone="bad")
            return _sent_page(410, code=typed)


@bp.get(f"{DOOR}/link/<sealed>")
@headers.no_referrer
def show_link(sealed: str) -> ResponseReturnValue:
    """Says what the button would do, and changes nothing: mail scanners open every link."""
    token = _unsealed(sealed)
    if isinstance(token, Response):
        return token
    asked = actions.find_by_link(token)
    if asked is None:
        return _over_page(Over.REPLACED)
    if over := asked.over(at=now()):
        return _over_page(over)
    user = current.signed_in
    other = user and (user.customer or user.staff)
    return web.page(
        "accounts/link.html", sealed=sealed, email=asked.email, device=asked.device, asked_at=asked.asked_at, until=asked.expires_at,
        other=other.email if other and other.email != asked.email else None,
    )  # fmt: skip


@bp.post(f"{DOOR}/link/<sealed>")
@headers.no_referrer
def enter_by_link(sealed: str) -> ResponseReturnValue:
    token = _unsealed(sealed)
    if isinstance(token, Response):
        return token
    instead_of = current.signed_in.session_id if current.signed_in else None
    with transaction():
        said = actions.sign_in_by_link(token, device=_device(), instead_of=instead_of, at=now())
    return sign_in(said.key) if isinstance(said, Opened) else _over_page(said)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if current.signed_in:
        with transaction():
            actions.sign_out(current.signed_in.session_id, at=now())
    forget()
    web.say(_("You are signed out."))
    answer = redirect(DOOR, 303)
    answer.headers["Clear-Site-Data"] = '"cache"'  # not "cookies": the shop's own, on a neighbouring name, would go as well
    return answer


@bp.app_template_filter()
def masked(email: str) -> str:
    """m•••@example.com: enough for its owner, not for a stranger who opens the link."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def _elsewhere() -> ResponseReturnValue | None:
    """Who is in needs no door."""
    user = current.signed_in
    return redirect(DESK if user.staff else "/", 303) if user else None


def _ask_for(email: str) -> TooMany | None:
    with transaction():
        asked = actions.ask_to_sign_in(email, browser=_browser(), device=_device(), network=_network(), at=now())
    return asked if isinstance(asked, TooMany) else None


def _pending() -> SignIn | None:
    return db.session.scalars(SignIn.pending_in(tokens.digest(_browser()))).one_or_none()


def _browser() -> str:
    """A name for this browser that nobody else knows: a code counts only where it was asked for."""
    if "browser" not in session:
        session["browser"] = tokens.fresh_key()
    return str(session["browser"])


def _device() -> str:
    return devices.words(request.user_agent.string)


def _network() -> str | None:
    """Who asks so often. A private address is that of a proxy in front of us, or of this house: it says nothing."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    if address.is_private:
        return None
    return str(ip_network(f"{address}/64", strict=False) if isinstance(address, IPv6Address) else address)


def _unsealed(sealed: str) -> Token | Response:
    try:
        return tokens.unseal(PURPOSE, sealed)
    except tokens.Altered:
        title, sentence = _("This link is not whole"), _("Open it in the mail again, or copy all of it, up to its last letter.")
    except tokens.OtherPurpose:
        title, sentence = _("This link does something else"), _("It is one of ours, but it signs nobody in.")
    return web.page("accounts/link_over.html", 400, title=title, sentence=sentence)


def _over_page(over: Over) -> Response:
    title, sentence = _why(over)
    return web.page("accounts/link_over.html", 410, title=title, sentence=sentence, here=current.signed_in is not None)


def _sent_page(status: int = 200, code: str = "", error: str | None = None) -> Response:
    asked = _pending()
    if asked is None:
        return make_response(redirect(DOOR, 303))
    is_over = asked.over(at=now()) is not None
    return web.page("accounts/sent.html", status, email=asked.email, until=asked.expires_at, is_over=is_over, code=code, error=error)


def _why(over: Over) -> tuple[str, str]:
    sentences: dict[Over, tuple[str, str]] = {
        Over.SPENT: (_("This was used already"), _("A link and its code work once. Ask for a new mail.")),
        Over.EXPIRED: (_("The ten minutes are over"), _("Ask for a new mail.")),
        Over.REPLACED: (_("There is a newer mail"), _("Only the newest counts. Look for it, or ask for one more.")),
        Over.GUESSED: (_("Too many wrong codes were typed"), _("So this mail has ended, its link too. Ask for a new one.")),
    }
    return sentences[over]


def _not_an_address(typed: str) -> str:
    if not typed.strip():
        return str(_("Type your e-mail address."))
    if "@" not in typed:
        return str(_("An e-mail address has an @ in it, such as mira@example.com."))
    return str(_("This is not a whole e-mail address. It looks like mira@example.com."))


def _say_too_many_mails(refused: TooMany) -> None:
    more = _("Look for the newest and in “Spam”, or ask again after %(time)s.", time=i18n.clock_time(refused.until))
    web.say(_("No further mail for now."), more, tone="bad")


def _wait(answer: Response, until: datetime) -> Response:
    answer.headers["Retry-After"] = str(max(1, round((until - now()).total_seconds())))
    return answer
