"""The work between us and the payment provider: what `portal sync` shows and does, as a page. It names customers by number only."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts.current import by_itself, current, staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.web import came_from, page, say
from portal.operations import actions
from portal.operations import queries as operations
from portal.payments import Declined, TryAgain
from portal.support.board_words import fact_told, ours_told, reason_told, theirs_told
from portal.support.routes.door import bp

LONGEST = 254
for told in fact_told, ours_told, theirs_told:
    bp.add_app_template_filter(told)
bp.add_app_template_filter(reason_told, "failure_told")


@bp.get("/sync")
@staff_only(Role.AGENT)
def sync() -> ResponseReturnValue:
    return _board()


@bp.get("/sync/board")
@by_itself
@staff_only(Role.AGENT)
def board() -> ResponseReturnValue:
    """What the open page asks for again: all but its forms, where somebody may be typing."""
    return _board()


@bp.post("/sync/work/<int:work_id>/retry")
@staff_only(Role.AGENT)
def retry_work(work_id: int) -> ResponseReturnValue:
    of = actions.RETRIED.get(request.form.get("of", "")) or abort(404)
    with transaction():
        tried = actions.retry(work_id, of=of, by=current.actor, at=now())
    say(_("It is tried again now.") if tried.number else _("It does not fail any more, or is about to be tried."))
    return redirect(_back(), 303)


@bp.post("/sync/retry")
@staff_only(Role.LEAD)
def retry_all() -> ResponseReturnValue:
    with transaction():
        tried = actions.retry(by=current.actor, at=now())
    say(ngettext("%(num)s is tried again now.", "%(num)s are tried again now.", tried.number))
    return redirect(url_for(".sync"), 303)


@bp.post("/sync/replay")
@staff_only(Role.LEAD)
def replay() -> ResponseReturnValue:
    """One that never came is fetched first."""
    event_id = _typed("event")
    try:
        event = actions.missing(event_id) if event_id else None
        with transaction():
            found = event_id and actions.replay(event_id, event, by=current.actor, at=now())
    except (Declined, TryAgain) as error:
        return _board(refused={"event": _("The payment provider did not give it: %(why)s", why=error)})
    if not found:
        return _board(refused={"event": _("Nothing follows from it: it is of another mode or account than our key.")})
    say(_("Done once more: what follows from it is asked for."))
    return redirect(url_for(".sync"), 303)


@bp.post("/sync/resync")
@staff_only(Role.AGENT)
def resync() -> ResponseReturnValue:
    """A customer, by whatever names one of them alone."""
    typed, number = _typed("customer"), None
    with transaction():
        found = db.session.scalars(operations.customer_by(typed)).all() if typed else []
        if len(found) == 1:
            number = actions.resync(found[0], by=current.actor, at=now())
    if number is None:
        return _board(refused={"customer": _("Nobody, or more than one, is known by “%(typed)s”.", typed=typed)})
    say(ngettext("%(num)s thing is looked up now.", "%(num)s things are looked up now.", number))
    return redirect(_back(), 303)


@bp.post("/sync/reconcile")
@staff_only(Role.LEAD)
def reconcile() -> ResponseReturnValue:
    with transaction():
        is_new = actions.reconcile(by=current.actor, at=now())
    say(_("All of it is compared now. This page tells how far it is, and what is found.") if is_new else _("It is asked for already."))
    return redirect(url_for(".sync"), 303)


def _board(*, refused: dict[str, str] | None = None) -> ResponseReturnValue:
    """`refused` says, by field, why nothing was done; what was typed still stands there."""
    at = now()
    return page(
        "support/sync.html", 422 if refused else 200, at=at, work=operations.status(at=at), last=operations.last_reconciliation(),
        alarms=operations.alarms(), worker_age=operations.worker_age(), refused=refused or {}, typed=request.form if refused else {},
    )  # fmt: skip


def _back() -> str:
    """To the page with the button: the board itself, also where it has just refused something, or a customer's."""
    board, page_before = url_for(".sync"), came_from()
    return board if page_before.startswith(board) else page_before


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").strip()[:LONGEST]
