"""The first page: all that waits for somebody, one of it opened beside the list. Whose it is leaves a trace before it is shown."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import current, staff_only
from portal.accounts.models import Role, Staff
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.operations import queries as operations
from portal.support import forms, queries
from portal.support.routes.door import bp, note_look
from portal.tasks import NotThen, Queue, actions
from portal.tasks import queries as tasks
from portal.tasks.models import StaffTask

MINE, PUT_OFF = "mine", "put-off"


@bp.get("")
@staff_only(Role.AGENT)
def show() -> ResponseReturnValue:
    return _show()


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
        colleague = one_or_404(select(Staff).where(Staff.id == min(to, LARGEST_ID)))
        actions.give(task, colleague, by=current.staff, at=now())

    return _do(task_id, give, _("Given."))


@bp.post("/tasks/<int:task_id>/put-back")
@staff_only(Role.AGENT)
def put_task_back(task_id: int) -> ResponseReturnValue:
    return _do(task_id, lambda task: actions.put_back(task, by=current.staff, at=now()), _("It waits for anybody again."))


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
        deed(db.session.scalars(StaffTask.held(task_id)).one_or_none() or abort(404))
    say(told, undo=undo)
    if undo:
        return redirect(url_for(".show", **place(), past=task_id), 303)
    return redirect(url_for(".show_task", task_id=task_id, **place()), 303)


def place() -> dict[str, Any]:
    """Where in the list somebody is, for `url_for`: it goes along with what they open and do, so that they come back to it. The list is of
    one queue, of whatever is one's own or was put off, else of all; it goes on after the task with which the page before ended."""
    queue = request.args.get("queue")
    return {"queue": queue if queue in [*Queue, MINE, PUT_OFF] else None, "after": task_number("after")}


def task_number(name: str) -> int | None:
    """As an address has it; None where that is no number of a row."""
    asked = request.args.get(name, type=int) or 0
    return asked if 0 < asked <= LARGEST_ID else None


def _show(chosen: tasks.Line | None = None, refusal: str = "") -> ResponseReturnValue:
    here, at = place(), now()
    found = _listed(here["queue"], here["after"], at=at)
    past = chosen.id if chosen and chosen.done_at else task_number("past")
    follows = (_listed(here["queue"], past, at=at).free_for(current.staff.id) or found.free_for(current.staff.id)) if past else None
    named = [*found.lines, *filter(None, [follows])]
    note_look(dict.fromkeys(line.customer_id for line in named if line.customer_id), "queue")
    if chosen and chosen.customer_id:
        note_look([chosen.customer_id], "task")
    return page(
        "support/desk.html", 422 if refusal else 200, staff=current.staff, found=found, counted=tasks.counted(at=at), here=here,
        follows=follows, at=at, opened=queries.opened(chosen, at=at) if chosen else None, alarms=operations.alarms(), refusal=refusal,
        sent=request.form, tomorrow=at.astimezone(i18n.time_zone()).date() + timedelta(days=1),
    )  # fmt: skip


def _listed(queue: str | None, after: int | None, *, at: datetime) -> tasks.Waiting:
    if queue == MINE:
        return tasks.waiting(at=at, owner_id=current.staff.id, after=after)
    if queue == PUT_OFF:
        return tasks.waiting(at=at, put_off=True, after=after)
    return tasks.waiting(Queue(queue) if queue else None, at=at, after=after)
