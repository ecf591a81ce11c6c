"""A customer declines a suggestion, and may say why: the shop reads it, and may prepare another one."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.kit.db import db, transaction
from portal.prepared.models import Outcome, PreparedChange
from portal.timeline import Entry
from tests.browser import Browser, attribute, words
from tests.prepared.builders import prepared, views
from tests.prepared.test_at_desk import desk_of
from tests.subscriptions.builders import Box
from tests.subscriptions.test_address import ADA
from tests.subscriptions.test_undo_by_mail import quantity

WHY = "I am away until February.\nThen gladly."


def test_with_a_reason_that_the_shop_reads(app: Flask, alice: Box, jonas: Browser, jonas_id: int) -> None:
    jonas.post(alice.skip(0))
    sheet = alice.browser.get("/suggestions/1/decline")
    assert "Skip Mon 28 Dec" in words(sheet) and "Why not (optional)" in words(sheet)
    page = alice.browser.post("/suggestions/1/decline", {"reason": WHY})
    assert "Declined. Nothing is changed." in words(page)
    (one,) = prepared(app)
    assert (one.ended_as, one.reason) == (Outcome.DECLINED, WHY)
    assert "You said: “ I am away until February. Then gladly. ”" in words(alice.browser.get("/suggestions"))
    for theirs in jonas.get("/suggestions"), desk_of(app, jonas_id).get(f"/desk/customers/{alice.customer_id}"):
        assert "They said: “ I am away until February. Then gladly. ”" in words(theirs)


def test_the_history_has_it_outside_of_what_is_hashed(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    alice.browser.get("/suggestions/1/decline")
    alice.browser.post("/suggestions/1/decline", {"reason": WHY})
    with app.app_context():
        entry = db.session.scalars(select(Entry).where(Entry.deed == "change declined")).one()
    assert entry.facts == {} and entry.personal == {"before": {}, "after": {"prepared_change:1": {"reason": WHY}}}


def test_too_long_a_reason_comes_back_as_it_was_typed(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    alice.browser.get("/suggestions/1/decline")
    typed = "a word " * 300
    page = alice.browser.post("/suggestions/1/decline", {"reason": typed}, expect=422)
    assert "Please keep it to 2000 characters." in words(page)
    area = page.select_one("textarea[name=reason]")
    assert area and area.get_text().strip() == typed.strip()
    assert prepared(app)[0].ended_as is None


def test_one_that_was_answered_meanwhile_leads_to_all_of_them(alice: Box, bob: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    alice.browser.get("/suggestions/1/decline")
    alice.browser.post("/suggestions/1/decline")
    assert "Declined" in words(alice.browser.get("/suggestions/1/decline"))
    bob.browser.get("/suggestions/1/decline", expect=404)
    jonas.get("/suggestions/1/decline", expect=404)


def test_staff_prepare_another_one_on_the_same_form(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(quantity(alice, app), {"quantity": "5"})
    alice.browser.get("/suggestions/1/decline")
    alice.browser.post("/suggestions/1/decline", {"reason": "Three will do"})
    page = jonas.get("/suggestions")
    link = page.find("a", string="Prepare again")
    assert link and str(link["href"]) == f"{quantity(alice, app)}?again=1"
    assert attribute(jonas.get(str(link["href"])), "input[name=quantity]") == "5"
    assert not alice.browser.get("/suggestions").find("a", string="Prepare again")


def test_from_the_desk_a_view_begins_at_that_form(app: Flask, alice: Box, bob: Box, jonas: Browser, jonas_id: int) -> None:
    jonas.post(quantity(alice, app), {"quantity": "5"})
    alice.browser.get("/suggestions/1/decline")
    alice.browser.post("/suggestions/1/decline")
    desk = desk_of(app, jonas_id)
    link = desk.get(f"/desk/customers/{alice.customer_id}").find("a", string="Prepare again")
    assert link
    form = desk.get(str(link["href"])).select_one("main form[method=post]")
    assert form
    sent = {"why": "phone", "reason": "Three will do, she says"}
    token = desk.token()
    answer = desk.client.post(str(form["action"]), data={**sent, "csrf_token": token})
    assert (answer.status_code, answer.location) == (303, f"{quantity(alice, app)}?again=1")
    others = desk_of(app, jonas_id)
    others.get(f"/desk/customers/{bob.customer_id}/view")
    answer = others.client.post(f"/desk/customers/{bob.customer_id}/view?again=1", data={**sent, "csrf_token": others.token()})
    assert (answer.status_code, answer.location) == (303, "/")


def test_free_text_and_an_address_come_back_as_they_were_typed_and_stand_in_no_address(
    app: Flask, alice: Box, bob: Box, jonas: Browser
) -> None:
    new = f"{alice.page}/address/new"
    jonas.post(new, ADA | {"line1": "Neugasse 1, 3. Stock", "phone": "+49 3643 1234"})
    alice.browser.get("/suggestions/1/decline")
    alice.browser.post("/suggestions/1/decline")
    link = jonas.get("/suggestions").find("a", string="Prepare again")
    assert link and str(link["href"]) == f"{new}?again=1"
    page = jonas.get(f"{new}?again=1")
    assert attribute(page, "input[name=line1]") == "Neugasse 1, 3. Stock"
    assert attribute(page, "input[name=phone]") == "+49 3643 1234"
    for browser, path in (alice.browser, new), (bob.browser, f"{bob.page}/address/new"), (jonas, f"{alice.page}/code"):
        assert "Neugasse" not in words(browser.get(f"{path}?again=1")) + str(browser.get(f"{path}?again=1"))


def test_what_is_not_kept_any_more_fills_in_nothing(
    app: Flask, alice: Box, jonas: Browser, jonas_id: int, time: Callable[[timedelta], None]
) -> None:
    jonas.post(quantity(alice, app), {"quantity": "5"})
    again = f"{quantity(alice, app)}?again=1"
    with app.app_context(), transaction():
        db.session.get_one(PreparedChange, 1).form = []
    assert attribute(jonas.get(again), "input[name=quantity]") == "1"
    with app.app_context(), transaction():
        db.session.get_one(PreparedChange, 1).form = [["quantity", "5"]]
    assert attribute(jonas.get(again), "input[name=quantity]") == "5"
    time(timedelta(days=31))
    assert attribute(views(app, jonas_id, alice.customer_id).get(again), "input[name=quantity]") == "1"
