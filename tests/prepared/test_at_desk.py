from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.prepared.models import Outcome
from portal.timeline import Entry
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail
from tests.prepared.builders import approve, prepared
from tests.questions import asked
from tests.subscriptions.builders import Box


def desk_of(app: Flask, jonas_id: int) -> Browser:
    desk = Browser(app)
    desk.sign_in_staff(jonas_id)
    return desk


def test_the_desk_sees_what_was_suggested_and_what_became_of_it(app: Flask, alice: Box, jonas: Browser, jonas_id: int) -> None:
    for number in range(3):
        jonas.post(alice.skip(number))
    approve(alice.browser)
    alice.browser.post("/suggestions/2/decline")
    card = desk_of(app, jonas_id).get(f"/desk/customers/{alice.customer_id}").select_one("section[aria-labelledby=prepared]")
    assert card
    told = words(card)
    assert "Approved" in told and "Declined" in told and "Waits until Mon 30 Nov" in told
    assert len(card.select("form")) == 1


def test_the_customers_page_at_the_desk_asks_for_itself_while_one_waits(app: Flask, alice: Box, jonas: Browser, jonas_id: int) -> None:
    """By an address of its own, which is no look, and so not there for whoever has not opened the page."""
    jonas.post(alice.skip(0))
    desk, page = desk_of(app, jonas_id), f"/desk/customers/{alice.customer_id}"
    answer = desk.client.get(f"{page}/suggestions")
    assert (answer.status_code, answer.location) == (303, page)
    asks = str(desk.get(page).select_one("#their_suggestions")["hx-get"])  # type: ignore[index]
    with asked(app) as questions:
        waits = words(desk.get(asks, target="their_suggestions"))
        assert "Waits until" in waits and "There is an answer" not in waits
    assert not any("INSERT" in one or "UPDATE" in one for one in questions)
    approve(alice.browser)
    block = desk.get(asks, target="their_suggestions").select_one("#their_suggestions")
    assert block and "Approved" in words(block) and not block.has_attr("hx-get"), "and then it asks no more"
    assert "There is an answer. The rest of this page is as it was before." in words(block) and block.select_one(f'a.btn[href="{page}"]')
    assert "There is an answer" not in words(desk.get(page))


def test_where_nothing_was_suggested_it_says_what_that_is_and_how_to_begin(app: Flask, alice: Box, jonas_id: int) -> None:
    desk, page = desk_of(app, jonas_id), f"/desk/customers/{alice.customer_id}"
    desk.get(page)
    said = desk.get(f"{page}/suggestions")
    assert "Nothing is suggested A suggestion is a change that you prepare on the customer’s own pages" in words(said)
    assert said.select_one(f'a.btn[href="{page}/view"]')


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    app: Flask, alice: Box, jonas: Browser, jonas_id: int, time: Callable[[timedelta], None]
) -> None:
    jonas.post(alice.skip(0))
    desk, page = desk_of(app, jonas_id), f"/desk/customers/{alice.customer_id}"
    desk.get(page)
    for _ in range(2):
        time(timedelta(minutes=14))
        assert desk.client.get(f"{page}/suggestions").status_code == 200
    time(timedelta(minutes=3))
    answer = desk.client.get(f"{page}/suggestions")
    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")


def test_anybody_who_works_there_takes_it_back(app: Flask, alice: Box, jonas: Browser, jonas_id: int) -> None:
    jonas.post(alice.skip(0))
    desk = desk_of(app, jonas_id)
    desk.get(f"/desk/customers/{alice.customer_id}")
    page = desk.post("/desk/suggestions/1/withdraw")
    assert "Taken back. The customer does not see it any more." in words(page)
    assert prepared(app)[0].ended_as is Outcome.WITHDRAWN
    assert not alice.browser.get("/").select("#suggestions section")
    with app.app_context():
        entry = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert (entry.deed, entry.customer_id, entry.staff_id) == ("change withdrawn", alice.customer_id, jonas_id)


def test_from_within_the_view_too_and_a_word_is_added(app: Flask, alice: Box, jonas: Browser, mail: Mail, work: Work) -> None:
    jonas.post(alice.skip(0))
    jonas.get("/suggestions/1/note")
    jonas.post("/suggestions/1/note", {"note": "You said that you are away"})
    assert "“You said that you are away”" in words(alice.browser.get("/"))
    jonas.get("/suggestions")
    jonas.post("/suggestions/1/withdraw")
    assert prepared(app)[0].ended_as is Outcome.WITHDRAWN
    assert "This suggestion was taken back." in words(jonas.post("/suggestions/1/note", {"note": "Too late"}))
    jonas.post("/desk/viewing/leave")
    work()
    assert mail.received == [], "nothing was changed"


def test_a_customer_has_no_such_buttons(alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    alice.browser.get("/suggestions/1/note", expect=404)
    for deed in "note", "withdraw":
        alice.browser.post(f"/suggestions/1/{deed}", expect=404)
    jonas.get("/")
    assert "Only the customer can answer a suggestion." in words(jonas.post("/suggestions/1/decline"))
