"""The You page: who I am, in which language, and where I am signed in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import actions, forms
from portal.accounts.current import current, only_themselves, signed_in
from portal.accounts.models import Session
from portal.accounts.unsent import typed_before
from portal.kit import i18n, web
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.shop import shop

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(signed_in)


@bp.get("")
def show() -> ResponseReturnValue:
    customer = current.customer
    others = max(0, len(_devices()) - 1)
    return web.page("accounts/you.html", customer=customer, others=others, zone=i18n.city(str(i18n.time_zone())))


@bp.get("/language")
def language() -> ResponseReturnValue:
    typed, locale, time_zone = typed_before(), str(current.customer.locale or shop().locale), str(i18n.time_zone())
    return _language_page(200, typed.get("locale", locale), typed.get("time_zone", time_zone))


@bp.post("/language")
def change_language() -> ResponseReturnValue:
    locale, time_zone = request.form.get("locale", ""), request.form.get("time_zone", "")
    if locale not in forms.languages():
        return _language_page(422, locale, time_zone, language_error=_("Choose one of these languages."))
    if not forms.is_time_zone(time_zone):
        return _language_page(422, locale, time_zone, zone_error=_("Choose one of these time zones."))
    with transaction():
        actions.change_language(current.customer, locale=locale, time_zone=time_zone, by=current.actor, at=now())
    with i18n.speaking(locale, time_zone):
        web.say(_("Saved."), _("Pages and mails now use it."))
    return redirect(url_for("account.language"), 303)


@bp.get("/devices")
def devices() -> ResponseReturnValue:
    mine = current.signed_in
    return web.page("accounts/devices.html", sessions=_devices(), here=mine and mine.session_id)


@bp.post("/devices/<int:session_id>/sign-out")
@only_themselves
def sign_out_device(session_id: int) -> ResponseReturnValue:
    with transaction():
        session = web.one_or_404(Session.of(current.customer, at=now()).where(Session.id == session_id))
        actions.sign_out(session.id, at=now())
        device = session.device
    web.say(_("%(device)s is signed out.", device=device or _("The device")))
    return redirect(url_for("account.devices"), 303)


@bp.post("/devices/sign-out-others")
@only_themselves
def sign_out_others() -> ResponseReturnValue:
    here = current.signed_in
    with transaction():
        count = actions.sign_out_others(current.customer, but=here.session_id if here else 0, at=now())
    web.say(ngettext("One device is signed out.", "%(num)d devices are signed out.", count))
    return redirect(url_for("account.devices"), 303)


def _devices() -> list[Session]:
    """This one first, then those seen last."""
    found = db.session.scalars(Session.of(current.customer, at=now()).order_by(Session.last_seen_at.desc())).all()
    here = current.signed_in
    return sorted(found, key=lambda session: here is None or session.id != here.session_id)


def _language_page(
    status: int, locale: str, time_zone: str, *, language_error: str | None = None, zone_error: str | None = None
) -> ResponseReturnValue:
    return web.page(
        "accounts/language.html", status, languages=[_sample(code) for code in forms.languages()], locale=locale,
        zones=_zones(now(), time_zone), time_zone=time_zone, language_error=language_error, zone_error=zone_error,
    )  # fmt: skip


def _sample(code: str) -> tuple[str, str, str]:
    """A language in its own words, with a day and an amount as they would be written."""
    with i18n.speaking(code, None):
        return code, i18n.language_name(code), f"{i18n.day(now())}, {i18n.money(124059, shop().currency)}"


def _zones(at: datetime, chosen: str) -> list[tuple[str, str]]:
    names = {*forms.TIME_ZONES, shop().time_zone} | ({chosen} if forms.is_time_zone(chosen) else set())
    inside = sorted((at.astimezone(ZoneInfo(name)).replace(tzinfo=None), i18n.city(name), name) for name in names)
    return [(name, _("%(city)s, %(time)s now", city=city, time=_clock(wall))) for wall, city, name in inside]


def _clock(wall: datetime) -> str:
    return format_time(wall, "short", locale=i18n.locale())
