from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from portal import outbox
from portal.kit.db import transaction
from portal.outbox.lease import Lease, claim
from tests.ground import at_once
from tests.outbox.conftest import TODAY, ask, ask_task, let_the_lease_end, subject, the_sync

HOUR = timedelta(hours=1)


def test_of_eight_workers_one_gets_the_subject(app: Flask, done: list[str]) -> None:
    ask(1)
    leases = at_once(app, 8, lambda number: claim(f"worker-{number}", at=TODAY))
    assert len([lease for lease in leases if lease]) == 1


def test_eight_workers_get_eight_subjects(app: Flask, done: list[str]) -> None:
    for number in range(8):
        ask(number)
    leases = at_once(app, 8, lambda number: claim(f"worker-{number}", at=TODAY))
    assert sorted(lease.subject_id for lease in leases if lease) == list(range(8))


@pytest.mark.only_on("postgresql", reason="SQLite locks no rows: whoever comes second waits for the first")
def test_a_subject_that_is_being_changed_is_passed_over(app: Flask, done: list[str]) -> None:
    ask(1)
    ask(2)

    def take(_: int) -> int | None:
        lease = claim("other", at=TODAY)
        return lease.subject_id if lease else None

    with transaction():
        outbox.want_sync(subject(1), at=TODAY)
        assert at_once(app, 1, take) == [2]
    assert at_once(app, 1, take) == [1]


def test_what_is_not_due_yet_waits(done: list[str]) -> None:
    ask(1, TODAY + HOUR)
    ask_task("mail", TODAY + HOUR)
    assert claim("a", at=TODAY) is None
    assert claimed(TODAY + HOUR).subject_id == 1
    assert claimed(TODAY + HOUR).payload == {"name": "mail"}


def test_clicks_go_first_then_tasks_then_bulk_and_the_oldest_of_each(done: list[str]) -> None:
    ask(1, TODAY - 3 * HOUR, bulk=True)
    ask_task("mail", TODAY - 2 * HOUR)
    ask(2, TODAY)
    ask(3, TODAY - HOUR)
    outbox.work_until_idle()
    assert done == ["3", "2", "mail", "1"]


def test_two_subjects_due_at_one_moment_keep_their_order(done: list[str]) -> None:
    for number in (5, 3, 4):
        ask(number)
    outbox.work_until_idle()
    assert done == ["5", "3", "4"]


def test_a_lease_is_for_so_many_seconds_of_the_walls_clock_whatever_the_portals_says(app: Flask, done: list[str]) -> None:
    ask(1)
    app.config["LEASE_SECONDS"] = 100
    claimed()
    until = the_sync().leased_until
    assert until and timedelta(seconds=90) < until - datetime.now(UTC) < timedelta(seconds=110)
    assert claim("b", at=TODAY + 24 * HOUR) is None


def test_a_lease_that_ended_is_another_workers(done: list[str]) -> None:
    ask(1)
    claimed()
    let_the_lease_end()
    assert claimed(owner="b").attempts == 2


def claimed(at: datetime = TODAY, owner: str = "a") -> Lease:
    lease = claim(owner, at=at)
    assert lease
    return lease
