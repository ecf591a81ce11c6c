"""The desk's own door: it knows no customers, and theirs knows no staff."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Session, SignIn
from portal.kit import clock
from portal.kit.db import db, transaction
from tests.accounts.builders import authenticator_app, customer
from tests.accounts.desk import JONAS, App, come_in, first_step
from tests.accounts.door import Work, ask, said, sessions
from tests.browser import Browser
from tests.mail import Mail, code, link

Move = Callable[[timedelta], None]


@pytest.fixture
def phone(app: Flask, jonas: int) -> App:
    with app.app_context(), transaction():
        return App(authenticator_app(jonas, at=clock.now()))


def ask_at_the_desk(browser: Browser, email: str = JONAS, expect: int = 200) -> str:
    browser.get("/desk/sign-in")
    return str(browser.post("/desk/sign-in", {"email": email}, expect=expect))


def test_each_door_sends_mail_to_its_own_people_only(app: Flask, alice: int, jonas: int, mail: Mail, work: Work) -> None:
    ask(Browser(app), JONAS)
    ask_at_the_desk(Browser(app), "alice@example.com")
    work()
    assert mail.received == []


def test_the_page_says_the_same_whether_somebody_works_here_or_not(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    def told(email: str) -> list[str]:
        browser = Browser(app)
        pages = [ask_at_the_desk(browser, email)]
        work()
        pages += [str(browser.post("/desk/sign-in/code", {"code": "000000"}, expect=expect)) for expect in (422, 422, 422, 422, 429)]
        return [_without_what_differs(page, email) for page in pages]

    assert told(JONAS) == told("nobody@halfjar.example")


def _without_what_differs(page: str, email: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*', "", page.replace(email, "…"))


def test_at_most_three_mails_in_ten_minutes_over_both_doors(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        customer(JONAS, "Jonas")
    for number in range(4):
        browser = Browser(app)
        if number % 2:
            ask(browser, JONAS, expect=429 if number == 3 else 200)
        else:
            ask_at_the_desk(browser)
    work()
    assert len(mail.to(JONAS)) == 2, "of the two at the desk the newest alone"


def test_a_link_opens_its_own_door_alone(app: Flask, alice: int, jonas: int, mail: Mail, work: Work) -> None:
    ask(browser := Browser(app))
    ask_at_the_desk(Browser(app))
    work()
    hers, his = link(mail.newest("alice@example.com")), link(mail.newest(JONAS))
    for path in (f"/desk{hers}", his.removeprefix("/desk")):
        stranger = Browser(app)
        assert said(stranger.get(path, expect=400), "h1") == "This link does something else"
        stranger.post(path, expect=400)
    browser.post("/desk/sign-in/code", {"code": code(mail.newest("alice@example.com"))})
    assert browser.answer.request.path == "/desk/sign-in" and sessions(app) == 0, "nor does a code"


def test_whoever_is_both_comes_in_as_who_they_asked_to_be(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        customer(JONAS, "Jonas the customer")
    browser = Browser(app)
    ask(browser, JONAS)
    work()
    browser.post("/sign-in/code", {"code": code(mail.newest(JONAS))})
    assert browser.answer.request.path == "/"
    browser.get("/desk", expect=404)
    come_in(browser, mail, work, phone)
    assert browser.answer.request.path == "/desk" and sessions(app) == 1, "the customer's session gave way"
    browser.get("/account")
    assert browser.answer.request.path == "/sign-in"
    ask(browser, JONAS)
    work()
    browser.post("/sign-in/code", {"code": code(mail.newest(JONAS))})
    assert browser.answer.request.path == "/account" and sessions(app) == 1, "and so did the one at the desk"


def test_an_older_asking_at_the_other_door_still_counts(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        customer(JONAS, "Jonas")
    browser = Browser(app)
    ask_at_the_desk(browser)
    work()
    at_the_desk = code(mail.newest(JONAS))
    ask(Browser(app), JONAS)
    work()
    browser.post("/desk/sign-in/code", {"code": at_the_desk})
    assert browser.answer.request.path == "/desk/sign-in/second-step"
    with app.app_context():
        assert [asked.for_desk for asked in db.session.scalars(select(SignIn).order_by(SignIn.id))] == [True, False]


def test_who_was_in_is_led_to_the_door_and_back_and_a_stranger_is_not(app: Flask, phone: App, mail: Mail, work: Work, time: Move) -> None:
    browser = Browser(app)
    come_in(browser, mail, work, phone)
    time(timedelta(minutes=31))
    browser.get("/desk/your-sign-in")
    assert browser.answer.request.path == "/desk/sign-in"
    browser.post("/desk/sign-in", {"email": JONAS})
    work()
    browser.post("/desk/sign-in/code", {"code": code(mail.newest(JONAS))})
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert browser.answer.request.path == "/desk/your-sign-in"
    Browser(app).get("/desk/your-sign-in", expect=404)


@pytest.mark.parametrize(
    "referer", ["https://evil.example/", "//evil.example", "http://localhost//evil.example/x", "http://localhost/\\evil.example"]
)
def test_and_never_to_another_site(app: Flask, phone: App, mail: Mail, work: Work, time: Move, referer: str) -> None:
    browser = Browser(app)
    come_in(browser, mail, work, phone)
    token = browser.token()
    time(timedelta(minutes=31))
    answer = browser.client.post(
        "/desk/your-sign-in/recovery-codes", data={"csrf_token": token}, headers={"Referer": referer}, query_string={"next": referer}
    )
    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")
    with browser.client.session_transaction() as cookie:
        to = cookie["desk_next"]
    assert to.startswith("/") and not to.startswith("//") and "\\" not in to


def test_signing_out_ends_it_and_leads_to_the_desks_door(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    come_in(browser, mail, work, phone)
    cookie = browser.client.get_cookie("portal")
    assert cookie and said(browser.post("/sign-out")) == "You are signed out."
    assert browser.answer.request.path == "/desk/sign-in"
    browser.get("/desk", expect=404)
    stolen = app.test_client()
    stolen.set_cookie("portal", cookie.value)
    assert stolen.get("/desk").location == "/desk/sign-in"
    with app.app_context():
        assert db.session.scalars(select(Session.revoked_at)).one()


def test_what_the_link_was_for_stands_in_the_mail_with_our_own_address(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.client.environ_base |= {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_FORWARDED": "host=evil.example"}
    ask_at_the_desk(browser)
    work()
    letter = mail.newest(JONAS)
    assert "evil" not in letter.as_string() and letter["Subject"].endswith("is your code for the desk of Halfjar")


def test_the_wrong_second_step_page_leads_to_the_right_one(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    first_step(browser, mail, work)
    browser.get("/desk/sign-in/set-up")
    assert browser.answer.request.path == "/desk/sign-in/second-step"
    Browser(app).get("/desk/sign-in/set-up")
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    browser.get("/desk/sign-in/second-step")
    assert browser.answer.request.path == "/desk"
    browser.get("/desk/sign-in")
    assert browser.answer.request.path == "/desk"
