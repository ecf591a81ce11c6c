"""Where in the list of what waits somebody is. It stands in the address of all that they open and do from there, so that they come back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from portal.accounts.current import current
from portal.kit.web import LARGEST_ID
from portal.support.routes.door import note_look
from portal.tasks import Queue
from portal.tasks import queries as tasks

MINE, PUT_OFF = "mine", "put-off"
_LISTED = "all"
"""In an address: they came from the list of all returns or of all claims."""


@dataclass(frozen=True)
class Trail:
    """From which task somebody came to a page, and to which one it leads on."""

    task: tasks.Line
    here: dict[str, Any]
    """Where in the list that is: see `place`."""
    follows: tasks.Line | None
    is_listed: bool
    """Whether they came to it from the list of all returns, or of all claims, and go back there."""


def place() -> dict[str, Any]:
    """For `url_for`. The list is of one queue, of whatever is one's own or was put off, else of all; it goes on after the task with which
    the page before ended."""
    queue = request.args.get("queue")
    return {"queue": queue if queue in [*Queue, MINE, PUT_OFF] else None, "after": row_number("after")}


def came() -> dict[str, Any]:
    """For `url_for` too: from which task they came, and where in the list that was; empty for whoever came another way."""
    task = row_number("task")
    return {"task": task, **place(), "list": _LISTED if _LISTED in request.args.getlist("list") else None} if task else {}


def row_number(name: str) -> int | None:
    """As an address has it; None where that is no number of a row."""
    asked = request.args.get(name, type=int) or 0
    return asked if 0 < asked <= LARGEST_ID else None


def listed(queue: str | None, after: int | None, *, at: datetime) -> tasks.Waiting:
    if queue == MINE:
        return tasks.waiting(at=at, owner_id=current.staff.id, after=after)
    if queue == PUT_OFF:
        return tasks.waiting(at=at, put_off=True, after=after)
    return tasks.waiting(Queue(queue) if queue else None, at=at, after=after)


def next_after(task_id: int, *, at: datetime) -> tasks.Line | None:
    """Of the same list, what no colleague has; behind the last, from the beginning of the page."""
    here = place()
    pages = (listed(here["queue"], after, at=at).free_for(current.staff.id, but=task_id) for after in (task_id, here["after"]))
    return next(filter(None, pages), None)


def trail(*, at: datetime) -> Trail | None:
    """None for whoever came another way. Once their task is over, the next one is named, which leaves a trace before it is shown."""
    task_id = row_number("task")
    task = tasks.one(task_id) if task_id else None
    if task is None:
        return None
    follows = next_after(task.id, at=at)
    if task.done_at and follows and follows.customer_id:
        note_look([follows.customer_id], "queue")
    return Trail(task, place(), follows, bool(came()["list"]))
