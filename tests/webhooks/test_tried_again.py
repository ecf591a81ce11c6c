"""A message is tried again until it has arrived, always with the same webhook-id; and an endpoint that is dead holds up nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event

import pytest
from flask import Response
from sqlalchemy import select

from portal.kit.alarms import Alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations import queries as operations
from portal.webhooks import actions, post
from portal.webhooks.models import OFF_AFTER, TRIES_AFTER, Dispatch
from tests.webhooks.conftest import BY, Time, add, dispatches, endpoint, happens, work
from tests.webhooks.receiver import Receiver

HOUR = timedelta(hours=1)


def alarms() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Alarm.name).where(Alarm.ended_at.is_(None))))


def test_what_fails_is_tried_ten_times_in_three_days_with_one_id_and_then_given_up(shop: Receiver, box: int, time: Time) -> None:
    add(shop, ["subscription.changed"])
    shop.answers(500, "broken")
    happens(box)
    began = now()
    work()
    for number, wait in enumerate(TRIES_AFTER, start=1):
        assert len(shop.received) == number
        due_at = dispatches()[0].due_at
        assert due_at and wait <= due_at - dispatches()[0].tried[-1].at <= wait * 1.2
        time(due_at - now() - timedelta(seconds=1))
        work()
        assert len(shop.received) == number
        time(timedelta(seconds=2) if wait > timedelta(minutes=1) else timedelta(seconds=10))
        work()
    assert len(set(shop.refs)) == 1 and len({one.body for one in shop.received}) == 1
    (dispatch,) = dispatches()
    assert len(dispatch.tried) == 10 and dispatch.due_at is None and dispatch.arrived_at is None
    assert {(tried.status, tried.said) for tried in dispatch.tried} == {(500, "broken")}
    assert 3 <= (now() - began) / timedelta(days=1) <= 4


def test_each_try_is_signed_anew_at_its_own_time(shop: Receiver, box: int, time: Time) -> None:
    added = add(shop)
    shop.answers(503)
    happens(box)
    work()
    shop.answers(200)
    time(timedelta(seconds=10))
    work()
    assert [one.is_signed_by(added.secret) for one in shop.received] == [True, True]
    assert dispatches()[0].arrived_at is not None
    assert endpoint(added.id).failing_since is None


@pytest.mark.parametrize("told", ["3600", "date"])
def test_it_waits_for_as_long_as_it_was_asked_to(shop: Receiver, box: int, time: Time, told: str) -> None:
    add(shop)
    shop.answers(429, Retry_After=told if told != "date" else format_datetime(datetime.now(UTC) + HOUR, usegmt=True))
    happens(box)
    work()
    shop.answers(204)
    time(timedelta(minutes=58))
    happens(box)
    work()
    assert len(shop.received) == 1, "what is new waits too"
    time(timedelta(minutes=15))
    work()
    assert len(shop.received) == 3


def test_one_that_is_gone_is_switched_off_at_once_and_somebody_is_told(shop: Receiver, other: Receiver, box: int) -> None:
    added = add(shop)
    add(other)
    shop.answers(410)
    happens(box, times=3)
    work()
    assert len(shop.received) == 1 and len(other.received) == 3
    gone = endpoint(added.id)
    assert gone.is_off and "410" in gone.why_off
    assert [dispatch.due_at for dispatch in dispatches() if dispatch.endpoint_id == added.id] == [None] * 3
    assert alarms() == [gone.alarm]
    with transaction():
        actions.switch_on(endpoint(added.id), by=BY, at=now())
    assert alarms() == []


def test_one_that_fails_for_five_days_is_switched_off_and_what_it_missed_can_be_sent_again(shop: Receiver, box: int, time: Time) -> None:
    added = add(shop)
    shop.answers(500)
    while not endpoint(added.id).is_off:
        happens(box)
        work()
        time(12 * HOUR)
    began = endpoint(added.id).failing_since
    assert began and OFF_AFTER <= now() - began <= OFF_AFTER + 24 * HOUR
    assert alarms() == [endpoint(added.id).alarm]
    tried, missed = len(shop.received), len(dispatches())
    happens(box)
    work()
    assert len(shop.received) == tried
    shop.answers(204)
    with transaction():
        actions.switch_on(endpoint(added.id), by=BY, at=now())
    with transaction():
        assert actions.send_again(endpoint(added.id), select(Dispatch.id), by=BY, at=now()) == missed + 1
    work()
    assert len(shop.received) == tried + missed + 1
    assert all(dispatch.arrived_at for dispatch in dispatches())


def test_after_an_outage_all_that_waits_goes_at_once_and_in_order(shop: Receiver, box: int, time: Time) -> None:
    add(shop)
    shop.answers(502)
    for _ in range(6):
        happens(box)
        work()
        time(HOUR)
    shop.received.clear()
    shop.answers(200)
    time(5 * HOUR)
    work()
    sequence = [one.told["data"]["sequence"] for one in shop.received]
    assert len(sequence) == 6 and all(dispatch.arrived_at for dispatch in dispatches())
    assert sequence[1:] == sorted(sequence[1:])


def test_a_message_that_alone_is_refused_holds_up_no_other(shop: Receiver, box: int, time: Time) -> None:
    add(shop)
    happens(box, times=3)
    poison = dispatches()[1].message.ref
    shop.answer = lambda: Response(status=422 if shop.refs[-1] == poison else 200)
    for _ in range(3):
        work()
        time(timedelta(seconds=4))
    assert [dispatch.arrived_at is not None for dispatch in dispatches()] == [True, False, True]


def test_a_dead_one_is_tried_now_and_then_and_holds_up_no_other(shop: Receiver, other: Receiver, box: int) -> None:
    add(shop)
    add(other)
    shop.answers(500)
    happens(box, times=20)
    work()
    assert len(other.received) == 20 and len(shop.received) == 1


def test_what_waits_for_a_dead_one_is_no_failure_of_ours(shop: Receiver, box: int, time: Time) -> None:
    """Neither an alarm that work waits, nor a line on the desk."""
    add(shop)
    shop.answers(500)
    happens(box)
    work()
    time(timedelta(minutes=20))
    assert operations.oldest_at(at=now()) is None and operations.stuck() == 0


def test_no_redirect_is_followed(shop: Receiver, other: Receiver, box: int) -> None:
    add(shop)
    shop.answers(307, Location=other.url)
    happens(box)
    work()
    assert other.received == []
    assert [tried.status for tried in dispatches()[0].tried] == [307] and dispatches()[0].due_at


def test_an_answer_that_never_ends_is_cut_off(shop: Receiver, box: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time; all of them never would."""
    over = Event()

    def drops() -> Iterator[bytes]:
        while not over.wait(0.1):
            yield b"."

    monkeypatch.setattr(post, "SECONDS", 0.5)
    shop.answer = lambda: Response(drops())
    add(shop)
    happens(box)
    try:
        work()
    finally:
        over.set()
    (dispatch,) = dispatches()
    assert dispatch.arrived_at and dispatch.tried[0].ms < 5000


def test_one_that_never_answers_is_given_up_in_time(shop: Receiver, box: int, monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def waits() -> Response:
        over.wait(30)
        return Response(status=200)

    monkeypatch.setattr(post, "SECONDS", 0.5)
    shop.answer = waits
    add(shop)
    happens(box)
    try:
        work()
    finally:
        over.set()
    (dispatch,) = dispatches()
    assert [(tried.status, tried.said) for tried in dispatch.tried] == [(None, "No answer within 0.5 seconds.")]
    assert dispatch.due_at


def test_where_nobody_answers_the_reason_is_kept(shop: Receiver, box: int) -> None:
    shop.url = "http://127.0.0.1:9/"
    add(shop)
    happens(box)
    work()
    (tried,) = dispatches()[0].tried
    assert tried.status is None and "refused" in tried.said


def test_of_a_long_answer_the_beginning_is_kept(shop: Receiver, box: int) -> None:
    add(shop)
    shop.answers(200, "é\x00" + "x" * 100_000)
    happens(box)
    work()
    (tried,) = dispatches()[0].tried
    assert tried.said == "é" + "x" * 499
