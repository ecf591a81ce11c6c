"""The page of suggestions: to the customer, what they can approve or decline; to the member of staff who views it, what became of it."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.current import current, signed_in
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.web import came_from, one_or_404, page, say
from portal.prepared import actions, queries
from portal.prepared.models import PreparedChange
from portal.prepared.refusals import AnsweredAlready, NotTheirs
from portal.prepared.routes.anew import again
from portal.prepared.telling import both, change_told, more_of, sentence

bp = Blueprint("prepared", __name__, url_prefix="/suggestions")
bp.before_request(signed_in)
LONGEST_NOTE, LONGEST_REASON = 300, 2000
"""Characters: a word of the shop's beside its suggestion, and what a customer has to say to it."""
SHOWN = 50
bp.app_template_global("suggested")(sentence)
bp.app_template_global()(change_told)
bp.app_template_global()(both)
bp.app_template_global()(again)
bp.app_template_global("more_of_suggested")(more_of)
bp.app_template_global()(queries.together)


@bp.get("")
def index() -> ResponseReturnValue:
    """Asked again and again by a page that is open, for what is `about` it: `home`, or `subscription:12`; else all that was suggested."""
    about = request.args.get("about", "")
    if about:
        return page("prepared/index.html", topic=about, ended=[], suggestions=offered(about))
    shown = queries.lately(current.customer.id, SHOWN, at=now())
    waiting = [one for one in shown if one.is_open]
    ended = [one for one in shown if not one.is_open]
    return page("prepared/index.html", topic="", suggestions=waiting, ended=ended)


@bp.get("/<int:suggestion_id>/decline")
def ask_why_not(suggestion_id: int) -> ResponseReturnValue:
    """One that was answered or taken back meanwhile says so among all of them."""
    if current.impersonation:
        abort(404)
    found = _mine(suggestion_id)
    return page("prepared/decline.html", suggestion=found) if found.is_open(at=now()) else redirect(url_for(".index"), 303)


@bp.post("/<int:suggestion_id>/decline")
def decline(suggestion_id: int) -> ResponseReturnValue:
    """The reason may be left out. Too long a one comes back as it was typed."""
    if current.impersonation:
        raise NotTheirs
    typed = request.form.get("reason", "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(typed) > LONGEST_REASON:
        wrong = _("Please keep it to %(number)s characters.", number=LONGEST_REASON)
        return page("prepared/decline.html", 422, suggestion=_mine(suggestion_id), typed=typed, wrong=wrong)
    with transaction():
        actions.decline(_mine(suggestion_id).id, reason=typed, by=current.actor, at=now())
    say(_("Declined."), _("Nothing is changed."))
    return _back()


@bp.post("/<int:suggestion_id>/withdraw")
def withdraw(suggestion_id: int) -> ResponseReturnValue:
    if not current.impersonation:
        abort(404)
    with transaction():
        actions.withdraw(_mine(suggestion_id).id, by=current.actor, at=now())
    say(_("Taken back."), _("The customer does not see it any more."))
    return _back()


@bp.get("/<int:suggestion_id>/note")
def ask_why(suggestion_id: int) -> ResponseReturnValue:
    if not current.impersonation:
        abort(404)
    return page("prepared/note.html", suggestion=_mine(suggestion_id))


@bp.post("/<int:suggestion_id>/note")
def say_why(suggestion_id: int) -> ResponseReturnValue:
    """What the member of staff says about it; for as long as nobody has answered."""
    if not current.impersonation:
        abort(404)
    typed = " ".join(request.form.get("note", "").replace("\x00", "").split())[:LONGEST_NOTE]
    with transaction():
        prepared = _mine(suggestion_id)
        if not prepared.is_open(at=now()):
            raise AnsweredAlready(prepared.ended_as)
        actions.say_why(prepared, typed)
    say(_("Saved."), _("The customer reads it beside the suggestion."))
    return redirect(url_for("prepared.index"), 303)


@bp.app_template_global()
def offered(about: str) -> list[queries.Shown]:
    """What waits for this customer, of what is about this page."""
    customer, at = current.customer, now()
    if customer.suggested_until is None or customer.suggested_until <= at:
        return []
    found = queries.waiting(customer.id, at=at)
    return found if about == "home" else [one for one in found if one.is_about(about)]


def _mine(suggestion_id: int) -> PreparedChange:
    return one_or_404(PreparedChange.of(current.customer.id).where(PreparedChange.id == suggestion_id))


def _back() -> Response:
    """To the page that lies below, where what was sent is a page of its own."""
    back = came_from()
    return redirect(url_for(".index") if back == request.path else back, 303)
