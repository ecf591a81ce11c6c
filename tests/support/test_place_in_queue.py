"""Whoever works along a list stays where they are in it, and is led from what is done to what comes next."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from portal.accounts.models import Customer, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.returns.models import Claim, ReturnStatus
from portal.tasks import Queue, actions
from portal.tasks.models import StaffTask
from portal.tasks.queries import MOST
from portal.tasks.queries.waiting import SHOWN
from tests.browser import Browser, attribute, words
from tests.orders.builders import order
from tests.returns.builders import sent_back
from tests.subscriptions.builders import Box
from tests.support.conftest import looks
from tests.support.test_claims import claimed
from tests.support.test_queue import listed, task


@pytest.fixture
def parcels(app: Flask) -> list[int]:
    """Two pages of them, and one claim that is due before all."""
    task(app, "claim", "Alice", timedelta(hours=-1), facts={"reference": "K-1"})
    return [
        task(app, "worry", "Bob", timedelta(hours=number), key=str(number), facts={"ref": f"P{number:02}"}) for number in range(SHOWN + 3)
    ]


def next_one(browser: Browser, page: str) -> str:
    found = browser.get(page).select_one("[data-key=n]")
    return words(found) if found else ""


def given_to(app: Flask, name: str, task_id: int) -> None:
    with app.app_context(), transaction():
        colleague = db.session.scalars(select(Staff).where(Staff.name == name)).one()
        actions.take(db.session.get_one(StaffTask, task_id), colleague, at=now())


def test_the_page_and_the_filter_stay_through_all_that_is_done_with_a_task(app: Flask, desk: Browser, parcels: list[int]) -> None:
    second = attribute(desk.get("/desk?queue=parcels"), 'a[href*="after="]', "href")
    place = second.partition("?")[2]
    shown = listed(desk, second)
    assert len(shown) == 3 and "P30" in shown[0]
    row = attribute(desk.get(second), ".queue a", "href")
    page = desk.get(row)
    for deed in "take", "put-back", "give":
        page = desk.post(attribute(page, f'form[action*="/{deed}?"]', "action"), {"to": "1"})
        assert desk.at == row and [words(one) for one in page.select(".queue .go > span:not(.num)")] == shown
    page = desk.get(attribute(page, 'a[href*="/notes?"]', "href"))
    assert attribute(page, "a.back", "href") == row
    desk.post(attribute(page, 'form[action*="/notes?"]', "action"), {"note": "After six"})
    assert desk.at == row, "a note leads back to the task"
    page = desk.post(attribute(page, 'form[action*="/reminders?"]', "action"), {"words": "Call"}, expect=422)
    assert attribute(page, "a.back", "href") == row, "also one that was refused first"
    page = desk.post(attribute(desk.get(row), 'form[action*="/done?"]', "action"))
    assert desk.at == f"/desk?{place}&past={parcels[SHOWN]}" and len(page.select(".queue li")) == 2
    desk.post(attribute(page, "#notice form", "action"))
    assert desk.at == row and listed(desk, second) == shown


def test_what_is_done_leads_to_the_next_of_the_same_list(app: Flask, desk: Browser, lead: Browser, parcels: list[int], jonas: int) -> None:
    desk.post(f"/desk/tasks/{parcels[1]}/done?queue=parcels")
    told = next_one(desk, desk.at)
    assert "Next: A customer looks again and again" in told and "P02" in told, "not what was passed over, nor what another queue has"
    assert "P02" in next_one(desk, f"/desk/tasks/{parcels[1]}?queue=parcels"), "and so does its own page"
    given_to(app, "The lead", parcels[2])
    assert "P03" in next_one(desk, desk.at) and "P02" in next_one(lead, "/desk?past=" + str(parcels[1])), "a colleague has it"
    desk.post(f"/desk/tasks/{parcels[-1]}/done?queue=parcels")
    assert "P00" in next_one(desk, desk.at), "after the last comes the first"
    given_to(app, "Jonas", parcels[4])
    desk.post(f"/desk/tasks/{parcels[4]}/done?queue=mine")
    assert next_one(desk, desk.at) == "", "nothing else is theirs"
    assert next_one(desk, f"/desk/tasks/{parcels[5]}") == "" and next_one(desk, "/desk") == "", "nothing was done"


@pytest.mark.parametrize("queue", ["claims", "returns"])
def test_from_what_has_a_page_of_its_own_the_way_leads_on(app: Flask, desk: Browser, lead: Browser, alice: Box, queue: str) -> None:
    kind = queue.removesuffix("s")
    with app.app_context():
        claim = db.session.get_one(Claim, claimed(app, alice)).reference
        with transaction():
            bought = order(db.session.get_one(Customer, alice.customer_id), now(), number="1002")
            db.session.flush()
            back = sent_back(bought, status=ReturnStatus.NEEDS_REVIEW)
            due: dict[str, Any] = {"customer_id": alice.customer_id, "due_at": now() + timedelta(hours=1), "at": now()}
            actions.open_task("return", back, key="return", facts={"rma": back.rma}, **due)
        (first,) = db.session.scalars(select(StaffTask.id).where(StaffTask.kind == kind))
        path = f"/desk/returns/{back.rma}" if kind == "return" else f"/desk/claims/{claim}"
    page = desk.get(attribute(desk.get(f"/desk/{queue}"), f'main a[href^="{path}"]', "href"))
    assert attribute(page, "a.back", "href") == f"/desk/{queue}" and next_one(desk, desk.at) == "", "nothing else waits"
    then = task(app, kind, "Bob", timedelta(days=9), facts={"reference": "K-2"})
    page = desk.get(attribute(desk.get(f"/desk/tasks/{first}?queue={queue}"), f'a[href^="{path}"]', "href"))
    assert attribute(page, "a.back", "href") == f"/desk/tasks/{first}?queue={queue}"
    assert next_one(desk, desk.at) == "The next one", "which can be gone to without an answer"
    form = page.select_one('form[action*="/deny?"], form[action*="/decline?"]') or pytest.fail("there is no such form")
    for reason in "", str(form.select("option")[1]["value"]):
        page = desk.post(str(form["action"]), {"reason": reason, "words": "We are sorry."}, expect=200 if reason else 422)
    assert desk.at == f"{path}?task={first}&queue={queue}", "also after a refusal"
    assert "Next:" in (told := next_one(desk, desk.at)) and "Bob" in told
    assert looks(app)[-1][2] == kind and (looks(app)[-2][1], looks(app)[-2][2]) == (whose(app, then), "queue")
    assert attribute(page, "a.back", "href") == f"/desk?past={first}&queue={queue}"
    listed_at = f"{path}?task={first}&queue={queue}&list=all"
    assert "Bob" in next_one(desk, listed_at) and attribute(desk.get(listed_at), "a.back", "href") == f"/desk/{queue}"
    given_to(app, "The lead", then)
    assert next_one(desk, desk.at) == "" and next_one(desk, path) == ""
    assert attribute(desk.get(path), "a.back", "href") == f"/desk/{queue}", "who came another way goes back there"
    desk.get(f"{path}?task=99999&queue=nothing")


def whose(app: Flask, task_id: int) -> int | None:
    with app.app_context():
        return db.session.get_one(StaffTask, task_id).customer_id


def test_whom_the_next_one_names_leaves_a_trace(app: Flask, desk: Browser) -> None:
    first, then = task(app, "worry", "Bob", timedelta(hours=1)), task(app, "worry", "Carol", timedelta(hours=2))
    with app.app_context():
        bob, carol = (db.session.get_one(StaffTask, one).customer_id for one in (first, then))
    desk.post(f"/desk/tasks/{first}/done?queue=parcels")
    assert {whom for _, whom, _ in looks(app)} == {carol} and bob


def test_a_page_on_which_all_is_done_leads_back_to_the_first(app: Flask, desk: Browser, parcels: list[int]) -> None:
    for one in parcels[SHOWN:]:
        desk.post(f"/desk/tasks/{one}/done?queue=parcels&after={parcels[SHOWN - 1]}")
    assert "P00" in listed(desk, desk.at)[0]
    assert attribute(desk.get(f"/desk?queue=parcels&after={parcels[3]}"), ".btns a", "href") == "/desk?queue=parcels"


@pytest.mark.parametrize("nobody", ["999999", "0", "-1", "1.5", "x", "", str(2**31), str(2**64), "9" * 5000, "%C2%B2", "1%27"])
def test_what_names_no_task_asks_for_the_first_page(desk: Browser, parcels: list[int], nobody: str) -> None:
    assert "P00" in listed(desk, f"/desk?queue=parcels&after={nobody}&past={nobody}")[0]
    assert desk.get(f"/desk/tasks/{parcels[0]}?after={nobody}").select(".queue li")


def test_the_navigation_of_each_page_says_how_many_are_mine(app: Flask, desk: Browser, parcels: list[int]) -> None:
    def mine(page: str) -> str:
        return words(desk.get(page).select(".desk-places > a")[1])

    assert mine("/desk/returns") == "Mine 0"
    for one in parcels[:2]:
        given_to(app, "Jonas", one)
    assert mine("/desk/returns") == mine("/desk") == "Mine 2"
    current = desk.get("/desk?queue=mine").select(".desk-places > [aria-current]")
    assert [words(one) for one in current] == ["Mine 2"]


def test_a_task_from_a_colleague_says_from_whom(app: Flask, desk: Browser, lead: Browser, jonas: int, parcels: list[int]) -> None:
    page = f"/desk/tasks/{parcels[0]}"
    lead.post(f"{page}/give", {"to": str(jonas)})
    for shown in page, "/desk?queue=mine":
        assert "given by The lead" in words(desk.get(shown))
    desk.post(f"{page}/give", {"to": str(jonas)})
    assert "given by" not in words(desk.get(page)), "it is theirs because they say so"
    lead.post(f"{page}/give", {"to": str(jonas)})
    desk.post(f"{page}/put-back")
    desk.post(f"{page}/take")
    assert "given by" not in words(desk.get(page))


def test_what_is_done_says_for_how_long_it_was_open(app: Flask, desk: Browser, parcels: list[int]) -> None:
    with app.app_context(), transaction():
        db.session.get_one(StaffTask, parcels[0]).opened_at = now() - timedelta(hours=5)
    desk.post(f"/desk/tasks/{parcels[0]}/done")
    with app.app_context(), transaction():
        one = db.session.get_one(StaffTask, parcels[0])
        one.done_at = one.opened_at + timedelta(hours=2)
    assert "Was open for 2 hrs" in words(desk.get(f"/desk/tasks/{parcels[0]}"))


def test_of_very_many_it_is_said_that_there_are_more(app: Flask, desk: Browser, jonas: int) -> None:
    like = {"kind": "no scan", "queue": Queue.PARCELS, "subject": "customer:1", "facts": {}, "owner_id": jonas}
    many = [like | {"key": str(number), "opened_at": now(), "due_at": now()} for number in range(MOST - 1)]
    with app.app_context(), transaction():
        db.session.execute(insert(StaffTask), many)
    assert [words(chip) for chip in desk.get("/desk").select(".filter .chip")] == ["All 999", "Mine 999", "Parcels 999"]
    given_to(app, "Jonas", task(app, "worry", "Bob", timedelta(hours=1)))
    task(app, "claim", "Alice", timedelta(hours=1))
    page = desk.get("/desk")
    assert [words(chip) for chip in page.select(".filter .chip")] == ["All 999+", "Mine 999+", "Claims 1", "Parcels 999+"]
    assert words(page.select(".desk-places > a")[1]) == "Mine 999+"
