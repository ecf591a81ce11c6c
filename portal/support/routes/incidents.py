"""Incidents at the desk: whom one concerns, with a preview of who and how many; what they read; new words; its end."""

from collections.abc import Callable, Mapping
from secrets import token_urlsafe

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts import languages
from portal.accounts.current import current, staff_only
from portal.accounts.models import Role
from portal.incidents import actions, queries
from portal.incidents.models import Incident, Whom
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.i18n import country_name
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.kit.web import one_or_404, page, say
from portal.support import incident_forms as forms
from portal.support.routes.door import bp, do, note_look, status_of


@bp.get("/incidents")
@staff_only(Role.LEAD)
def incidents() -> ResponseReturnValue:
    """Names nobody: so looking at it leaves no trace."""
    return page("support/incidents.html", lines=queries.listed(at=now()))


@bp.get("/incidents/new")
@staff_only(Role.LEAD)
def new_incident() -> ResponseReturnValue:
    return _new(request.args)


@bp.post("/incidents")
@staff_only(Role.LEAD)
def publish_incident() -> ResponseReturnValue:
    try:
        told = forms.told(request.form, languages())
        with transaction():
            incident = actions.publish(
                forms.whom(request.form), told.titles, told.bodies, draft=forms.draft(request.form), begins_at=told.begins_at,
                ends_at=told.ends_at, by=current.actor, at=now(),
            )  # fmt: skip
            incident_id = incident.id
    except Refusal as refusal:
        return _new(request.form, str(refusal), status_of(refusal))
    say(_("Published. Whom it concerns is found within a minute, and looked for anew until it ends."))
    return redirect(url_for(".show_incident", incident_id=incident_id), 303)


@bp.get("/incidents/<int:incident_id>")
@staff_only(Role.LEAD)
def show_incident(incident_id: int) -> ResponseReturnValue:
    return _show(incident_id)


@bp.post("/incidents/<int:incident_id>/words")
@staff_only(Role.LEAD)
def reword_incident(incident_id: int) -> ResponseReturnValue:
    titles, bodies = forms.words(request.form, languages())

    def say_anew(incident: Incident) -> None:
        actions.say_anew(incident, titles, bodies, seen=request.form.get("seen", ""), by=current.actor, at=now())

    return _do(incident_id, say_anew, _("It reads so from now on, also for who had put it away."))


@bp.post("/incidents/<int:incident_id>/end")
@staff_only(Role.LEAD)
def end_incident(incident_id: int) -> ResponseReturnValue:
    return _do(incident_id, lambda one: actions.end(one, by=current.actor, at=now()), _("It is over, and nobody is told any more."))


def _do(incident_id: int, deed: Callable[[Incident], None], told: str) -> ResponseReturnValue:
    return do(
        lambda: deed(one_or_404(select(Incident).where(Incident.id == incident_id).with_for_update())), told,
        to=url_for(".show_incident", incident_id=incident_id),
        again=lambda why, status: _show(incident_id, request.form, why, status),
    )  # fmt: skip


def _show(incident_id: int, sent: Mapping[str, str] | None = None, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    """After a refusal with what was typed, beside what it says by now."""
    db.session.rollback()
    found = queries.whole(incident_id, at=now()) or abort(404)
    tried = forms.words(sent, languages()) if sent and "seen" in sent else None
    return page("support/incident.html", status, found=found, languages=_languages(), sent=sent or {}, tried=tried, refusal=refusal)


def _new(sent: Mapping[str, str], refusal: str = "", status: int = 200) -> ResponseReturnValue:
    """What is named can't be understood, or names nobody: then there is no preview, and what was typed still stands there."""
    whom = preview = None
    if sent.keys() & forms.NAMES:
        try:
            whom = forms.whom(sent)
            whom.must_name_somebody()
            preview = queries.preview(whom)
            note_look([one.id for one in preview.first], "incident")
        except Refusal as wrong:
            refusal, status = refusal or str(wrong), 422 if status == 200 else status
    countries = [(code, country_name(code)) for code in shop().ships_to]
    return page(
        "support/new_incident.html", status, sent=sent, preview=preview, languages=_languages(), countries=countries,
        draft=sent.get("draft") or token_urlsafe(24), refusal=refusal, whom=whom or Whom(),
    )  # fmt: skip


def _languages() -> list[str]:
    """The shop's first: that one is needed."""
    return [shop().locale, *(code for code in languages() if code != shop().locale)]
