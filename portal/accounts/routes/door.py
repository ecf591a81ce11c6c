"""The two doors, customers' and staff's: ask for the mail, open its link or type its code, sign out. At the desk, a second step follows."""

from datetime import datetime
from email.utils import parseaddr

from flask import Blueprint, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import actions, devices, forms, tokens
from portal.accounts.actions import Opened, TooMany, WrongCode
from portal.accounts.current import DESK, DESK_DOOR, DOOR, current, forget, sign_in, welcome
from portal.accounts.models import Over, SignIn
from portal.accounts.tokens import Token
from portal.kit import csrf, headers, i18n, web
from portal.kit.clock import now
from portal.kit.db import db, transaction

bp, desk = Blueprint("door", __name__), Blueprint("desk_door", __name__, url_prefix=DESK)
bp.add_app_template_filter(lambda sender: parseaddr(sender)[1], "mail_address")


@bp.get(DOOR)
@desk.get(DOOR)
def ask() -> ResponseReturnValue:
    _browser()  # from here on, so that a form that is sent twice comes from one
    return _elsewhere() or web.page("accounts/sign_in.html", email="", error=None)


@bp.post(DOOR)
@desk.post(DOOR)
def send() -> ResponseReturnValue:
    typed = request.form.get("email", "")
    if elsewhere := _elsewhere():
        return elsewhere
    if (email := forms.address(typed)) is None:
        return web.page("accounts/sign_in.html", 422, email=typed, error=_not_an_address(typed))
    refused = _ask_for(email)
    if refused is None:
        return redirect(url_for(".sent"), 303)
    _say_too_many_mails(refused)
    return wait(web.page("accounts/sign_in.html", 429, email=typed, error=None), refused.until)


@bp.get(f"{DOOR}/sent")
@desk.get(f"{DOOR}/sent")
def sent() -> ResponseReturnValue:
    return _elsewhere() or _sent_page()


@bp.post(f"{DOOR}/again")
@desk.post(f"{DOOR}/again")
def send_again() -> ResponseReturnValue:
    if elsewhere := _elsewhere():
        return elsewhere
    if (asked := _pending()) is None:
        return redirect(url_for(".ask"), 303)
    email, before = asked.email, asked.id
    refused = _ask_for(email)
    if refused:
        _say_too_many_mails(refused)
        return wait(_sent_page(429), refused.until)
    if (asked := _pending()) and asked.id == before:
        web.say(_("The last mail left just now."), _("Give it half a minute, and look in “Spam”."), tone="warn")
    else:
        web.say(_("A new mail is on its way."), _("Only the newest counts."))
    return redirect(url_for(".sent"), 303)


@bp.post(f"{DOOR}/code")
@desk.post(f"{DOOR}/code")
def enter_code() -> ResponseReturnValue:
    typed = request.form.get("code", "")
    if elsewhere := _elsewhere():
        return elsewhere
    if (code := forms.code(typed)) is None:
        return _sent_page(422, code=typed, error=_("A code has six digits. Copy them from the newest mail."))
    with transaction():
        if _is_desk():
            said = actions.begin_by_code(code, browser=_browser(), at=now())
        else:
            said = actions.sign_in_by_code(code, browser=_browser(), device=device(), instead_of=signed_in_here(), at=now())
    match said:
        case Opened(key):
            return _go_on(key)
        case WrongCode(left):
            tries = ngettext("one try is left.", "%(num)d tries are left.", left)
            error = _("This code is not the one in the newest mail. Look again; %(tries)s", tries=tries)
            return _sent_page(422, code=typed, error=error)
        case TooMany(until):
            more = _("Use the link in a new mail, or type a code after %(time)s.", time=i18n.clock_time(until))
            web.say(_("Too many wrong codes: this one has ended."), more, tone="bad")
            return wait(_sent_page(429, code=typed), until)
        case over:
            title, sentence = _why(over)
            web.say(title, sentence, tone="bad")
            return _sent_page(410, code=typed)


@bp.get(f"{DOOR}/link/<sealed>")
@desk.get(f"{DOOR}/link/<sealed>")
@headers.no_referrer
def show_link(sealed: str) -> ResponseReturnValue:
    """Says what the button would do, and changes nothing: mail scanners open every link."""
    token = _unsealed(sealed)
    if isinstance(token, Response):
        return token
    asked = actions.find_by_link(token, for_desk=_is_desk())
    if asked is None:
        return _over_page(Over.REPLACED)
    if over := asked.over(at=now()):
        return _over_page(over)
    user = current.signed_in
    other = user and (user.customer or user.staff)
    is_other = other and (other.email != asked.email or bool(user and user.staff) != _is_desk())
    return web.page(
        "accounts/link.html", sealed=sealed, email=asked.email, device=asked.device, asked_at=asked.asked_at, until=asked.expires_at,
        other=other.email if other and is_other else None,
    )  # fmt: skip


