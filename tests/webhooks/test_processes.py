"""What real workers do: one that dies amid a message, and threads that a dead endpoint can't hold up."""

import subprocess
import sys
import time as wall
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask, Response
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Task
from portal.webhooks import post
from tests.webhooks.conftest import add, dispatches, happens, work
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.slow
SECONDS = 60


def wait_until(is_so: Callable[[], bool]) -> None:
    end = wall.monotonic() + SECONDS
    while not is_so():
        assert wall.monotonic() < end, "it never was"
        wall.sleep(0.05)


def holds(receiver: Receiver) -> Event:
    """It takes what comes, and says nothing until the event is set."""
    over = Event()

    def answer() -> Response:
        over.wait(SECONDS)
        return Response(status=204)

    receiver.answer = answer
    return over


def test_a_worker_that_is_killed_before_it_could_note_the_answer_sends_nothing_twice_that_can_not_be_told(
    database_url: str, shop: Receiver, box: int
) -> None:
    """Another sends the same message, with the same webhook-id, once the lease of the dead one is over. Nothing is lost."""
    added = add(shop)
    happens(box, times=2)
    over = holds(shop)
    command = [sys.executable, "-m", "tests.webhooks.worker", database_url]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        try:
            wait_until(lambda: len(shop.received) == 1)
            process.kill()
            process.wait(SECONDS)
        finally:
            over.set()
    assert [len(dispatch.tried) for dispatch in dispatches()] == [0, 0]
    shop.answers(204)

    def have_arrived() -> bool:
        work()
        return all(dispatch.arrived_at for dispatch in dispatches())

    wait_until(have_arrived)
    first, again, second = shop.received
    assert first.ref == again.ref != second.ref
    assert first.body == again.body and first.is_signed_by(added.secret) and again.is_signed_by(added.secret)


@contextmanager
def working(app: Flask) -> Iterator[None]:
    stop = Event()

    def run() -> None:
        with app.app_context():
            outbox.work(stop)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(SECONDS)


def test_while_an_endpoint_says_nothing_others_are_told_and_other_work_is_done(
    app: Flask, shop: Receiver, other: Receiver, box: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "SECONDS", SECONDS)
    silent = add(shop).id
    add(other)
    over = holds(shop)
    with working(app):
        try:
            happens(box, times=5)
            wait_until(lambda: len(shop.received) == 1 and len(other.received) == 5)
            with transaction():
                outbox.want_task("forget old webhooks", {}, at=now(), key="other work")
            wait_until(lambda: is_done("other work"))
            assert len(shop.received) == 1, "one at a time"
            assert not any(dispatch.tried for dispatch in dispatches() if dispatch.endpoint_id == silent), "it still says nothing"
        finally:
            over.set()


def is_done(key: str) -> bool:
    db.session.rollback()
    return db.session.scalar(select(Task.done_at).where(Task.key == key)) is not None
