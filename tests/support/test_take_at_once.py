"""Two reach for the same task at the same moment: one has it, the other is told."""

from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.tasks import actions, hold_task
from portal.timeline import Actor, Entry, note
from tests.accounts.builders import customer, staff
from tests.ground import at_once


def test_of_four_who_take_it_at_once_one_has_it(app: Flask) -> None:
    with app.app_context(), transaction():
        person = customer("bob@example.com")
        made = actions.open_task("worry", person, key="x", customer_id=person.id, due_at=now() + timedelta(hours=1), at=now())
        workers = [staff(f"w{number}@halfjar.example", f"W{number}").id for number in range(4)]

    def take(number: int) -> bool:
        with transaction():
            task = hold_task(made or 0) or pytest.fail("it is not there")
            try:
                actions.take(task, db.session.get_one(Staff, workers[number]), at=now())
            except Refusal:
                return False
        return True

    assert sorted(at_once(app, 4, take)) == [False, False, False, True]
    with app.app_context():
        assert len(db.session.scalars(select(Entry.id).where(Entry.deed == "take task")).all()) == 1


@pytest.mark.parametrize("deed", ["vip", "note"])
def test_a_double_tap_at_the_same_moment_is_one_deed(app: Flask, deed: str) -> None:
    with app.app_context(), transaction():
        person, author = customer("bob@example.com").id, staff().id

    def do(_: int) -> None:
        with transaction():
            one, by = db.session.scalars(Customer.locked(person)).one(), db.session.get_one(Staff, author)
            if deed == "vip":
                actions.mark_vip(one, "Since the first day", by=by, at=now())
            else:
                actions.write_note(one, "After six", draft="the same", author=by, at=now())

    at_once(app, 4, do)
    with app.app_context():
        assert len(db.session.scalars(select(Entry.id).where(Entry.staff_id == author)).all()) == 1


def test_who_takes_what_ends_at_that_moment_is_told_that_it_is_done(app: Flask) -> None:
    """The deed that ends it has written into the history before it comes to the task, which nobody holds who waits to write there."""
    has_written = Event()
    with app.app_context(), transaction():
        person, worker = customer("bob@example.com"), staff().id
        made = actions.open_task("claim", person, key="x", customer_id=person.id, due_at=now() + timedelta(hours=1), at=now())

    def do(number: int) -> str:
        try:
            with transaction():
                if number == 0:
                    person = db.session.scalars(select(Customer)).one()
                    note(person, "an answer", by=Actor(staff_id=worker), at=now(), facts={})
                    has_written.set()
                    sleep(0.5)  # until the other one has come to the history
                    actions.finish_tasks("claim", person, at=now())
                else:
                    has_written.wait(30)
                    actions.take(hold_task(made or 0) or pytest.fail("it is not there"), db.session.get_one(Staff, worker), at=now())
        except Refusal as refusal:
            return type(refusal).__name__
        return "done"

    assert at_once(app, 2, do) == ["done", "DoneAlready"]
