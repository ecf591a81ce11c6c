"""Seeing a customer's pages: say why, begin, act for them, leave. What may be done meanwhile stands in `accounts.viewing`."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal import prepared
from portal.accounts import page_left
from portal.accounts.actions import impersonating
from portal.accounts.current import current, freshly, go_on, staff_only
from portal.accounts.models import Customer, Ended, Impersonation, Mode, Role
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.web import came_from, one_or_404, page, say
from portal.support import forms
from portal.support.actions import looking
from portal.support.routes.door import bp
from portal.tasks.queries import waiting_for


@bp.get("/customers/<int:customer_id>/view")
@staff_only(Role.AGENT)
@freshly
def ask_to_view(customer_id: int) -> ResponseReturnValue:
    return _ask(customer_id, forms.ViewForm({}))


@bp.post("/customers/<int:customer_id>/view")
@staff_only(Role.AGENT)
@freshly
def view(customer_id: int) -> ResponseReturnValue:
    """The row and the trace of the look are kept before the session changes: if they can't be, it does not. Who comes to prepare a change
    `again` (a suggestion's number), or could not send a form before their last view was over, finds themselves at it."""
    form = forms.ViewForm(request.form, [task.id for task in waiting_for(customer_id, at=now())])
    if not form.is_right:
        return _ask(customer_id, form, 422)
    at = now()
    with transaction():
        customer = one_or_404(select(Customer).where(Customer.id == customer_id))
        opened = impersonating.begin(customer, reason=form.reason, why=form.why, task_id=form.task_id, session_id=_session_id(), at=at)
        if opened:
            looking.look_at([customer_id], page="view", by=current.staff, at=at)
    if opened is None:
        say(_("This view was not begun."), _("Another one goes on, or this customer may not be viewed."), tone="bad")
        return redirect(url_for(".customer", customer_id=customer_id), 303)
    go_on(opened.key)
    again = prepared.again_for(request.args.get("again", 0, int), customer_id)
    return redirect(again or page_left(customer_id, at=at) or "/", 303)


@bp.get("/viewing/act")
@staff_only(Role.AGENT)
def ask_to_act() -> ResponseReturnValue:
    customer = current.customer if current.impersonation else None
    return page("support/act.html", customer=customer, back=_back()) if customer else redirect(url_for(".show"), 303)


@bp.post("/viewing/mode")
@staff_only(Role.AGENT)
def change_mode() -> ResponseReturnValue:
    """Back to the page on which it was pressed."""
    mode = request.form.get("mode", "")
    if mode not in list(Mode):
        abort(400)
    if current.impersonation is None:
        say(_("No view goes on."), tone="warn")
        return redirect(url_for(".show"), 303)
    with transaction():
        going_on = one_or_404(select(Impersonation).where(Impersonation.id == current.impersonation.id).with_for_update())
        impersonating.change_mode(going_on, Mode(mode), at=now())
    return redirect(_back(), 303)


@bp.post("/viewing/leave")
@staff_only(Role.AGENT)
def leave() -> ResponseReturnValue:
    viewed = current.customer if current.impersonation else None
    with transaction():
        opened = impersonating.leave(_session_id(), by=Ended.LEFT, at=now())
    if opened:
        go_on(opened.key)
    if viewed is None:
        return redirect(url_for(".show"), 303)
    say(_("You are back at the desk."), _("What you saw and did stands in the history."))
    return redirect(url_for(".customer", customer_id=viewed.id), 303)


def _ask(customer_id: int, form: forms.ViewForm, status: int = 200) -> ResponseReturnValue:
    customer = one_or_404(select(Customer).where(Customer.id == customer_id))
    may = current.impersonation is None and impersonating.may_view(current.staff, customer)
    tasks = waiting_for(customer_id, at=now())
    return page("support/view_as.html", status, customer=customer, form=form, may=may, tasks=tasks)


def _back() -> str:
    """The page on which it was pressed. Without JavaScript, a page of its own asks in between."""
    sent = request.form.get("back", "").replace("\\", "/").lstrip("/")
    back = f"/{sent}" if sent else came_from()
    return "/" if back.startswith(url_for(".ask_to_act")) else back


def _session_id() -> int:
    return current.signed_in.session_id if current.signed_in else abort(404)
