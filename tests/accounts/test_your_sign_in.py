"""Before what can do harm, staff prove once more who they are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import RecoveryCode, Session
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.timeline import Entry
from tests.accounts.builders import authenticator_app
from tests.accounts.desk import JONAS, App, shown_secret
from tests.accounts.door import Work, said
from tests.browser import Browser
from tests.mail import Mail, text

Move = Callable[[timedelta], None]
HOME = "/desk/your-sign-in"


@pytest.fixture
def phone(app: Flask, jonas: int) -> App:
    with app.app_context(), transaction():
        return App(authenticator_app(jonas, at=clock.now()))


@pytest.fixture
def browser(app: Flask, jonas: int, phone: App) -> Browser:
    """Jonas, in since just now."""
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    return browser


def key_of(browser: Browser) -> str:
    with browser.client.session_transaction() as cookie:
        return str(cookie["_user_id"])


def test_within_fifteen_minutes_nothing_is_asked(browser: Browser, time: Move) -> None:
    time(timedelta(minutes=14, seconds=50))
    assert shown_secret(browser.get(f"{HOME}/app"))


@pytest.mark.parametrize("page", ["app", "passkey"])
def test_after_that_the_second_step_is_taken_again(browser: Browser, phone: App, time: Move, page: str) -> None:
    time(timedelta(minutes=15, seconds=1))
    browser.get(f"{HOME}/{page}")
    assert browser.answer.request.path == f"{HOME}/confirm"
    old = key_of(browser)
    browser.post(f"{HOME}/confirm", {"code": phone.wrong}, expect=422)
    browser.post(f"{HOME}/confirm", {"code": phone.code()})
    assert browser.answer.request.path == f"{HOME}/{page}"
    assert key_of(browser) != old
    stolen = Browser(browser.app)
    with stolen.client.session_transaction() as cookie:
        cookie["_user_id"], cookie["desk"] = old, True
    assert stolen.client.get("/desk").location == "/desk/sign-in", "the key before opens nothing"


def test_a_change_is_not_made_without_it(app: Flask, browser: Browser, phone: App, time: Move) -> None:
    browser.get(HOME)
    time(timedelta(minutes=16))
    for does in ("recovery-codes", "app", "passkey", "passkeys/1/remove"):
        browser.post(f"{HOME}/{does}", {"code": phone.wrong})
        assert browser.answer.request.path == f"{HOME}/confirm", does
    browser.post(f"{HOME}/confirm", {"code": phone.code()})
    assert browser.answer.request.path == HOME, "back to the page with the button"
    with app.app_context():
        assert db.session.scalars(select(RecoveryCode)).all() == []


def test_five_wrong_ones_sign_this_device_out(browser: Browser, phone: App, time: Move) -> None:
    for expect in (422, 422, 422, 422, 200):
        page = browser.post(f"{HOME}/confirm", {"code": phone.wrong}, expect=expect)
    assert browser.answer.request.path == "/desk/sign-in" and "Too many wrong tries" in said(page)
    assert not browser.signed_in
    browser.get("/desk", expect=404)


def test_it_makes_no_session_last_longer(browser: Browser, phone: App, time: Move) -> None:
    for _ in range(27):
        time(timedelta(minutes=26))
        browser.get("/desk")
    browser.post(f"{HOME}/confirm", {"code": phone.code()})
    time(timedelta(minutes=20))
    assert browser.client.get("/desk").location == "/desk/sign-in"


def test_another_app_counts_instead_of_the_one_before(app: Flask, jonas: int, browser: Browser, phone: App, mail: Mail, work: Work) -> None:
    elsewhere = Browser(app)
    elsewhere.sign_in_staff(jonas)
    new = App(shown_secret(browser.get(f"{HOME}/app")))
    assert new.totp.secret != phone.totp.secret
    refused = browser.post(f"{HOME}/app", {"code": phone.code()}, expect=422)
    assert "Is it the entry that you added just now?" in said(refused, "#code-error")
    assert "Your app is set up." in said(browser.post(f"{HOME}/app", {"code": new.code()}))
    assert elsewhere.client.get("/desk").location == "/desk/sign-in"
    work()
    assert "Another authenticator app was set up" in text(mail.newest(JONAS))
    browser.post(f"{HOME}/confirm", {"code": phone.code()}, expect=422)
    browser.post(f"{HOME}/confirm", {"code": new.code()})
    assert shown_secret(browser.get(f"{HOME}/app")) != new.totp.secret, "each change shows another one"
    with app.app_context():
        assert "app changed" in db.session.scalars(select(Entry.deed).where(Entry.staff_id == jonas)).all()


def test_new_recovery_codes_end_those_before(app: Flask, browser: Browser, mail: Mail, work: Work, time: Move) -> None:
    def made() -> list[str]:
        page = browser.post(f"{HOME}/recovery-codes")
        return [found.text for found in page.select(".codes code")]

    first = made()
    time(timedelta(seconds=1))
    second = made()
    assert len(first) == len(second) == 10 and not set(first) & set(second)
    work()
    assert "Ten new recovery codes were made" in text(mail.newest(JONAS))
    browser.post(f"{HOME}/confirm", {"recovery": first[0]}, expect=422)
    browser.post(f"{HOME}/confirm", {"recovery": second[0]})
    page = browser.get(HOME)
    assert "9 are left" in page.text, "and the session has another key, so no page shows them again"
    browser.get(f"{HOME}/recovery-codes")
    assert browser.answer.request.path == HOME


def test_signing_out_elsewhere(app: Flask, jonas: int, browser: Browser) -> None:
    elsewhere = Browser(app)
    elsewhere.sign_in_staff(jonas)
    assert "Sign out the other one" in browser.get(HOME).text
    assert said(browser.post(f"{HOME}/sign-out-others")) == "One device is signed out."
    assert elsewhere.client.get("/desk").location == "/desk/sign-in"
    with app.app_context():
        assert len(db.session.scalars(select(Session).where(Session.revoked_at.is_(None))).all()) == 1
