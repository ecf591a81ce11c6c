"""How a task for the shop's people begins and ends, and whose it is meanwhile."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, select, update

from portal.accounts.models import Staff
from portal.kit.db import Model, db, insert
from portal.tasks.kinds import KINDS
from portal.tasks.locks import hold_tasks
from portal.tasks.models import StaffTask, Vip
from portal.tasks.models.task import FIRST, THEN
from portal.tasks.refusals import DoneAlready, NotAtWork, SomebodyHasIt
from portal.timeline import Actor, deed, hold_history
from portal.timeline import key as subject_key


def open_task(
    kind: str,
    subject: Model,
    *,
    key: str,
    customer_id: int | None,
    due_at: datetime,
    at: datetime,
    facts: dict[str, Any] | None = None,
    words: str = "",
    owner_id: int | None = None,
) -> int | None:
    """Its id if it is new: a task with the same `key` is the same task, also when it is done."""
    is_vip = exists().where(Vip.customer_id == customer_id, Vip.ended_at.is_(None))
    row = {
        "key": key, "kind": kind, "queue": KINDS[kind].queue, "subject": subject_key(subject), "customer_id": customer_id,
        "facts": facts or {}, "opened_at": at, "due_at": due_at, "rank": select(case((is_vip, FIRST), else_=THEN)).scalar_subquery(),
        "words": words, "owner_id": owner_id, "done_at": None,
    }  # fmt: skip
    new = insert(StaffTask).values(row).on_conflict_do_nothing(index_elements=["key"])
    return db.session.scalar(new.returning(StaffTask.id))


def finish_tasks(kind: str, subject: Model, *, at: datetime) -> None:
    """Their reason is gone."""
    hold_history()
    waiting = update(StaffTask).where(StaffTask.kind == kind, StaffTask.subject == subject_key(subject), StaffTask.done_at.is_(None))
    db.session.execute(waiting.values(done_at=at), execution_options={"synchronize_session": False})


def take_tasks(subjects: Collection[str], owner: Staff, *, whose: int | None, by: Actor, at: datetime) -> None:
    """All that waits about these, each as `table:id`, is theirs from now on, if nobody had it, or the colleague whose it was on the
    page of whoever asks. Raises DoneAlready, SomebodyHasIt, NotAtWork."""
    waiting = hold_tasks(StaffTask.waiting().where(StaffTask.subject.in_(subjects)))
    must_work(owner.id)
    if not waiting:
        raise DoneAlready
    free = [task for task in waiting if task.owner_id in (None, whose, owner.id)]
    if not free:
        raise SomebodyHasIt(waiting[0].owner.name if waiting[0].owner else "")
    for task in free:
        with deed(task, "take task", by=by, at=at, facts={"kind": task.kind}):
            task.give(owner, by=owner)


def take(task: StaffTask, owner: Staff, *, at: datetime) -> None:
    """Whoever is first has it. The task is held, as for all that follow. Raises DoneAlready, SomebodyHasIt, NotAtWork."""
    must_work(owner.id)
    with deed(task, "take task", by=_by(task, owner), at=at, facts={"kind": task.kind}):
        task.take(owner)


def give(task: StaffTask, colleague: Staff | None, *, by: Staff, at: datetime) -> None:
    """Whoever has it. Raises DoneAlready, NotAtWork, which it also is where nobody was chosen."""
    if colleague is None:
        raise NotAtWork
    must_work(colleague.id)
    with deed(task, "give task", by=_by(task, by), at=at, facts={"kind": task.kind}):
        task.give(colleague, by=by)


def put_back(task: StaffTask, *, by: Staff, at: datetime) -> None:
    """It is nobody's again. Raises DoneAlready."""
    with deed(task, "put task back", by=_by(task, by), at=at, facts={"kind": task.kind}):
        task.put_back()


def put_off(task: StaffTask, until: datetime, *, by: Staff, at: datetime) -> None:
    """It comes back by itself. Raises DoneAlready, NotThen."""
    with deed(task, "put task off", by=_by(task, by), at=at, facts={"kind": task.kind, "until": until.isoformat()}):
        task.put_off(until, by, at=at)


def take_up(task: StaffTask, *, by: Staff, at: datetime) -> None:
    """It is open again before its time. Raises DoneAlready."""
    with deed(task, "take task up", by=_by(task, by), at=at, facts={"kind": task.kind}):
        task.take_up()


def finish(task: StaffTask, *, by: Staff, at: datetime) -> None:
    """By hand. Raises DoneAlready, EndsByItself."""
    with deed(task, "finish task", by=_by(task, by), at=at, facts={"kind": task.kind}):
        task.finish(by, at=at)


def reopen(task: StaffTask, *, by: Staff, at: datetime) -> None:
    """It was not done after all. It is nobody's where its owner works here no more."""
    with deed(task, "reopen task", by=_by(task, by), at=at, facts={"kind": task.kind}):
        task.reopen()
        if task.done_at is None and task.owner_id and _is_shut_out(task.owner_id):
            task.put_back()


def must_work(staff_id: int) -> None:
    """The history is held: who shuts them out has written there before, or waits, and finds among what they have what they get now. Raises
    NotAtWork."""
    if _is_shut_out(staff_id):
        raise NotAtWork


def _is_shut_out(staff_id: int) -> bool:
    return db.session.scalar(select(Staff.disabled_at).where(Staff.id == staff_id)) is not None


def _by(task: StaffTask, staff: Staff) -> Actor:
    return Actor(customer_id=task.customer_id, staff_id=staff.id)
