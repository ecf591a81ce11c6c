"""A task is put off until a day and an hour: it leaves what is open and comes back by itself; what was promised stays in sight."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.returns.models import Claim, Payout, PayoutKind, Return, ReturnStatus
from portal.tasks import actions
from portal.tasks.models import StaffTask
from tests.browser import Browser, Sent, attribute, words
from tests.orders.builders import order
from tests.returns.builders import sent_back
from tests.subscriptions.builders import Box
from tests.support.test_claims import claimed
from tests.support.test_queue import deeds, listed, read, task
from tests.support.test_who_left import history

IN_TWO_DAYS = timedelta(days=2)


def day() -> Sent:
    return {"day": (now() + IN_TWO_DAYS).date().isoformat(), "time": "09:00"}


def until(app: Flask, task_id: int) -> datetime | None:
    with app.app_context():
        return db.session.get_one(StaffTask, task_id).put_off_until


def chips(browser: Browser, page: str = "/desk") -> list[str]:
    return [words(chip) for chip in browser.get(page).select(".filter .chip")]


def test_it_leaves_the_list_until_then_and_comes_back_by_itself(app: Flask, desk: Browser, lead: Browser) -> None:
    one, _ = task(app, "worry", "Bob", timedelta(hours=5)), task(app, "claim", "Alice", timedelta(hours=6))
    page = desk.get(f"/desk/tasks/{one}?queue=parcels")
    assert attribute(page, "#day") == (now() + timedelta(days=1)).date().isoformat(), "tomorrow is one tap away"
    told = words(desk.post(attribute(page, 'form[action*="/put-off"]', "action"), day()))
    assert desk.at == f"/desk?queue=parcels&past={one}" and "Put off until" in told and "09:00" in told
    assert chips(desk) == ["All 1", "Claims 1", "Put off 1"]
    assert len(listed(desk)) == 1 and "Nothing waits here" in words(desk.get("/desk?queue=parcels"))
    row = words(lead.get("/desk?queue=put-off").select(".queue .go")[0])
    assert "Bob" in row and "put off until" in row and "Due" in row, "what was promised stays in sight"
    assert "by Jonas" in words(lead.get(f"/desk/tasks/{one}")), "and who put it off"
    assert until(app, one) and deeds(app) == ["put task off"]
    with clock.at(now() + timedelta(days=3)):
        later = Browser(app)
        later.sign_in_staff(1)
        assert chips(later) == ["All 2", "Claims 1", "Parcels 1"] and "Bob" in listed(later)[0]
        assert "put off until" not in words(later.get("/desk").select(".queue .go")[0])


def test_it_counts_as_late_from_the_promised_time_on(app: Flask, desk: Browser) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=-3))
    desk.get(f"/desk/tasks/{one}")
    desk.post(f"/desk/tasks/{one}/put-off", day())
    assert chips(desk) == ["All 0", "Put off 1, 1 late"]
    assert "3 hrs late" in words(desk.get("/desk?queue=put-off").select(".queue .bad")[-1])


def test_it_is_undone_or_opened_again_before_its_time(app: Flask, desk: Browser, lead: Browser) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=3))
    desk.get(f"/desk/tasks/{one}")
    page = desk.post(f"/desk/tasks/{one}/put-off", day())
    desk.post(attribute(page, "#notice form", "action"))
    assert desk.at == f"/desk/tasks/{one}" and until(app, one) is None and len(listed(desk)) == 1
    desk.post(f"/desk/tasks/{one}/put-off", day())
    for _ in range(2):
        lead.post(f"/desk/tasks/{one}/take-up")
    assert until(app, one) is None and deeds(app) == ["put task off", "take task up"] * 2
    told = history(desk, one)
    assert told[0] == "Open again before its time" and told[1].startswith("Put off until")


@pytest.mark.parametrize("deed", ["take", "give", "done", "reopen"])
def test_who_is_to_do_it_now_finds_it_among_what_is_open(app: Flask, desk: Browser, jonas: int, deed: str) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=3))
    desk.get(f"/desk/tasks/{one}")
    desk.post(f"/desk/tasks/{one}/put-off", day())
    if deed == "reopen":
        desk.post(f"/desk/tasks/{one}/done")
    desk.post(f"/desk/tasks/{one}/{deed}", {"to": str(jonas)})
    assert len(listed(desk)) == (deed != "done") and len(listed(desk, "/desk?queue=put-off")) == 0
    assert read(app, one)[0] == (jonas if deed in ("take", "give") else None)


def test_what_is_theirs_stays_theirs_and_is_not_counted_until_then(app: Flask, desk: Browser, jonas: int) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=3))
    desk.get(f"/desk/tasks/{one}")
    desk.post(f"/desk/tasks/{one}/take")
    desk.post(f"/desk/tasks/{one}/put-off", day())
    assert read(app, one)[0] == jonas and listed(desk, "/desk?queue=mine") == []
    assert words(desk.get("/desk").select(".desk-places > a")[1]) == "Mine 0"


@pytest.mark.parametrize(
    ("when", "time"), [("2020-01-01", "10:00"), ("", "10:00"), ("tomorrow", ""), ("9999-12-31", "23:59"), ("2026-12-01", "25:00")]
)
def test_no_time_to_come_is_refused_and_what_was_typed_stands(app: Flask, desk: Browser, when: str, time: str) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=3))
    desk.get(f"/desk/tasks/{one}")
    page = desk.post(f"/desk/tasks/{one}/put-off?queue=parcels", {"day": when, "time": time}, expect=422)
    assert "still to come" in words(page) and page.select_one("details[open] #day")
    assert attribute(page, "#time") == (time or "09:00") and attribute(page, "#day") == (
        when or attribute(desk.get(f"/desk/tasks/{one}"), "#day")
    )
    assert until(app, one) is None and deeds(app) == []
    desk.get(f"/desk/tasks/{one}/put-off?queue=parcels")
    assert desk.at == f"/desk/tasks/{one}?queue=parcels", "and its address leads to the task"


def test_it_is_marked_wherever_stands_what_it_is_about(app: Flask, desk: Browser, alice: Box) -> None:
    """Also where the task is about money of a return, not about the return itself."""
    with app.app_context():
        claim = db.session.get_one(Claim, claimed(app, alice)).reference
        with transaction():
            bought = order(db.session.get_one(Customer, alice.customer_id), now(), number="1002")
            db.session.flush()
            back = sent_back(bought, status=ReturnStatus.CLOSED)
            told: dict[str, Any] = {"order_id": bought.id, "amount": 800, "currency": "EUR", "by_hand": 800, "return_id": back.id}
            payout = Payout(kind=PayoutKind.REFUND, lines=[], decided_at=now(), **told)
            db.session.add(payout)
            db.session.flush()
            due: dict[str, Any] = {"customer_id": alice.customer_id, "due_at": now() + IN_TWO_DAYS, "at": now()}
            money = actions.open_task("return money", payout, key="money", **due)
            rma, return_id = back.rma, back.id
        (answer,) = db.session.scalars(select(StaffTask.id).where(StaffTask.kind == "claim"))
    pages = ["/desk/claims", f"/desk/claims/{claim}", "/desk/returns", f"/desk/returns/{rma}", f"/desk/customers/{alice.customer_id}"]

    def marks() -> list[int]:
        return [words(desk.get(page).main or pytest.fail(page)).lower().count("put off until") for page in pages]

    assert marks() == [0, 0, 0, 0, 0]
    for one in answer, money:
        desk.post(f"/desk/tasks/{one}/put-off", day())
    assert marks() == [1, 1, 1, 1, 2]
    with app.app_context(), transaction():
        actions.open_task("return", db.session.get_one(Return, return_id), key="more", **due)
    assert marks() == [1, 1, 0, 0, 2], "something else about that return is open"
    desk.post(f"/desk/returns/{rma}/take")
    assert marks() == [1, 1, 0, 0, 1] and read(app, money or 0)[0], "and who takes it has that too"


def test_what_is_done_is_not_put_off(app: Flask, desk: Browser) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=3))
    desk.get(f"/desk/tasks/{one}")
    desk.post(f"/desk/tasks/{one}/done")
    for deed in "put-off", "take-up":
        assert "It is done already" in words(desk.post(f"/desk/tasks/{one}/{deed}", day()))
    desk.post("/desk/tasks/77/put-off", day(), expect=404)
    desk.post("/desk/tasks/77/put-off", {"day": "", "time": ""}, expect=404)
