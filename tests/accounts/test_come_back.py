"""Who is sent to the door comes back to where they were going, and never to somebody else's site."""

import pytest
from flask import Flask

from tests.accounts.door import Work, asked, press
from tests.browser import Browser
from tests.mail import Mail, code


def test_a_page_that_was_asked_for_is_shown_after_signing_in(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.get("/account/language?from=mail")
    assert browser.at == "/sign-in"
    press(browser, asked(browser, mail, work))
    assert browser.answer.request.full_path == "/account/language?from=mail"


def test_by_code_as_well_and_only_once(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.get("/account/devices")
    browser.post("/sign-in/code", {"code": code(asked(browser, mail, work))})
    assert browser.answer.request.path == "/account/devices"
    browser.post("/sign-out")
    press(browser, asked(browser, mail, work))
    assert browser.answer.request.path == "/"


def test_a_change_goes_back_to_the_page_it_came_from(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.get("/sign-in")
    browser.at = "/account/language"
    browser.post("/account/language", {"locale": "en"})
    assert browser.at == "/sign-in" and browser.answer.request.path == "/sign-in"
    press(browser, asked(browser, mail, work))
    assert browser.answer.request.path == "/account/language"


def test_a_block_by_htmx_leads_the_whole_page_to_the_door(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.at = "/account/devices"
    page = browser.get("/account/devices", target="devices")
    assert browser.answer.request.path == "/sign-in" and page.select_one("html")


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/x",
        "http://localhost//evil.example",
        "http://localhost/\\evil.example",
        "javascript:alert(1)",
        "http://localhost@evil.example/",
    ],
)
def test_never_to_another_site(app: Flask, alice: int, mail: Mail, work: Work, referer: str) -> None:
    browser = Browser(app)
    browser.get("/sign-in")
    token = browser._token or ""
    browser.client.post("/account/language", data={"csrf_token": token}, headers={"Referer": referer})
    with browser.client.session_transaction() as cookie:
        assert cookie["next"].startswith("/") and not cookie["next"].startswith(("//", "/\\"))


def test_who_is_in_needs_no_door(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    for path in ("/sign-in", "/sign-in/sent"):
        assert browser.client.get(path).location == "/"
    for path in ("/sign-in", "/sign-in/again", "/sign-in/code"):
        browser.post(path)
        assert browser.answer.request.path == "/"


def test_the_sent_page_without_an_asking_is_the_door(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/sign-in/sent")
    assert browser.at == "/sign-in"
    browser.post("/sign-in/again")
    assert browser.answer.request.path == "/sign-in"
