"""What the shop's people keep of a customer among themselves: notes, reminders, and who goes first."""

from collections.abc import Callable
from secrets import token_urlsafe

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import current, staff_only
from portal.accounts.models import Customer, Role
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.web import one_or_404, page
from portal.photos import is_draft
from portal.support import forms
from portal.support.routes.door import bp, do, note_look
from portal.support.routes.place import came
from portal.tasks import actions
from portal.tasks.models import StaffNote


@bp.get("/customers/<int:customer_id>/notes")
@staff_only(Role.AGENT)
def notes(customer_id: int) -> ResponseReturnValue:
    return _show(customer_id)


@bp.post("/customers/<int:customer_id>/notes")
@staff_only(Role.AGENT)
def write_note(customer_id: int) -> ResponseReturnValue:
    words = forms.text(request.form, "note")
    return _do(customer_id, lambda one: actions.write_note(one, words, draft=_draft(), author=current.staff, at=now()), _("Kept."))


@bp.post("/customers/<int:customer_id>/notes/<int:note_id>/correct")
@staff_only(Role.AGENT)
def correct_note(customer_id: int, note_id: int) -> ResponseReturnValue:
    words = forms.text(request.form, "correction")

    def correct(customer: Customer) -> None:
        actions.correct_note(_note(customer, note_id), words, by=current.staff, at=now())

    return _do(customer_id, correct, _("Corrected."))


@bp.post("/customers/<int:customer_id>/notes/<int:note_id>/remove")
@staff_only(Role.AGENT)
def remove_note(customer_id: int, note_id: int) -> ResponseReturnValue:
    def remove(customer: Customer) -> None:
        actions.remove_note(_note(customer, note_id), by=current.staff, at=now())

    undo = url_for(".keep_note", customer_id=customer_id, note_id=note_id, **came())
    return _do(customer_id, remove, _("Removed."), undo=undo)


@bp.post("/customers/<int:customer_id>/notes/<int:note_id>/keep")
@staff_only(Role.AGENT)
def keep_note(customer_id: int, note_id: int) -> ResponseReturnValue:
    def keep(customer: Customer) -> None:
        actions.keep_note(_note(customer, note_id), by=current.staff, at=now())

    return _do(customer_id, keep, _("It is there again."))


@bp.post("/customers/<int:customer_id>/reminders")
@staff_only(Role.AGENT)
def remind(customer_id: int) -> ResponseReturnValue:
    words = forms.text(request.form, "words")

    def open_task(customer: Customer) -> object:
        due_at = forms.moment(request.form, "day", "time", i18n.time_zone())
        return actions.remind(customer, words, due_at, draft=_draft(), author=current.staff, at=now())

    return _do(customer_id, open_task, _("It waits among yours, and is due then."))


@bp.post("/customers/<int:customer_id>/vip")
@staff_only(Role.AGENT)
def mark_vip(customer_id: int) -> ResponseReturnValue:
    reason = forms.text(request.form, "reason")
    return _do(customer_id, lambda one: actions.mark_vip(one, reason, by=current.staff, at=now()), _("They go first from now on."))


@bp.post("/customers/<int:customer_id>/vip/end")
@staff_only(Role.AGENT)
def end_vip(customer_id: int) -> ResponseReturnValue:
    return _do(customer_id, lambda one: actions.end_vip(one, by=current.staff, at=now()), _("They wait like everybody from now on."))


def _note(customer: Customer, note_id: int) -> StaffNote:
    return one_or_404(StaffNote.held(note_id, customer.id))


def _do(customer_id: int, deed: Callable[[Customer], object], told: str, *, undo: str | None = None) -> ResponseReturnValue:
    """Leads back to the task, or to the customer."""
    here = came()
    back = url_for(".show_task", task_id=here.pop("task"), **here) if here else url_for(".customer", customer_id=customer_id)
    return do(
        lambda: deed(one_or_404(Customer.locked(customer_id))), told, to=back, undo=undo,
        again=lambda why, status: _show(customer_id, why, status),
    )  # fmt: skip


def _show(customer_id: int, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    db.session.rollback()
    note_look([one_or_404(select(Customer.id).where(Customer.id == customer_id))], "notes")
    person = one_or_404(select(Customer).where(Customer.id == customer_id))
    return page("support/notes.html", status, person=person, at=now(), refusal=refusal, sent=request.form, came=came())


def _draft() -> str:
    """The key of the form, if it is one of ours."""
    sent = request.form.get("draft", "")
    return sent if is_draft(sent) else token_urlsafe(24)
