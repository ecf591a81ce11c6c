"""The second step at the desk's door: with an app, a passkey or a recovery code; at the first sign-in, set one up."""

from flask import Blueprint, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import actions, authenticator, forms, passkeys
from portal.accounts.actions import ByApp, ByPasskey, ByRecoveryCode, Opened, Said, Stopped, TooMany, Ways, WrongCode
from portal.accounts.current import DESK, DESK_DOOR, current, sign_in
from portal.accounts.models import Over, SecondStep, Staff
from portal.accounts.routes.door import device, signed_in_here, wait
from portal.accounts.tokens import digest
from portal.kit import i18n, web
from portal.kit.clock import now, wall
from portal.kit.db import db, transaction

FIELDS: dict[str, str | None] = {"code": "", "error": None, "recovery_error": None, "passkey_error": None}
"""Of a form that was not sent yet."""
bp = Blueprint("second_step", __name__, url_prefix=DESK_DOOR)


@bp.get("/second-step")
def ask() -> ResponseReturnValue:
    return _elsewhere(to_set_up=False) or _page("accounts/second_step.html")


@bp.post("/second-step")
def take() -> ResponseReturnValue:
    if elsewhere := _elsewhere(to_set_up=False):
        return elsewhere
    if (proof := read_proof()) is None:
        return _page("accounts/second_step.html", 422, **typed_wrong())
    with transaction():
        said = actions.take_second_step(proof, key=_key(), device=device(), instead_of=signed_in_here(), at=now())
    return sign_in(said.key) if isinstance(said, Opened) else _refuse(said, "accounts/second_step.html")


@bp.get("/set-up")
def ask_to_set_up() -> ResponseReturnValue:
    return _elsewhere(to_set_up=True) or _page("accounts/set_up.html")


@bp.post("/set-up")
def set_up() -> ResponseReturnValue:
    if elsewhere := _elsewhere(to_set_up=True):
        return elsewhere
    proof = read_proof()
    if proof is None or isinstance(proof, ByRecoveryCode):
        return _page("accounts/set_up.html", 422, **typed_wrong())
    with transaction():
        said = actions.set_up_second_step(proof, key=_key(), device=device(), instead_of=signed_in_here(), at=now())
    return sign_in(said.key, url_for("your_sign_in.recovery_codes")) if isinstance(said, Opened) else _refuse(said, "accounts/set_up.html")


def read_proof() -> ByApp | ByPasskey | ByRecoveryCode | None:
    """What was sent; None for what is no code at all, which is said and not counted."""
    if answer := request.form.get("credential"):
        return ByPasskey(answer)
    if recovery := request.form.get("recovery"):
        return ByRecoveryCode(recovery)
    code = forms.code(request.form.get("code", ""))
    return ByApp(code, wall()) if code else None


def typed_wrong() -> dict[str, str]:
    if "recovery" in request.form:
        return {"recovery_error": _("Type one of your ten recovery codes.")}
    return {"code": request.form.get("code", ""), "error": _("The app shows six digits. Type those that it shows now.")}


def what_is_wrong(said: WrongCode) -> dict[str, str]:
    """For the field that was filled in."""
    tries = ngettext("one try is left.", "%(num)d tries are left.", said.left)
    if "recovery" in request.form:
        return {"recovery_error": _("This is none of your recovery codes, or it was used; %(tries)s", tries=tries)}
    if "credential" in request.form:
        return {"passkey_error": _("This passkey is not known here; %(tries)s", tries=tries)}
    return {"code": request.form.get("code", ""), "error": _("The app does not show this code now, or it was used; %(tries)s", tries=tries)}


def say_locked(said: TooMany | Stopped) -> None:
    if isinstance(said, Stopped):
        web.say(_("Your sign-in is stopped."), _("Too many tries were wrong. Ask an administrator to reset your second step."), tone="bad")
    else:
        more = _("Begin again with a new mail after %(time)s.", time=i18n.clock_time(said.until))
        web.say(_("Too many wrong tries: this sign-in has ended."), more, tone="bad")


def shown_app(key: str, staff: Staff, ways: Ways) -> dict[str, object]:
    """The app that is offered to whoever has this key: as a picture, and to type by hand."""
    secret = authenticator.new_secret(key, staff, ways.app)
    return {
        "picture": authenticator.picture(secret, staff),
        "secret": authenticator.in_groups(secret),
        "address": authenticator.address(secret, staff),
    }


def _elsewhere(*, to_set_up: bool) -> Response | None:
    """Who is in, who has not begun, and who stands at the wrong one of the two."""
    if current.signed_in and current.signed_in.staff:
        return make_response(redirect(DESK, 303))
    staff = _staff()
    if staff is None:
        if session.pop("second_step", None):
            web.say(_("This sign-in has ended."), _("Begin again with a new mail."), tone="warn")
        return make_response(redirect(DESK_DOOR, 303))
    if actions.ways_of(staff).any is to_set_up:
        return make_response(redirect(url_for(".ask" if to_set_up else ".ask_to_set_up"), 303))
    return None


def _staff() -> Staff | None:
    """Whose mail was proven in this browser, while the second step can still be taken."""
    step = db.session.scalars(SecondStep.with_key(digest(_key()))).one_or_none()
    staff = db.session.get(Staff, step.staff_id) if step and not step.over(at=now()) else None
    return staff if staff and not staff.is_shut_out else None


def _key() -> str:
    return str(session.get("second_step", ""))


def _page(template: str, status: int = 200, **told: str) -> Response:
    staff, key = _staff(), _key()
    if staff is None:
        return make_response(redirect(DESK_DOOR, 303))
    ways = actions.ways_of(staff)
    if ways.any:
        offered: dict[str, object] = {"passkey_options": passkeys.to_sign(key, ways.passkeys) if ways.passkeys else None}
    else:
        offered = {"passkey_options": passkeys.to_register(key, staff, ()), **shown_app(key, staff, ways)}
    return web.page(template, status, ways=ways, staff=staff, does=request.path, **offered, **(FIELDS | told))


def _refuse(said: Said, template: str) -> ResponseReturnValue:
    if isinstance(said, WrongCode):
        return _page(template, 422, **what_is_wrong(said))
    session.pop("second_step", None)
    if isinstance(said, TooMany | Stopped):
        say_locked(said)
    elif said is not Over.SPENT:  # a second tap on the button: whoever sent the first is in
        web.say(_("This sign-in has ended."), _("Begin again with a new mail."), tone="warn")
    answer = make_response(redirect(DESK_DOOR, 303))
    return wait(answer, said.until) if isinstance(said, TooMany) else answer
