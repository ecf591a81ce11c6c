"""What a colleague had who was shut out, or may do less than before, waits for anybody again; and nobody gives them more."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.actions import give_role, shut_out
from portal.accounts.models import Customer, Role, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.tasks import actions, hold_task
from portal.tasks.models import StaffTask
from portal.timeline import Actor, key
from tests.browser import Browser, words
from tests.ground import at_once
from tests.support.conftest import looks
from tests.support.test_queue import read, task

BY = Actor(system="command line")
Reach = Callable[[StaffTask, Staff, Customer], object]
REACHES: dict[str, Reach] = {
    "take": lambda one, staff, _: actions.take(one, staff, at=now()),
    "give": lambda one, staff, _: actions.give(one, staff, by=db.session.get_one(Staff, staff.id), at=now()),
    "take all": lambda _, staff, person: actions.take_tasks([key(person)], staff, whose=None, by=Actor(staff_id=staff.id), at=now()),
    "remind": lambda _, staff, person: actions.remind(person, "Call", now() + timedelta(days=1), draft="d", author=staff, at=now()),
}


def take(app: Flask, task_id: int, staff_id: int) -> None:
    with app.app_context(), transaction():
        actions.take(db.session.get_one(StaffTask, task_id), db.session.get_one(Staff, staff_id), at=now())


def history(browser: Browser, task_id: int) -> list[str]:
    return [words(one) for one in browser.get(f"/desk/tasks/{task_id}").select('[aria-labelledby="was"] li b')]


def test_who_is_shut_out_has_nothing_any_more_and_colleagues_see_why(app: Flask, lead: Browser, jonas: int) -> None:
    one, done = task(app, "worry", "Bob", timedelta(hours=1)), task(app, "no scan", "Bob", timedelta(hours=1))
    for each in one, done:
        take(app, each, jonas)
    lead.post(f"/desk/tasks/{done}/done")
    with app.app_context(), transaction():
        shut_out(db.session.get_one(Staff, jonas), by=BY, at=now())
    assert read(app, one)[0] is None and read(app, done)[0] == jonas, "what is done stays theirs"
    assert history(lead, one) == ["Waits for anybody again: Jonas works here no more", "Taken over"]
    assert history(lead, done) == ["Done", "Taken over"]
    assert looks(app)


def test_who_may_do_less_has_nothing_any_more_and_who_may_do_more_keeps_it(app: Flask, desk: Browser, lead: Browser) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=1))
    with app.app_context():
        leads = db.session.scalars(select(Staff.id).where(Staff.role == Role.LEAD)).one()
    take(app, one, leads)
    for role, keeps in (Role.ADMIN, True), (Role.ADMIN, True), (Role.AGENT, False):
        with app.app_context(), transaction():
            give_role(db.session.get_one(Staff, leads), role, by=BY, at=now())
        assert (read(app, one)[0] == leads) is keeps, role
    assert history(desk, one)[0] == "Waits for anybody again: The lead may do less than before"


def test_what_was_not_done_after_all_is_nobodys_where_they_left_meanwhile(app: Flask, lead: Browser, jonas: int) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=1))
    take(app, one, jonas)
    lead.post(f"/desk/tasks/{one}/done")
    with app.app_context(), transaction():
        shut_out(db.session.get_one(Staff, jonas), by=BY, at=now())
    for _ in range(2):
        lead.post(f"/desk/tasks/{one}/reopen")
    assert read(app, one) == (None, None)


@pytest.mark.parametrize("reach", REACHES)
def test_nobody_gets_a_task_at_the_moment_in_which_they_are_shut_out(app: Flask, jonas: int, reach: str) -> None:
    one, is_out = task(app, "worry", "Bob", timedelta(hours=1)), Event()

    def do(number: int) -> bool:
        if number == 0:
            with transaction():
                shut_out(db.session.scalars(Staff.locked(jonas)).one(), by=BY, at=now())
                is_out.set()
                sleep(0.5)  # until the other one has come to the row
            return True
        is_out.wait(30)
        try:
            with transaction():
                held = hold_task(one)
                assert held
                person = db.session.scalars(select(Customer)).one()
                REACHES[reach](held, db.session.get_one(Staff, jonas), person)
        except Refusal:
            return False
        return True

    assert at_once(app, 2, do) == [True, False]
    with app.app_context():
        assert db.session.scalars(select(StaffTask).where(StaffTask.owner_id == jonas)).all() == []


@pytest.mark.parametrize("reach", REACHES)
def test_what_was_taken_just_before_is_put_back_too(app: Flask, jonas: int, reach: str) -> None:
    one, is_taken = task(app, "worry", "Bob", timedelta(hours=1)), Event()

    def do(number: int) -> None:
        if number == 0:
            with transaction():
                held = hold_task(one)
                assert held
                person = db.session.scalars(select(Customer)).one()
                REACHES[reach](held, db.session.get_one(Staff, jonas), person)
                is_taken.set()
                sleep(0.5)
            return
        is_taken.wait(30)
        with transaction():
            shut_out(db.session.scalars(Staff.locked(jonas)).one(), by=BY, at=now())

    at_once(app, 2, do)
    with app.app_context():
        assert db.session.scalars(select(StaffTask).where(StaffTask.owner_id == jonas)).all() == []


@pytest.mark.parametrize("loses", ["the role", "the door"])
def test_a_task_that_a_colleague_holds_at_that_moment_is_put_back_too(app: Flask, jonas: int, lead: Browser, loses: str) -> None:
    one, is_held = task(app, "worry", "Bob", timedelta(hours=1)), Event()
    with app.app_context():
        leads = db.session.scalars(select(Staff.id).where(Staff.role == Role.LEAD)).one()
    take(app, one, leads)

    def do(number: int) -> None:
        with transaction():
            if number == 0:
                held = hold_task(one)
                is_held.set()
                sleep(0.5)  # until the other one has come to it
                assert held
                actions.put_off(held, now() + timedelta(days=1), by=db.session.get_one(Staff, jonas), at=now())
                return
            is_held.wait(30)
            leaves = db.session.scalars(Staff.locked(leads)).one()
            if loses == "the role":
                give_role(leaves, Role.AGENT, by=BY, at=now())
            else:
                shut_out(leaves, by=BY, at=now())

    at_once(app, 2, do)
    assert read(app, one)[0] is None
    with app.app_context():
        assert db.session.get_one(StaffTask, one).put_off_until, "and what the colleague did with it counts"
