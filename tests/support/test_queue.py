"""The desk's first page: what waits for somebody, VIPs first, then what is due first; taken, given, put back, done by hand. PRODUCT H6."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.tasks import KINDS, Queue, actions
from portal.tasks.models import StaffTask
from portal.tasks.queries.waiting import SHOWN
from portal.timeline import Entry
from tests.accounts.builders import customer, staff
from tests.browser import Browser, attribute, words
from tests.questions import questions
from tests.support.conftest import looks


def task(app: Flask, kind: str, whose: str, due_in: timedelta, *, key: str = "", facts: dict[str, object] | None = None) -> int:
    """About this customer, who is made if need be. Its number."""
    with app.app_context(), transaction():
        email = f"{whose.lower()}@example.com"
        person = db.session.scalars(select(Customer).where(Customer.email == email)).one_or_none() or customer(email, whose)
        made = actions.open_task(
            kind, person, key=key or f"{kind}:{whose}", customer_id=person.id, due_at=now() + due_in, at=now(), facts=facts
        )
        assert made
        return made


def mark(app: Flask, whose: str) -> None:
    with app.app_context(), transaction():
        person = db.session.scalars(select(Customer).where(Customer.email == f"{whose.lower()}@example.com")).one()
        actions.mark_vip(person, "Since the first day", by=db.session.scalars(select(Staff)).first() or staff(), at=now())


def listed(browser: Browser, path: str = "/desk") -> list[str]:
    return [words(row) for row in browser.get(path).select(".queue .go > span:not(.num)")]


def deeds(app: Flask) -> list[str]:
    with app.app_context():
        rows = select(Entry.deed).where(Entry.subject.startswith("staff_task:")).order_by(Entry.id)
        return list(db.session.scalars(rows))


def read(app: Flask, task_id: int) -> tuple[int | None, datetime | None]:
    with app.app_context():
        row = db.session.get_one(StaffTask, task_id)
        return row.owner_id, row.done_at


def test_on_the_first_day_nothing_waits_for_anybody(desk: Browser) -> None:
    told = words(desk.get("/desk"))
    assert "Nothing waits for anybody" in told and "Whom are you looking for?" in told


def test_what_is_most_urgent_stands_first_and_vips_before_it(app: Flask, desk: Browser) -> None:
    task(app, "worry", "Bob", timedelta(hours=-3), facts={"ref": "JD0140", "order": "10482"})
    task(app, "claim", "Alice", timedelta(hours=5), facts={"reference": "K-7KQ2-M9XD", "order": "10440"})
    task(app, "no scan", "Charlie", timedelta(hours=2), facts={"ref": "JD0141", "order": "10483"})
    assert [row.split(" ")[-1] for row in listed(desk)] == ["JD0140", "JD0141", "K-7KQ2-M9XD"]
    mark(app, "Alice")
    first, *others = listed(desk)
    assert first == "Answer a claim VIP Alice. K-7KQ2-M9XD" and "VIP" not in " ".join(others)
    late = desk.get("/desk").select_one(".queue .go:has(.bad)")
    assert late and "3 hrs late" in words(late) and "nobody" in words(late)
    task(app, "claim", "Alice", timedelta(hours=6), key="another", facts={"reference": "K-2"})
    assert listed(desk)[1] == "Answer a claim VIP Alice. K-2", "what is opened later goes first too"


def test_each_queue_can_be_asked_for_alone_with_how_much_is_in_it(app: Flask, desk: Browser, jonas: int) -> None:
    for kind, whose in ("worry", "Bob"), ("claim", "Alice"), ("no scan", "Charlie"):
        task(app, kind, whose, timedelta(hours=1))
    chips = [words(chip) for chip in desk.get("/desk").select(".filter .chip")]
    assert chips == ["All 3", "Claims 1", "Parcels 2"]
    assert len(listed(desk, "/desk?queue=parcels")) == 2
    assert len(listed(desk, "/desk?queue=nothing-such")) == 3
    assert "Nothing waits here" in words(desk.get("/desk?queue=mine"))
    row = desk.get("/desk?queue=claims").select_one(".queue a")
    assert row and str(row["href"]).endswith("?queue=claims"), "the list stays as it was beside what is opened"
    desk.get(str(row["href"]))
    desk.post(str(row["href"]).replace("?", "/take?"))
    assert len(listed(desk, "/desk?queue=mine")) == 1


def test_a_long_list_goes_on_where_the_page_before_ended_also_when_that_was_done_meanwhile(app: Flask, desk: Browser) -> None:
    for number in range(SHOWN + 2):
        task(app, "worry", "Bob", timedelta(hours=number // 2), key=str(number), facts={"ref": f"P{number:02}"})
    page = desk.get("/desk")
    assert len(page.select(".queue li")) == SHOWN
    onwards = attribute(page, 'a[href*="after="]', "href")
    with app.app_context(), transaction():
        last = db.session.get_one(StaffTask, int(onwards.rpartition("=")[2]))
        actions.finish_tasks("worry", db.session.get_one(Customer, last.customer_id), at=now() - timedelta(days=1))
        for number in SHOWN, SHOWN + 1:
            db.session.scalars(select(StaffTask).where(StaffTask.key == str(number))).one().done_at = None
    assert [row.split(" ")[-1] for row in listed(desk, onwards)] == [f"P{SHOWN}", f"P{SHOWN + 1}"]
    assert desk.get("/desk?after=999999").select(".queue li")


def test_the_page_asks_as_often_however_long_the_list_is(app: Flask, desk: Browser) -> None:
    task(app, "worry", "Bob", timedelta(hours=1))
    few = questions(app, desk, "/desk")
    for number in range(20):
        task(app, "claim", f"Person{number}", timedelta(hours=1), key=str(number))
    assert questions(app, desk, "/desk") == few


def test_whoever_is_named_in_the_list_leaves_a_trace_first(app: Flask, desk: Browser, jonas: int) -> None:
    first = task(app, "worry", "Bob", timedelta(hours=1))
    desk.get("/desk")
    ((who, whom, where),) = looks(app)
    assert (who, where) == (jonas, "queue")
    desk.get(f"/desk/tasks/{first}")
    assert looks(app)[1:] == [(jonas, whom, "queue"), (jonas, whom, "task")]


def test_it_is_taken_given_and_put_back_and_each_is_written_down(app: Flask, desk: Browser, jonas: int, lead: Browser) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=1))
    page = desk.get(f"/desk/tasks/{one}")
    assert page.select_one("[data-key=t]")
    desk.post(f"/desk/tasks/{one}/take")
    desk.post(f"/desk/tasks/{one}/take")
    assert read(app, one) == (jonas, None) and deeds(app) == ["take task"], "a double tap does one thing"
    lead.get(f"/desk/tasks/{one}")
    told = words(lead.post(f"/desk/tasks/{one}/take"))
    assert "Jonas has it already" in told and read(app, one)[0] == jonas
    with app.app_context():
        leads = db.session.scalars(select(Staff.id).where(Staff.name == "The lead")).one()
    lead.post(f"/desk/tasks/{one}/give", {"to": str(leads)})
    assert read(app, one)[0] == leads
    desk.get(f"/desk/tasks/{one}")
    desk.post(f"/desk/tasks/{one}/put-back")
    assert read(app, one)[0] is None
    assert deeds(app) == ["take task", "give task", "put task back"]
    desk.post(f"/desk/tasks/{one}/give", {"to": "99999999999"}, expect=404)
    chosen = [str(option["value"]) for option in desk.get(f"/desk/tasks/{one}").select("#to option")]
    assert chosen[0] == "" and "Choose somebody who works here" in words(desk.post(f"/desk/tasks/{one}/give", {"to": ""}))


def test_nobody_is_given_work_who_works_here_no_more(app: Flask, desk: Browser) -> None:
    one = task(app, "worry", "Bob", timedelta(hours=1))
    with app.app_context(), transaction():
        gone = staff("gone@halfjar.example", "Gone")
        gone.disabled_at = now()
        gone_id = gone.id
    page = desk.get(f"/desk/tasks/{one}")
    assert not page.select(f'option[value="{gone_id}"]')
    assert "Choose somebody who works here" in words(desk.post(f"/desk/tasks/{one}/give", {"to": str(gone_id)}))
    assert read(app, one) == (None, None)


def test_what_nothing_else_ends_is_done_by_hand_and_can_be_undone(app: Flask, desk: Browser, lead: Browser) -> None:
    one = task(app, "other address", "Bob", timedelta(hours=1), facts={"order": "10501"})
    desk.get(f"/desk/tasks/{one}")
    page = desk.post(f"/desk/tasks/{one}/done")
    assert desk.at == f"/desk?past={one}" and read(app, one)[1] is not None
    desk.post(attribute(page, "#notice form", "action"))
    assert read(app, one)[1] is None and deeds(app) == ["finish task", "reopen task"]
    for _ in range(2):
        page = desk.post(f"/desk/tasks/{one}/done")
        assert page.select("#notice form") and "already" not in words(page), "a double tap does one thing"
    assert deeds(app) == ["finish task", "reopen task", "finish task"]
    lead.get(f"/desk/tasks/{one}")
    assert "It is done already" in words(lead.post(f"/desk/tasks/{one}/done"))
    assert "It is done already" in words(desk.post(f"/desk/tasks/{one}/take"))
    assert not desk.get(f"/desk/tasks/{one}").select("main form")


@pytest.mark.parametrize(
    ("kind", "facts"), [("claim", {}), ("return here", {}), ("return", {"rma": "R-1"}), ("out of step", {"work": 1, "kind": "mail"})]
)
def test_what_ends_with_a_deed_is_not_done_by_saying_so(app: Flask, desk: Browser, kind: str, facts: dict[str, object]) -> None:
    one = task(app, kind, "Bob", timedelta(hours=1), facts=facts)
    assert not desk.get(f"/desk/tasks/{one}").select('form[action$="/done"]')
    assert "it ends with what there is to do" in words(desk.post(f"/desk/tasks/{one}/done"))
    assert read(app, one) == (None, None)


def test_an_open_page_hears_of_what_is_new_and_that_is_no_look(app: Flask, desk: Browser) -> None:
    task(app, "claim", "Bob", timedelta(hours=1))
    asks = attribute(desk.get("/desk?queue=claims"), "#queue_counts", "hx-get")
    looked = len(looks(app))
    assert "more wait" not in words(desk.get(asks, target="queue_counts"))
    task(app, "claim", "Alice", timedelta(hours=1))
    task(app, "worry", "Alice", timedelta(hours=2))
    part = desk.get(asks, target="queue_counts")
    assert "All 3" in words(part) and "Claims 2" in words(part)
    assert attribute(part, "[role=status] a", "href") == "/desk?queue=claims" and "2 more wait: show them" in words(part)
    assert attribute(part, "#queue_counts", "hx-get") == asks and len(looks(app)) == looked


def test_every_kind_has_its_words_and_opens(app: Flask, desk: Browser) -> None:
    for kind in KINDS:
        one = task(app, kind, "Bob", timedelta(hours=1))
        heading = desk.get(f"/desk/tasks/{one}").select_one("#task")
        assert heading and len(words(heading)) > len("Returns")
    assert len(listed(desk)) == len(KINDS)
    with app.app_context():
        found = set(db.session.scalars(select(StaffTask.queue).group_by(StaffTask.queue)))
        assert found == set(Queue) and db.session.scalar(select(func.count(StaffTask.id))) == len(KINDS)


def test_a_task_that_is_not_there_is_not_there(desk: Browser) -> None:
    desk.get("/desk/tasks/77", expect=404)
    desk.post("/desk/tasks/77/take", expect=404)
