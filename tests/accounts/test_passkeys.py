"""A passkey as second step: what one signed for us opens, and nothing else does."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import sleep
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask, request
from playwright.sync_api import Browser as RealBrowser
from playwright.sync_api import Page
from sqlalchemy import select

from portal.accounts import passkeys
from portal.accounts.models import Passkey, RecoveryCode, Session
from portal.kit import clock
from portal.kit.db import db, transaction
from tests.accounts.authenticator import SoftKey
from tests.accounts.builders import authenticator_app, staff
from tests.accounts.desk import JONAS, App, first_step
from tests.accounts.door import Work, said
from tests.browser import Browser
from tests.mail import Mail, code, text

Move = Callable[[timedelta], None]
STEP, SET_UP = "/desk/sign-in/second-step", "/desk/sign-in/set-up"


@pytest.fixture
def key(app: Flask) -> SoftKey:
    origin = app.config["PORTAL_BASE_URL"]
    return SoftKey(origin, urlsplit(origin).hostname or "")


@pytest.fixture
def enrolled(app: Flask, jonas: int, key: SoftKey, mail: Mail, work: Work, time: Move) -> SoftKey:
    """Jonas has it, and nothing else."""
    browser = Browser(app)
    page = first_step(browser, mail, work)
    browser.post(SET_UP, {"credential": key.create(options(page))})
    assert browser.answer.request.path == "/desk/your-sign-in/recovery-codes"
    time(timedelta(minutes=11))
    return key


def options(page: BeautifulSoup) -> str:
    found = page.select_one("[data-passkey]")
    assert found and found.has_attr("hidden"), "without JavaScript it is not there"
    return str(found["data-options"])


def test_it_is_set_up_and_signs_in_from_then_on(app: Flask, enrolled: SoftKey, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    page = first_step(browser, mail, work)
    assert browser.answer.request.path == STEP and not page.select("#code")
    browser.post(STEP, {"credential": enrolled.get(options(page))})
    assert browser.signed_in and browser.answer.request.path == "/desk"
    work()
    assert "A passkey was added." in "".join(map(text, mail.to(JONAS)))
    with app.app_context():
        kept = db.session.scalars(select(Passkey)).one()
        assert kept.sign_count == 1 and kept.used_at and kept.device == "Firefox, Mac"


def test_what_was_signed_for_something_else_opens_nothing(app: Flask, enrolled: SoftKey, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    asked = options(first_step(browser, mail, work))
    stranger = SoftKey(enrolled.origin, enrolled.host)
    elsewhere = SoftKey("https://evil.example", enrolled.host)
    elsewhere.id, elsewhere.key = enrolled.id, enrolled.key
    altered = json.loads(enrolled.get(asked))
    altered["response"]["signature"] = altered["response"]["signature"][:-6] + "AAAAAA"
    tries = [stranger.get(asked), elsewhere.get(asked), enrolled.get(asked, challenge="AAAA"), json.dumps(altered)]
    for number, answer in enumerate(tries):
        page = browser.post(STEP, {"credential": answer}, expect=422)
        assert "This passkey is not known here" in said(page, "[data-passkey] .error"), number
    browser.post(STEP, {"credential": "{"})
    assert not browser.signed_in and browser.answer.request.path == "/desk/sign-in", "five wrong ones end it"


@pytest.mark.parametrize("answer", ["x", "[]", "{}", "null", '{"id": 1}', '{"id": "x", "response": []}', "[" * 5000])
def test_what_is_no_answer_is_a_wrong_one(app: Flask, enrolled: SoftKey, mail: Mail, work: Work, answer: str) -> None:
    browser = Browser(app)
    first_step(browser, mail, work)
    browser.post(STEP, {"credential": answer}, expect=422)
    browser.post(STEP, {"credential": answer}, expect=422)


def test_what_was_signed_for_one_sign_in_is_worth_nothing_in_the_next(app: Flask, enrolled: SoftKey, mail: Mail, work: Work) -> None:
    first, second = Browser(app), Browser(app)
    answer = enrolled.get(options(first_step(first, mail, work)))
    first_step(second, mail, work)
    second.post(STEP, {"credential": answer}, expect=422)
    first.post(STEP, {"credential": answer})
    assert first.signed_in and not second.signed_in


def test_a_copy_that_falls_behind_is_refused(app: Flask, enrolled: SoftKey, mail: Mail, work: Work, time: Move) -> None:
    for expect in (200, 422):
        browser = Browser(app)
        page = first_step(browser, mail, work)
        enrolled.count = 5 if expect == 200 else 2
        browser.post(STEP, {"credential": enrolled.get(options(page))}, expect=expect)
        assert browser.signed_in is (expect == 200)


def test_one_persons_passkey_does_not_open_for_another(app: Flask, enrolled: SoftKey, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        authenticator_app(staff("ada@halfjar.example", "Ada").id, at=clock.now())
    browser = Browser(app)
    page = first_step(browser, mail, work, "ada@halfjar.example")
    assert not page.select("[data-passkey]")
    with browser.client.session_transaction() as cookie, app.app_context():
        asked = passkeys.to_sign(cookie["second_step"], ())
    browser.post(STEP, {"credential": enrolled.get(asked)}, expect=422)


def test_the_last_way_in_stays_and_any_other_can_go(app: Flask, jonas: int, enrolled: SoftKey, mail: Mail, work: Work) -> None:
    browser, elsewhere = Browser(app), Browser(app)
    browser.sign_in_staff(jonas)
    elsewhere.sign_in_staff(jonas)
    browser.get("/desk/your-sign-in")
    page = browser.post("/desk/your-sign-in/passkeys/1/remove")
    assert "This passkey is the only way in." in said(page)
    another = SoftKey(enrolled.origin, enrolled.host)
    page = browser.get("/desk/your-sign-in/passkey")
    browser.post("/desk/your-sign-in/passkey", {"credential": another.create(options(page))})
    assert elsewhere.client.get("/desk").status_code == 303, "whoever was in with what counted before is out"
    assert "The passkey is removed." in said(browser.post("/desk/your-sign-in/passkeys/1/remove"))
    browser.post("/desk/your-sign-in/passkeys/1/remove", expect=404)
    page = browser.get("/desk/your-sign-in/passkey")
    assert "No passkey was added." in said(browser.post("/desk/your-sign-in/passkey", {"credential": "{}"}))
    with app.app_context():
        assert db.session.scalars(select(Passkey.id)).all() == [2]


@pytest.fixture
def desk(browser: RealBrowser) -> Iterator[Page]:
    """A browser with a security chip that says yes."""
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
        chip = context.new_cdp_session(page)
        chip.send("WebAuthn.enable")
        given = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True, "hasResidentKey": True}
        chip.send("WebAuthn.addVirtualAuthenticator", {"options": {**given, "automaticPresenceSimulation": True}})
        yield page
        assert not refused


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_an_app_needs_no_javascript_and_with_it_a_double_tap_is_one(
    app: Flask, jonas: int, browser: RealBrowser, mail: Mail, work: Work, javascript: bool
) -> None:
    with app.app_context(), transaction():
        phone = App(authenticator_app(jonas, at=clock.now()))
    base = app.config["PORTAL_BASE_URL"]
    with browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=javascript) as context:
        page = context.new_page()
        page.goto(f"{base}/desk/sign-in")
        page.fill("#email", JONAS)
        page.click("text=Send me the mail")
        page.wait_for_url("**/desk/sign-in/sent")
        work()
        page.fill("#code", code(mail.newest(JONAS)))
        page.click("main .btn >> text=Sign in")
        page.wait_for_url("**/desk/sign-in/second-step")
        page.fill("#code", phone.code())
        sent: list[str] = []

        def be_slow() -> None:
            """So that the second tap comes before the answer to the first."""
            if request.method == "POST":
                sent.append(request.path)
                sleep(0.5)

        app.before_request_funcs.setdefault(None, []).append(be_slow)
        if javascript:
            page.evaluate("(button => { button.click(); setTimeout(() => button.click(), 200); })(document.querySelector('#app .btn'))")
        else:
            page.click("#app .btn")
        page.wait_for_url("**/desk")
    assert sent == [STEP]


@pytest.mark.browser
def test_in_a_real_browser(app: Flask, jonas: int, desk: Page, mail: Mail, work: Work, time: Move) -> None:
    app.config["PORTAL_BASE_URL"] = base = app.config["PORTAL_BASE_URL"].replace("127.0.0.1", "localhost")

    def first() -> None:
        desk.goto(f"{base}/desk/sign-in")
        desk.fill("#email", JONAS)
        desk.click("text=Send me the mail")
        desk.wait_for_url("**/desk/sign-in/sent")
        work()
        desk.fill("#code", code(mail.newest(JONAS)))
        desk.click("main .btn >> text=Sign in")

    first()
    desk.click("text=Use a passkey of this device")
    desk.wait_for_url("**/desk/your-sign-in/recovery-codes")
    assert desk.locator(".codes li").count() == 10
    desk.click("text=I have kept them")
    desk.wait_for_url("**/desk")
    time(timedelta(minutes=16))
    desk.goto(f"{base}/desk/your-sign-in/app")
    assert desk.inner_text("h1") == "Is it still you?"
    desk.click("text=Use your passkey")
    desk.wait_for_url("**/desk/your-sign-in/app")
    desk.goto(f"{base}/desk/your-sign-in")
    desk.click("main >> text=Sign out")
    desk.wait_for_url("**/desk/sign-in")
    first()
    desk.click("text=Use your passkey")
    desk.wait_for_url("**/desk")
    with app.app_context():
        assert db.session.scalars(select(Passkey.used_at)).one()
        assert len(db.session.scalars(select(RecoveryCode.kept_at)).all()) == 10
        assert len(db.session.scalars(select(Session.id).where(Session.revoked_at.is_(None))).all()) == 1
