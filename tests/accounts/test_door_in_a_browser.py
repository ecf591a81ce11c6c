"""The door on a phone, in a real browser, with JavaScript and without."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.accounts.door import Work, sessions
from tests.mail import Mail, code, link

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=request.param) as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
        yield page
        assert not refused


def ask(phone: Page, app: Flask, mail: Mail, work: Work) -> EmailMessage:
    phone.goto(app.config["PORTAL_BASE_URL"] + "/account")
    assert phone.url.endswith("/sign-in"), "who is not signed in is at the door"
    phone.fill("#email", "alice@example.com")
    phone.click("text=Send me the mail")
    phone.wait_for_url("**/sign-in/sent")
    assert phone.inner_text("h1") == "Open the mail"
    work()
    return mail.newest("alice@example.com")


def is_in(phone: Page) -> None:
    phone.wait_for_url("**/account")
    assert phone.inner_text("h1").endswith("Alice")


def test_by_link(phone: Page, app: Flask, alice: int, mail: Mail, work: Work) -> None:
    sent = ask(phone, app, mail, work)
    phone.goto(app.config["PORTAL_BASE_URL"] + link(sent))
    assert phone.inner_text("h1") == "Sign in as a•••@example.com"
    phone.click("main .btn")
    is_in(phone)
    assert sessions(app) == 1


def test_by_code_after_a_wrong_one(phone: Page, app: Flask, alice: int, mail: Mail, work: Work) -> None:
    six = code(ask(phone, app, mail, work))
    phone.fill("#code", f"{(int(six) + 1) % 10**6:06}")
    phone.click("main .btn:has-text('Sign in')")
    phone.wait_for_selector("#code-error")
    assert "4 tries are left." in phone.inner_text("#code-error")
    assert phone.evaluate("document.activeElement.id") == "code"
    phone.fill("#code", f"{six[:3]} {six[3:]}")
    phone.keyboard.press("Enter")
    is_in(phone)


def test_a_double_tap_is_one(app: Flask, alice: int, mail: Mail, work: Work, page: Page) -> None:
    sent = ask(page, app, mail, work)
    page.goto(app.config["PORTAL_BASE_URL"] + link(sent))
    page.dblclick("main .btn")
    is_in(page)
    assert sessions(app) == 1


def test_a_used_link_says_so_in_place_of_the_button(app: Flask, alice: int, mail: Mail, work: Work, page: Page, browser: Browser) -> None:
    sent = ask(page, app, mail, work)
    page.goto(app.config["PORTAL_BASE_URL"] + link(sent))
    with browser.new_context() as other:
        quick = other.new_page()
        quick.goto(app.config["PORTAL_BASE_URL"] + link(sent))
        quick.click("main .btn")
        quick.wait_for_url("**/")
    page.click("main .btn")
    page.wait_for_selector("h1:has-text('This was used already')")


def test_too_many_wrong_codes_are_said_without_losing_the_page(app: Flask, alice: int, mail: Mail, work: Work, page: Page) -> None:
    six = code(ask(page, app, mail, work))
    for left in (4, 3, 2, 1, 0):
        page.fill("#code", f"{(int(six) + 1) % 10**6:06}")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"text={left} tries are left" if left > 1 else "text=one try is left" if left else "#notice .notice.bad")
    assert page.inner_text("#notice").startswith("Too many wrong codes") and page.is_visible("#code")


def test_after_signing_out_back_shows_nothing(phone: Page, app: Flask, alice: int, mail: Mail, work: Work) -> None:
    sent = ask(phone, app, mail, work)
    phone.goto(app.config["PORTAL_BASE_URL"] + link(sent))
    phone.click("main .btn")
    is_in(phone)
    phone.click("button:has-text('Sign out')")
    phone.wait_for_url("**/sign-in")
    assert "You are signed out." in phone.inner_text("#notice")
    phone.go_back()
    phone.wait_for_url("**/sign-in")
    assert "Alice" not in phone.inner_text("body")