@bp.post(f"{DOOR}/link/<sealed>")
@desk.post(f"{DOOR}/link/<sealed>")
@headers.no_referrer
def enter_by_link(sealed: str) -> ResponseReturnValue:
    token = _unsealed(sealed)
    if isinstance(token, Response):
        return token
    with transaction():
        if _is_desk():
            said = actions.begin_by_link(token, at=now())
        else:
            said = actions.sign_in_by_link(token, device=device(), instead_of=signed_in_here(), at=now())
    return _go_on(said.key) if isinstance(said, Opened) else _over_page(said)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    door = DESK_DOOR if current.signed_in and current.signed_in.staff else DOOR
    if current.signed_in:
        with transaction():
            actions.sign_out(current.signed_in.session_id, at=now())
    forget()
    web.say(_("You are signed out."))
    answer = redirect(door, 303)
    answer.headers["Clear-Site-Data"] = '"cache"'  # not "cookies": the shop's own, on a neighbouring name, would go as well
    return answer


@bp.app_template_filter()
def masked(email: str) -> str:
    """m•••@example.com: enough for its owner, not for a stranger who opens the link."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def _is_desk() -> bool:
    return request.blueprint == desk.name


@bp.errorhandler(csrf.TooOld)
@desk.errorhandler(csrf.TooOld)
def come_back(error: csrf.TooOld) -> ResponseReturnValue:
    """A form of a door that was open for longer than its cookie lived: nothing was done, and it is there again, with what was typed.

    htmx swaps in no 403: there it is a form that has to be sent once more.
    """
    if request.endpoint == "door.sign_out":
        return web.say_what_went_wrong(error)
    welcome()
    status = 422 if "HX-Request" in request.headers else 403
    web.say(_("Not sent yet."), _("This page was open for too long. What you typed is still here: send it once more."), tone="warn")
    if elsewhere := _elsewhere():
        return elsewhere
    if "sealed" in (request.view_args or {}):
        answer = make_response(show_link(**(request.view_args or {})))
        answer.status_code = status if answer.status_code == 200 else answer.status_code
        return answer
    if _pending() and "email" not in request.form:
        return _sent_page(status, code=request.form.get("code", ""))
    return web.page("accounts/sign_in.html", status, email=request.form.get("email", ""), error=None)


def _elsewhere() -> ResponseReturnValue | None:
    """Who is in needs no door, but to the other side: whoever goes through leaves here."""
    user = current.signed_in
    if _is_desk():
        return redirect(DESK, 303) if user and user.staff else None
    return redirect("/", 303) if user and user.customer else None


def _go_on(key: str) -> ResponseReturnValue:
    if not _is_desk():
        return sign_in(key)
    session["second_step"] = key
    return redirect(url_for("second_step.ask"), 303)


def signed_in_here() -> int | None:
    """The session that gives way to another in this browser."""
    return current.signed_in.session_id if current.signed_in else None


def _ask_for(email: str) -> TooMany | None:
    with transaction():
        asked = actions.ask_to_sign_in(email, browser=_browser(), device=device(), network=web.network(), at=now(), for_desk=_is_desk())
    return asked if isinstance(asked, TooMany) else None


def _pending() -> SignIn | None:
    return db.session.scalars(SignIn.pending_in(tokens.digest(_browser()), for_desk=_is_desk())).one_or_none()


def _browser() -> str:
    """A name for this browser that nobody else knows: a code counts only where it was asked for."""
    if "browser" not in session:
        session["browser"] = tokens.fresh_key()
    return str(session["browser"])


def device() -> str:
    return devices.words(request.user_agent.string)


def _unsealed(sealed: str) -> Token | Response:
    try:
        return tokens.unseal(tokens.PURPOSES[_is_desk()], sealed)
    except tokens.Altered:
        title, sentence = _("This link is not whole"), _("Open it in the mail again, or copy all of it, up to its last letter.")
    except tokens.OtherPurpose:
        title, sentence = _("This link does something else"), _("It is one of ours, but it signs nobody in.")
    return web.page("accounts/link_over.html", 400, title=title, sentence=sentence)


def _over_page(over: Over) -> Response:
    title, sentence = _why(over)
    return web.page("accounts/link_over.html", 410, title=title, sentence=sentence, here=_elsewhere() is not None)


def _sent_page(status: int = 200, code: str = "", error: str | None = None) -> Response:
    asked = _pending()
    if asked is None:
        return make_response(redirect(url_for(".ask"), 303))
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


def wait(answer: Response, until: datetime) -> Response:
    answer.headers["Retry-After"] = str(max(1, round((until - now()).total_seconds())))
    return answer
