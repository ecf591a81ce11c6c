from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import forms
from portal.accounts.models import Customer, Session
from portal.kit.db import db
from portal.timeline import Entry
from tests.accounts.door import said, sessions
from tests.browser import Browser, attribute

Move = Callable[[timedelta], None]


@pytest.fixture
def browser(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


def test_the_you_page_says_who_i_am(browser: Browser) -> None:
    page = browser.get("/account")
    assert said(page, "h1") == "alice@example.com Alice" and said(page, ".tabs [aria-current=page]") == "You"
    assert "English, Berlin time" in page.text and "Only on this device" in page.text


def test_signing_out_ends_the_session_and_empties_the_cookie(app: Flask, browser: Browser) -> None:
    browser.get("/account")
    old = browser.client.get_cookie("portal")
    assert old
    page = browser.post("/sign-out")
    assert browser.answer.request.path == "/sign-in" and said(page) == "You are signed out."
    assert not browser.signed_in and sessions(app) == 0
    replay = app.test_client()
    for _ in range(10):
        replay.set_cookie("portal", old.value)
        assert replay.get("/account").location == "/sign-in"


def test_signing_out_clears_what_the_browser_kept(browser: Browser) -> None:
    browser.get("/account")
    answer = browser._send("POST", "/sign-out", {"csrf_token": browser._token or ""})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert browser.answer.headers["Cache-Control"] == "no-store"


def test_signing_out_twice_is_no_error(browser: Browser) -> None:
    browser.post("/sign-out")
    browser.get("/sign-in")
    browser.post("/sign-out")


def test_each_device_is_listed_and_can_be_signed_out(app: Flask, alice: int, browser: Browser, time: Move) -> None:
    time(timedelta(minutes=1))
    phone = Browser(app)
    phone.sign_in(alice)
    page = browser.get("/account/devices")
    rows = [" ".join(row.get_text(" ").split()) for row in page.select(".rows li")]
    assert len(rows) == 2 and rows[0].startswith("This device Firefox, Mac, since Mon 23 Nov, 10:00") and rows[1].startswith("Firefox, Mac")
    form = page.select_one(".rows form")
    assert form
    page = browser.post(str(form["action"]), target="devices")
    assert "Firefox, Mac is signed out." in page.text
    assert phone.client.get("/account").location == "/sign-in"
    assert len(browser.get("/account/devices").select(".rows li")) == 1


def test_all_others_at_once(app: Flask, alice: int, bob: int, browser: Browser) -> None:
    others = [Browser(app) for _ in range(3)]
    for other in others:
        other.sign_in(alice)
    bobs = Browser(app)
    bobs.sign_in(bob)
    browser.get("/account/devices")
    assert said(browser.post("/account/devices/sign-out-others")) == "3 devices are signed out."
    assert all(other.client.get("/account").location == "/sign-in" for other in others)
    browser.get("/account")
    bobs.get("/account")


def test_bob_cannot_sign_out_alices_device(app: Flask, alice: int, bob: int, browser: Browser) -> None:
    bobs = Browser(app)
    bobs.sign_in(bob)
    with app.app_context():
        hers = db.session.scalars(select(Session.id).where(Session.customer_id == alice)).one()
    bobs.post(f"/account/devices/{hers}/sign-out", expect=404)
    browser.get("/account")


def test_language_and_time_are_saved_and_written_down(app: Flask, alice: int, browser: Browser) -> None:
    page = browser.get("/account/language")
    assert [choice["value"] for choice in page.select("[name=locale]")] == forms_languages(app)
    assert attribute(page, "option[selected]") == "Europe/Berlin"
    page = browser.post("/account/language", {"locale": "en", "time_zone": "Europe/Istanbul"})
    assert said(page).startswith("Saved.") and attribute(page, "option[selected]") == "Europe/Istanbul"
    with app.app_context():
        kept = db.session.get_one(Customer, alice)
        assert (kept.locale, kept.time_zone) == ("en", "Europe/Istanbul")
        entry = db.session.scalars(select(Entry)).one()
        assert (entry.deed, entry.customer_id) == ("change language", alice)
    assert "Istanbul time" in browser.get("/account").text


def forms_languages(app: Flask) -> list[str]:
    with app.app_context():
        return forms.languages()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"locale": "xx", "time_zone": "Europe/Berlin"}, "Choose one of these languages."),
        ({"locale": "../en", "time_zone": "Europe/Berlin"}, "Choose one of these languages."),
        ({"locale": "en", "time_zone": "Mars/Olympus"}, "Choose one of these time zones."),
        ({"locale": "en", "time_zone": "../../etc/passwd"}, "Choose one of these time zones."),
        ({}, "Choose one of these languages."),
    ],
)
def test_what_is_not_offered_is_not_taken(
    app: Flask, alice: int, browser: Browser, sent: dict[str, str | list[str]], sentence: str
) -> None:
    assert sentence in browser.post("/account/language", sent, expect=422).text
    with app.app_context():
        assert db.session.get_one(Customer, alice).time_zone is None


def test_a_form_sets_nothing_else(app: Flask, alice: int, browser: Browser) -> None:
    browser.post("/account/language", {"locale": "en", "time_zone": "Asia/Tokyo", "email": "eve@example.com", "id": "99", "role": "admin"})
    with app.app_context():
        assert db.session.get_one(Customer, alice).email == "alice@example.com"


def test_only_languages_with_a_catalogue_are_offered(app: Flask) -> None:
    assert "en" in forms_languages(app) and "de" not in forms_languages(app)
