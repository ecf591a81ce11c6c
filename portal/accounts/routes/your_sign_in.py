"""What a member of staff signs in with: see it, change it, and prove it again before that."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import actions, passkeys
from portal.accounts.actions import ByPasskey, ByRecoveryCode, Opened, Stopped, TooMany, WrongCode
from portal.accounts.current import DESK, DESK_DOOR, current, forget, freshly, renew, staff_only
from portal.accounts.models import Passkey, Role, Session, Staff
from portal.accounts.routes.door import device
from portal.accounts.routes.second_step import FIELDS, read_proof, say_locked, shown_app, typed_wrong, what_is_wrong
from portal.kit import web
from portal.kit.clock import now
from portal.kit.db import db, transaction

bp = Blueprint("your_sign_in", __name__, url_prefix=f"{DESK}/your-sign-in")


@bp.get("")
@staff_only(Role.AGENT)
def show() -> ResponseReturnValue:
    staff = current.staff
    devices = db.session.scalars(Session.of(staff, at=now()).order_by(Session.last_seen_at.desc())).all()
    ways = actions.ways_of(staff)
    return web.page("accounts/your_sign_in.html", staff=staff, ways=ways, devices=devices, here=_here(), fresh=current.is_fresh)


@bp.get("/confirm")
@staff_only(Role.AGENT)
def ask_to_confirm() -> ResponseReturnValue:
    return _confirm_page()


@bp.post("/confirm")
@staff_only(Role.AGENT)
def confirm() -> ResponseReturnValue:
    if (proof := read_proof()) is None:
        return _confirm_page(422, **typed_wrong())
    with transaction():
        said = actions.confirm(proof, session_id=_here(), key=_key(), at=now())
    if isinstance(said, Opened):
        return renew(said.key)
    if isinstance(said, WrongCode):
        return _confirm_page(422, **what_is_wrong(said))
    forget()
    if isinstance(said, TooMany | Stopped):
        say_locked(said)
    return redirect(DESK_DOOR, 303)


@bp.get("/app")
@staff_only(Role.AGENT)
@freshly
def ask_for_app() -> ResponseReturnValue:
    return _app_page()


@bp.post("/app")
@staff_only(Role.AGENT)
@freshly
def change_app() -> ResponseReturnValue:
    proof = read_proof()
    if proof is None or isinstance(proof, ByPasskey | ByRecoveryCode):
        return _app_page(422, **typed_wrong())
    with transaction():
        done = actions.add_way(_locked(), proof, key=_key(), device=device(), here=_here(), at=now())
    if not done:
        return _app_page(422, code=proof.code, error=_("The app does not show this code. Is it the entry that you added just now?"))
    return _changed(_("Your app is set up."), _("Only the newest entry in it counts."))


@bp.get("/passkey")
@staff_only(Role.AGENT)
@freshly
def ask_for_passkey() -> ResponseReturnValue:
    staff = current.staff
    options = passkeys.to_register(_key(), staff, actions.ways_of(staff).passkeys)
    return web.page("accounts/passkey.html", passkey_options=options)


@bp.post("/passkey")
@staff_only(Role.AGENT)
@freshly
def add_passkey() -> ResponseReturnValue:
    with transaction():
        answer = ByPasskey(request.form.get("credential", ""))
        done = actions.add_way(_locked(), answer, key=_key(), device=device(), here=_here(), at=now())
    if not done:
        web.say(_("No passkey was added."), _("The browser’s answer was not for this page. Try it once more."), tone="bad")
        return redirect(url_for(".ask_for_passkey"), 303)
    return _changed(_("Your passkey is added."), _("From now on one touch is enough after the mail."))


@bp.post("/passkeys/<int:passkey_id>/remove")
@staff_only(Role.AGENT)
@freshly
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    with transaction():
        staff = _locked()
        passkey = web.one_or_404(Passkey.of(staff).where(Passkey.id == passkey_id))
        done = actions.remove_passkey(passkey, staff, device=device(), here=_here(), at=now())
    if not done:
        web.say(_("This passkey is the only way in."), _("Set up an app or another passkey first."), tone="bad")
        return redirect(url_for(".show"), 303)
    return _changed(_("The passkey is removed."))


@bp.get("/recovery-codes")
@staff_only(Role.AGENT)
def recovery_codes() -> ResponseReturnValue:
    """As often as this session likes, until they are said to be kept."""
    codes = actions.shown_recovery_codes(current.staff, _key())
    return web.page("accounts/recovery_codes.html", codes=codes) if codes else redirect(url_for(".show"), 303)


@bp.post("/recovery-codes")
@staff_only(Role.AGENT)
@freshly
def make_recovery_codes() -> ResponseReturnValue:
    with transaction():
        actions.change_recovery_codes(_locked(), key=_key(), device=device(), at=now())
    return redirect(url_for(".recovery_codes"), 303)


@bp.post("/recovery-codes/kept")
@staff_only(Role.AGENT)
def keep_recovery_codes() -> ResponseReturnValue:
    with transaction():
        actions.keep_recovery_codes(_locked(), at=now())
    web.say(_("Good. Keep them where your phone is not."))
    return redirect(DESK, 303)


@bp.post("/sign-out-others")
@staff_only(Role.AGENT)
def sign_out_others() -> ResponseReturnValue:
    with transaction():
        count = actions.sign_out_others(_locked(), but=_here(), at=now())
    web.say(ngettext("One device is signed out.", "%(num)d devices are signed out.", count))
    return redirect(url_for(".show"), 303)


def _locked() -> Staff:
    return db.session.scalars(Staff.locked(current.staff.id)).one()


def _key() -> str:
    return current.signed_in.key if current.signed_in else abort(404)


def _here() -> int:
    return current.signed_in.session_id if current.signed_in else abort(404)


def _changed(what: str, more: str = "") -> ResponseReturnValue:
    web.say(what, more)
    return redirect(url_for(".show"), 303)


def _confirm_page(status: int = 200, **told: str) -> ResponseReturnValue:
    ways = actions.ways_of(current.staff)
    options = passkeys.to_sign(_key(), ways.passkeys) if ways.passkeys else None
    return web.page("accounts/confirm.html", status, ways=ways, does=request.path, passkey_options=options, **(FIELDS | told))


def _app_page(status: int = 200, **told: str) -> ResponseReturnValue:
    staff = current.staff
    ways = actions.ways_of(staff)
    return web.page("accounts/app.html", status, ways=ways, does=request.path, **shown_app(_key(), staff, ways), **(FIELDS | told))
