"""A view of Alice's pages ends, whoever or whatever ends it; nothing of it goes on in another tab, and she is told (REL I4, I7)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import actions
from portal.accounts.actions import impersonating
from portal.accounts.models import Customer, Ended, Mode, Role, Session, Staff
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.timeline import Actor, hold_history
from tests.accounts.builders import customer, staff
from tests.browser import Browser, attribute, words
from tests.conftest import Work
from tests.ground import at_once
from tests.mail import Mail, text
from tests.subscriptions.builders import Box
from tests.support.viewing import REASON, acts, begins_view, deeds, is_in, is_skipped, key_of, views

BY = Actor(system="test")
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
"""What a browser of today says of itself when a form of ours is sent."""
Time = Callable[[timedelta], None]


def test_after_thirty_minutes_it_is_over_and_what_is_sent_is_not_done(app: Flask, desk: Browser, alice: Box, time: Time) -> None:
    acts(desk, alice.customer_id)
    during = key_of(desk)
    time(timedelta(minutes=29))
    desk.get("/subscriptions")
    time(timedelta(minutes=1, seconds=1))
    page = desk.post(alice.skip(0))
    told = words(page)
    assert "Its 30 minutes are over. What you sent just now was not done." in told and desk.at == f"/desk/customers/{alice.customer_id}"
    assert not is_skipped(app, alice)
    [view] = views(app)
    assert view.ended_by is Ended.TIME and view.ended_at == view.ends_at
    assert not is_in(app, during) and is_in(app, key_of(desk))


def test_what_was_typed_when_it_was_over_waits_for_the_next_view_of_her(app: Flask, desk: Browser, alice: Box, time: Time) -> None:
    form = "/account/addresses/new"
    with app.app_context(), transaction():
        bob = customer("bob@example.com").id

    def too_late() -> BeautifulSoup:
        acts(desk, alice.customer_id)
        time(timedelta(minutes=29))
        desk.get(form)
        time(timedelta(minutes=2))
        told = desk.post(form, {"country": "DE", "name": "Alice", "line1": "Lindenallee 12", "postcode": "04105", "city": "Leipzig"})
        with app.app_context(), transaction():
            db.session.execute(update(Session).where(Session.staff_id.is_not(None)).values(second_step_at=clock.now()))
        return told

    assert "View as the customer again, and it stands in its form as you typed it." in words(too_late())
    page = begins_view(desk, alice.customer_id)
    assert desk.at == form and attribute(page, "#line1") == "Lindenallee 12" and page.select("main fieldset[disabled] #line1")
    assert "Your view had ended. What you typed or chose is still here" in words(page)
    page = desk.post("/desk/viewing/mode", {"mode": "act"})
    assert attribute(page, "#line1") == "Lindenallee 12" and not page.select("main fieldset[disabled]")
    assert attribute(desk.get(form), "#line1") == "", "it was shown"
    desk.post("/desk/viewing/leave")
    too_late()
    begins_view(desk, bob)
    assert desk.at == "/" and "Lindenallee" not in str(desk.get(form))
    assert "address added" not in [deed for deed, *_ in deeds(app)]


def test_it_ends_also_where_nobody_comes_back(app: Flask, desk: Browser, alice: Box, time: Time, work: Work) -> None:
    begins_view(desk, alice.customer_id)
    time(timedelta(minutes=29))
    work()
    assert views(app)[0].ended_at is None
    time(timedelta(minutes=1))
    work()
    [view] = views(app)
    assert view.ended_by is Ended.TIME and view.ended_at == view.ends_at


@pytest.mark.parametrize("what", ["demoted", "shut out"])
def test_who_loses_their_rights_is_out_at_the_next_request(app: Flask, lead: Browser, alice: Box, what: str) -> None:
    acts(lead, alice.customer_id)
    with app.app_context(), transaction():
        person = db.session.scalars(select(Staff).where(Staff.role == Role.LEAD)).one()
        if what == "demoted":
            actions.give_role(person, Role.AGENT, by=BY, at=clock.now())
        else:
            actions.shut_out(person, by=BY, at=clock.now())
    assert views(app)[0].ended_by is Ended.RIGHTS
    answer = lead.client.post(alice.skip(0), data={"csrf_token": lead.token() if what == "demoted" else ""})
    assert answer.status_code in (303, 403) and not is_skipped(app, alice)
    assert "Okafor" not in lead.client.get("/account").text
    if what == "demoted":
        assert "Your rights have changed." in words(lead.get("/desk"))


def test_signing_out_ends_it(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    desk.post("/sign-out")
    assert views(app)[0].ended_by is Ended.SIGNED_OUT
    assert desk.client.get("/subscriptions").status_code == 303


def test_who_begins_to_work_here_is_viewed_no_more(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    with app.app_context(), transaction():
        staff("alice@example.com", "Alice")
    assert "has ended" in words(desk.get("/subscriptions"))
    assert views(app)[0].ended_by is Ended.RIGHTS


def test_another_mode_gives_no_more_time_and_the_banner_counts_on(app: Flask, desk: Browser, alice: Box, time: Time) -> None:
    begins_view(desk, alice.customer_id)
    ends_at = views(app)[0].ends_at
    for number, mode in enumerate(["act", "look", "prepare", "act"], 1):
        time(timedelta(minutes=6))
        page = desk.post("/desk/viewing/mode", {"mode": mode})
        assert int(attribute(page, ".watch [data-left]", "data-left")) == pytest.approx((30 - 6 * number) * 60, abs=30)
    assert views(app)[0].ends_at == ends_at


@pytest.mark.parametrize("how", ["time", "demoted", "shut out"])
def test_she_is_told_of_what_was_changed_whatever_ends_it(
    app: Flask, lead: Browser, alice: Box, time: Time, mail: Mail, work: Work, how: str
) -> None:
    """At once, and not when somebody comes back to the desk."""
    acts(lead, alice.customer_id)
    lead.post(alice.skip(0))
    work()
    assert told_by_mail(mail) == []
    if how == "time":
        time(timedelta(minutes=30))
    else:
        with app.app_context(), transaction():
            person = db.session.scalars(select(Staff).where(Staff.role == Role.LEAD)).one()
            if how == "demoted":
                actions.give_role(person, Role.AGENT, by=BY, at=clock.now())
            else:
                actions.shut_out(person, by=BY, at=clock.now())
    work()
    [letter] = told_by_mail(mail)
    assert "skipped" in letter and REASON in letter


def test_a_cookie_from_before_or_from_during_it_opens_nothing_after_it(app: Flask, desk: Browser, alice: Box) -> None:
    """Whoever has copied one."""
    before = key_of(desk)
    acts(desk, alice.customer_id)
    during = key_of(desk)
    desk.post("/desk/viewing/leave")
    for copied in before, during:
        assert not is_in(app, copied)


def test_in_another_tab_that_acted_nothing_is_done_any_more(app: Flask, desk: Browser, alice: Box) -> None:
    """What he opens or sends there leads to the desk, with a word; not to the door of customers."""
    acts(desk, alice.customer_id)
    token = desk.token()
    desk.post("/desk/viewing/leave")
    before = len(deeds(app))
    opened = desk.client.get(f"/subscriptions/{alice.id}")
    assert (opened.status_code, opened.location) == (303, "/desk")
    told = words(desk.get("/desk"))
    assert "No view goes on." in told and "was not done" not in told
    sent = desk.client.post(alice.skip(0), data={"csrf_token": token}, headers=FROM_HERE)
    assert (sent.status_code, sent.location) == (303, "/desk")
    assert "No view goes on. What you sent just now was not done." in words(desk.get("/desk"))
    assert len(deeds(app)) == before and not is_skipped(app, alice)


@pytest.mark.parametrize("of_her_again", [False, True])
def test_a_form_of_one_view_is_not_sent_within_the_next(app: Flask, desk: Browser, alice: Box, of_her_again: bool) -> None:
    """Alice's address is not added to Bob's; and for Alice herself, he looks at the form again before."""
    acts(desk, alice.customer_id)
    token = desk.token()
    desk.post("/desk/viewing/leave")
    with app.app_context(), transaction():
        bob = customer("bob@example.com").id
    acts(desk, alice.customer_id if of_her_again else bob)
    before = len(deeds(app))
    typed = {"csrf_token": token, "line1": "Lindenallee 12", "postcode": "04105", "city": "Leipzig", "country": "DE"}
    answer = desk.client.post("/account/addresses/new", data=typed, headers=FROM_HERE)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "The view of that page has ended. What you sent just now was not done." in words(desk.get("/"))
    assert "Lindenallee" not in words(desk.get("/account/addresses/new")) and len(deeds(app)) == before


def test_a_part_of_a_page_that_asks_again_leads_out_of_it(desk: Browser, alice: Box, time: Time) -> None:
    """It is not put into the page of a customer who is viewed no more; and the word about it is not swallowed."""
    begins_view(desk, alice.customer_id)
    time(timedelta(minutes=29))
    desk.get(f"/subscriptions/{alice.id}")
    time(timedelta(minutes=1, seconds=1))
    page = desk.get(f"/subscriptions/{alice.id}", target="div#next-delivery")
    assert desk.answer.request.path == f"/desk/customers/{alice.customer_id}"
    assert "Its 30 minutes are over." in words(page) and not page.select(".watch")


def test_asking_for_a_head_or_before_a_click_begins_and_ends_nothing(app: Flask, desk: Browser, alice: Box) -> None:
    """A browser or a mail program that fetches what might be clicked."""
    pages = f"/desk/customers/{alice.customer_id}/view", "/desk/viewing/act", "/desk/viewing/mode", "/desk/viewing/leave"
    for going_on in False, True:
        if going_on:
            begins_view(desk, alice.customer_id)
        before, key = len(deeds(app)), key_of(desk)
        for page in pages:
            desk.client.head(page)
            desk.client.get(page, headers={"Sec-Purpose": "prefetch", "Purpose": "prefetch"})
        assert len(deeds(app)) == before and key_of(desk) == key and len(views(app)) == going_on
        assert all(view.mode is Mode.LOOK and view.ended_at is None for view in views(app))


def test_that_she_signs_in_meanwhile_changes_nothing_for_either(app: Flask, desk: Browser, alice: Box) -> None:
    acts(desk, alice.customer_id)
    hers = Browser(app)
    hers.sign_in(alice.customer_id)
    assert not hers.get("/").select(".watch") and hers.get("/account/visits")
    assert desk.get("/").select(".watch")
    desk.post(alice.skip(0))
    hers.post(alice.unskip(0))
    [view] = views(app)
    assert [deed for deed in deeds(app) if "skipped" in deed[0]] == [
        ("skipped", alice.customer_id, view.staff_id, view.id),
        ("unskipped", alice.customer_id, None, None),
    ]
    desk.post("/desk/viewing/leave")
    assert hers.get("/account")


def test_of_two_who_begin_at_the_same_moment_in_one_session_one_does(app: Flask, desk: Browser, alice: Box) -> None:
    """In two tabs, for two customers."""
    desk.get("/desk")
    with app.app_context(), transaction():
        bob = customer("bob@example.com").id
        session_id = db.session.scalars(select(Session.id).where(Session.staff_id.is_not(None))).one()

    def begin(number: int) -> bool:
        with transaction():
            whom = db.session.get_one(Customer, (alice.customer_id, bob)[number % 2])
            return impersonating.begin(whom, reason=REASON, session_id=session_id, at=clock.now()) is not None

    assert sorted(at_once(app, 4, begin)) == [False, False, False, True]
    assert len(views(app)) == 1


def told_by_mail(mail: Mail) -> list[str]:
    return [text(letter) for letter in mail.to("alice@example.com") if "changed something for you" in str(letter["Subject"])]


@pytest.mark.parametrize("deed", ["leaves", "signs out", "is out of time"])
def test_who_is_shut_out_while_their_view_ends_waits_in_no_circle(app: Flask, desk: Browser, alice: Box, jonas: int, deed: str) -> None:
    begins_view(desk, alice.customer_id)
    with app.app_context():
        session_id = db.session.scalars(select(Session.id).where(Session.impersonation_id.is_not(None))).one()
    [view], begun = views(app), Event()

    def do(number: int) -> None:
        with transaction():
            if number == 0:
                hold_history()
                begun.set()
                sleep(0.5)  # until the other one has come to what both need
                actions.shut_out(db.session.scalars(Staff.locked(jonas)).one(), by=BY, at=clock.now())
                return
            begun.wait(30)
            if deed == "leaves":
                impersonating.leave(session_id, by=Ended.LEFT, at=clock.now())
            elif deed == "signs out":
                impersonating.sign_out(session_id, at=clock.now())
            else:
                impersonating.end_on_time(view.id, at=clock.now())

    at_once(app, 2, do)
    assert views(app)[0].ended_by is Ended.RIGHTS
    assert [deed for deed, *_ in deeds(app)].count("impersonation ended") == 1
