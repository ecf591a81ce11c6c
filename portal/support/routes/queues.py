"""The first page: all that waits for somebody, one of it opened beside the list. Whose it is leaves a trace before it is shown."""

from collections.abc import Callable
from datetime import timedelta

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import by_itself, current, staff_only
from portal.accounts.models import Role, Staff
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.operations import queries as operations
from portal.support import forms, queries
from portal.support.routes.door import bp, note_look
from portal.support.routes.place import listed, next_after, place, row_number
from portal.tasks import NotThen, actions, hold_task
from portal.tasks import queries as tasks
from portal.tasks.models import StaffTask


@bp.get("")
@staff_only(Role.AGENT)
def show() -> ResponseReturnValue:
    return _show()


@bp.get("/queues")
@by_itself
@staff_only(Role.AGENT)
def queue_counts() -> ResponseReturnValue:
    """What the open page asks for again. It names nobody: so it is no look."""
    known = request.args.get("known", type=int) or 0
    return page("support/queue_counts.html", staff=current.staff, counted=tasks.counted(at=now()), here=place(), known=known)


@bp.get("/tasks/<int:task_id>")
@staff_only(Role.AGENT)
def show_task(task_id: int) -> ResponseReturnValue:
    return _show(tasks.one(task_id) or abort(404))


@bp.post("/tasks/<int:task_id>/take")
@staff_only(Role.AGENT)
def take_task(task_id: int) -> ResponseReturnValue:
    return _do(task_id, lambda task: actions.take(task, current.staff, at=now()), _("It is yours."))


@bp.post("/tasks/<int:task_id>/give")
@staff_only(Role.AGENT)
def give_task(task_id: int) -> ResponseReturnValue:
    to = request.form.get("to", type=int) or 0

    def give(task: StaffTask) -> None:
        colleague = one_or_404(select(Staff).where(Staff.id == min(to, LARGEST_ID))) if to else None
        actions.give(task, colleague, by=current.staff, at=now())

    return _do(task_id, give, _("Given."))


@bp.post("/tasks/<int:task_id>/put-back")
@staff_only(Role.AGENT)
def put_task_back(task_id: int) -> ResponseReturnValue:
    return _do(task_id, lambda task: actions.put_back(task, by=current.staff, at=now()), _("It waits for anybody again."))


@bp.get("/tasks/<int:task_id>/put-off")
@staff_only(Role.AGENT)
def show_task_again(task_id: int) -> ResponseReturnValue:
    """After a refusal this address stands above the page: who opens it anew comes to the task."""
    return redirect(url_for(".show_task", task_id=task_id, **place()), 303)


@bp.post("/tasks/<int:task_id>/put-off")
@staff_only(Role.AGENT)
def put_task_off(task_id: int) -> ResponseReturnValue:
    undo = url_for(".take_task_up", task_id=task_id, **place())
    try:
        until = forms.moment(request.form, "day", "time", i18n.time_zone())
        told = _("Put off until %(moment)s.", moment=i18n.short_moment(until))
        return _do(task_id, lambda task: actions.put_off(task, until, by=current.staff, at=now()), told, undo=undo)
    except NotThen as refusal:  # what was typed stands on the page that says so
        return _show(tasks.one(task_id) or abort(404), str(refusal))


@bp.post("/tasks/<int:task_id>/take-up")
@staff_only(Role.AGENT)
def take_task_up(task_id: int) -> ResponseReturnValue:
    return _do(task_id, lambda task: actions.take_up(task, by=current.staff, at=now()), _("It is open again."))


@bp.post("/tasks/<int:task_id>/done")
@staff_only(Role.AGENT)
def finish_task(task_id: int) -> ResponseReturnValue:
    undo = url_for(".reopen_task", task_id=task_id, **place())
    return _do(task_id, lambda task: actions.finish(task, by=current.staff, at=now()), _("Done."), undo=undo)


@bp.post("/tasks/<int:task_id>/reopen")
@staff_only(Role.AGENT)
def reopen_task(task_id: int) -> ResponseReturnValue:
    return _do(task_id, lambda task: actions.reopen(task, by=current.staff, at=now()), _("It waits again."))


def _do(task_id: int, deed: Callable[[StaffTask], None], told: str, *, undo: str | None = None) -> ResponseReturnValue:
    with transaction():
        deed(hold_task(task_id) or abort(404))
    say(told, undo=undo)
    if undo:
        return redirect(url_for(".show", **place(), past=task_id), 303)
    return redirect(url_for(".show_task", task_id=task_id, **place()), 303)


def _show(chosen: tasks.Line | None = None, refusal: str = "") -> ResponseReturnValue:
    here, at = place(), now()
    found = listed(here["queue"], here["after"], at=at)
    past = chosen.id if chosen and chosen.done_at else row_number("past")
    follows = next_after(past, at=at) if past else None
    named = [*found.lines, *filter(None, [follows])]
    note_look(dict.fromkeys(line.customer_id for line in named if line.customer_id), "queue")
    if chosen and chosen.customer_id:
        note_look([chosen.customer_id], "task")
    return page(
        "support/desk.html", 422 if refusal else 200, staff=current.staff, found=found, counted=tasks.counted(at=at), here=here,
        follows=follows, at=at, opened=queries.opened(chosen, at=at) if chosen else None, alarms=operations.alarms(), refusal=refusal,
        sent=request.form, tomorrow=at.astimezone(i18n.time_zone()).date() + timedelta(days=1),
    )  # fmt: skip
