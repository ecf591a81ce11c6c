from datetime import timedelta

import pytest
from flask import Flask

from portal import outbox
from portal.kit import clock
from portal.kit.db import transaction
from portal.outbox.asking import SYNCS
from portal.outbox.lease import Lease, LeaseLost, claim
from portal.outbox.models import Task
from tests.outbox.conftest import TODAY, ask, ask_task, failing, let_the_lease_end, subject, the_sync, the_task
from tests.outbox.test_claim import claimed

MINUTE = timedelta(minutes=1)


def test_finished_it_is_due_no_more_and_nobody_waits(done: list[str]) -> None:
    ask(1)
    with claimed().finish(at=TODAY):
        pass
    sync = the_sync()
    assert (sync.done, sync.wanted, sync.attempts, sync.owner, sync.leased_until, sync.asked_at) == (1, 1, 0, None, None, None)
    assert claim("a", at=TODAY + MINUTE) is None


def test_what_is_asked_for_meanwhile_is_done_again(done: list[str]) -> None:
    ask(1)
    lease = claimed()
    ask(1, TODAY + MINUTE)
    with lease.finish(at=TODAY + 2 * MINUTE):
        pass
    sync = the_sync()
    assert (sync.done, sync.wanted, sync.asked_at) == (1, 2, TODAY + 2 * MINUTE)
    outbox.work_until_idle()
    assert done == []
    with clock.at(TODAY + 2 * MINUTE):
        outbox.work_until_idle()
    assert done == ["1"]


def test_to_learn_and_to_be_done_are_one(done: list[str]) -> None:
    ask(1)
    lease = claimed()
    with pytest.raises(ZeroDivisionError), lease.finish(at=TODAY):
        _ = 1 // 0
    assert (the_sync().done, the_sync().owner) == (0, "a")


def test_an_answer_that_comes_after_the_lease_went_to_another_counts_for_nothing(done: list[str]) -> None:
    ask(1)
    late = claimed()
    let_the_lease_end()
    second = claimed(owner="b")
    with pytest.raises(LeaseLost), late.finish(at=TODAY):
        outbox.want_task("do", {"name": "learned too late"}, at=TODAY)
    with pytest.raises(LeaseLost):
        late.fail("too late", at=TODAY)
    with second.finish(at=TODAY):
        pass
    outbox.work_until_idle()
    assert done == []


def test_it_counts_for_nothing_either_when_the_other_is_done_already(done: list[str]) -> None:
    ask(1)
    late = claimed()
    let_the_lease_end()
    with claimed(owner="b").finish(at=TODAY):
        pass
    with pytest.raises(LeaseLost), late.finish(at=TODAY):
        pass


def test_late_but_nobody_else_came_is_in_time(done: list[str]) -> None:
    ask(1)
    late = claimed()
    let_the_lease_end()
    with late.finish(at=TODAY):
        pass
    assert the_sync().done == 1


def test_a_late_worker_has_somebody_look_again(app: Flask, done: list[str]) -> None:
    """It may have overwritten at the provider what the next one did there."""
    do = SYNCS["customer"]

    def slow(subject_id: int, lease: Lease) -> None:
        SYNCS["customer"] = do
        let_the_lease_end()
        with claimed(owner="quick").finish(at=TODAY):
            done.append("quick")
        do(subject_id, lease)

    SYNCS["customer"] = slow
    ask(1)
    outbox.work_until_idle("slow")
    assert done == ["quick", "1", "1"], "done by the quick one, by the late one in vain, and once more"
    assert (the_sync().wanted, the_sync().done) == (2, 2)


def test_a_worker_that_dies_leaves_the_work_to_the_next(done: list[str]) -> None:
    ask(1)
    ask_task("mail")
    claimed(owner="dies"), claimed(owner="dies")
    outbox.work_until_idle("next")
    assert done == []
    let_the_lease_end()
    let_the_lease_end(Task)
    outbox.work_until_idle("next")
    assert done == ["1", "mail"]


def test_a_task_is_done_once(done: list[str]) -> None:
    ask_task("mail", key="mail-7")
    ask_task("mail", key="mail-7")
    outbox.work_until_idle()
    ask_task("mail", key="mail-7")
    outbox.work_until_idle()
    assert done == ["mail"]
    assert the_task().done_at == TODAY


def test_what_is_rolled_back_was_never_asked_for(done: list[str]) -> None:
    def change() -> None:
        with transaction():
            outbox.want_sync(subject(1), at=TODAY)
            outbox.want_task("do", {}, at=TODAY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    outbox.work_until_idle()
    assert done == []


def test_a_failure_does_not_stop_the_others(done: list[str]) -> None:
    SYNCS["customer"] = failing(ValueError("poison"))
    ask(1)
    ask_task("mail")
    outbox.work_until_idle()
    assert done == ["mail"]
    assert the_sync().error == "ValueError: poison"


def test_a_look_that_has_to_be_repeated_waits_until_then_unless_somebody_asked(done: list[str]) -> None:
    ask(1)
    lease = claimed()
    with lease.finish(at=TODAY):
        lease.again(at=TODAY + 10 * MINUTE)
    assert the_sync().due_at == TODAY + 10 * MINUTE
    assert the_sync().wanted > the_sync().done
    ask(1)
    assert the_sync().due_at == TODAY
    lease = claimed()
    ask(1)
    with lease.finish(at=TODAY):
        lease.again(at=TODAY + 10 * MINUTE)
    assert the_sync().due_at == TODAY
