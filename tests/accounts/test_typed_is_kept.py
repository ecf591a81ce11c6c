"""What was typed is there again after signing in, in the same form, and in no address; nothing of it was done meanwhile."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Address, Session
from portal.accounts.unsent import KEPT
from portal.kit.clock import now
from portal.kit.db import db, transaction
from tests.accounts.builders import customer
from tests.accounts.door import Work, asked, press, said
from tests.browser import Browser, Sent
from tests.mail import Mail

HOME: Sent = {"name": "Mira Okafor", "line1": "Rosenweg 3", "postcode": "99423", "city": "Weimar", "country": "DE", "phone": "123"}
"""The phone number is wrong, so that it is not taken."""
NEW = "/account/addresses/new"
FROM_HERE = ({"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"})


class Tab:
    """A browser that says where its forms come from, as all do."""

    def __init__(self, app: Flask, customer_id: int) -> None:
        self.app, self.browser = app, Browser(app)
        self.browser.sign_in(customer_id)
        self.browser.get(NEW)
        self.browser.agent |= FROM_HERE[0]

    def end_session(self) -> None:
        """As from another device."""
        with self.app.app_context(), transaction():
            db.session.execute(update(Session).values(revoked_at=now()))

    def lose_cookie(self) -> None:
        """As after thirty days."""
        self.browser.client.delete_cookie("portal")


@pytest.fixture
def tab(app: Flask, alice: int) -> Iterator[Tab]:
    tab = Tab(app, alice)
    yield tab
    with app.app_context():
        assert db.session.scalars(select(Address)).all() == []


def value(page: BeautifulSoup, name: str) -> str:
    found = page.select_one(f"input[name={name}]")
    assert found
    return str(found["value"])


@pytest.mark.parametrize("how", ["end_session", "lose_cookie"])
@pytest.mark.parametrize("target", [None, "div#address"])
def test_it_is_there_again_after_signing_in(tab: Tab, mail: Mail, work: Work, how: str, target: str | None) -> None:
    getattr(tab, how)()
    door = tab.browser.post(NEW, HOME, target=target)
    assert tab.browser.answer.request.path == "/sign-in"
    assert "You were signed out meanwhile. Nothing was changed. Sign in, and you are back where you were" in said(door)
    assert "Rosenweg" not in door.get_text() + tab.browser.answer.request.full_path
    form = press(tab.browser, asked(tab.browser, mail, work))
    assert tab.browser.answer.request.full_path.rstrip("?") == NEW
    assert (value(form, "line1"), value(form, "city"), value(form, "phone")) == ("Rosenweg 3", "Weimar", "123")
    assert "Not sent yet. You were away for long." in said(form)
    assert "Rosenweg" not in str(tab.browser.get(NEW))
    shown = tab.browser.post(NEW, HOME, expect=422)
    assert "A phone number has digits only" in shown.get_text()


@pytest.mark.parametrize("headers", FROM_HERE)
def test_who_signed_in_again_in_another_tab_has_it_at_once(app: Flask, alice: int, tab: Tab, headers: dict[str, str]) -> None:
    old = tab.browser._token
    tab.browser.sign_in(alice)
    tab.browser.agent |= headers
    tab.browser._token = old
    form = tab.browser.post(NEW, HOME)
    assert value(form, "line1") == "Rosenweg 3"
    assert "Not sent yet." in said(form)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}])
def test_what_no_page_of_ours_is_shown_to_have_sent_is_not_kept(app: Flask, tab: Tab, headers: dict[str, str]) -> None:
    answer = tab.browser.client.post(NEW, data={"csrf_token": "x", **HOME}, headers=headers)
    assert answer.status_code == 403
    with tab.browser.client.session_transaction() as cookie:
        assert KEPT not in cookie


def test_nobody_else_who_signs_in_there_sees_it(app: Flask, tab: Tab, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        customer(email="bob@example.com")
    tab.end_session()
    tab.browser.post(NEW, HOME)
    form = press(tab.browser, asked(tab.browser, mail, work, "bob@example.com"))
    assert "Rosenweg" not in str(form)
    with tab.browser.client.session_transaction() as cookie:
        assert KEPT not in cookie


def test_after_an_hour_and_after_signing_out_it_is_gone(app: Flask, alice: int, tab: Tab, mail: Mail, work: Work) -> None:
    tab.end_session()
    tab.browser.post(NEW, HOME)
    with tab.browser.client.session_transaction() as cookie:
        cookie[KEPT]["until"] -= timedelta(hours=1).total_seconds()
        cookie.modified = True
    assert "Rosenweg" not in str(press(tab.browser, asked(tab.browser, mail, work)))
    tab.end_session()
    tab.browser.post(NEW, HOME)
    tab.browser.sign_in(alice)
    tab.browser.post("/sign-out")
    with tab.browser.client.session_transaction() as cookie:
        assert KEPT not in cookie


def test_what_no_cookie_holds_is_left_out_and_the_rest_goes_on(tab: Tab, mail: Mail, work: Work) -> None:
    tab.end_session()
    noise = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(3000))
    tab.browser.post(NEW, {**HOME, "line2": noise})
    assert value(press(tab.browser, asked(tab.browser, mail, work)), "line1") == ""


def test_a_button_that_stands_on_another_page_leads_back_to_that(tab: Tab, mail: Mail, work: Work) -> None:
    tab.browser.get("/account/devices")
    tab.end_session()
    tab.browser.post("/account/devices/sign-out-others")
    page = press(tab.browser, asked(tab.browser, mail, work))
    assert tab.browser.answer.request.path == "/account/devices"
    assert "Not sent yet." in said(page)


def test_the_language_that_was_chosen_is_still_chosen(tab: Tab, mail: Mail, work: Work) -> None:
    tab.end_session()
    tab.browser.post("/account/language", {"locale": "en", "time_zone": "Europe/Istanbul"})
    page = press(tab.browser, asked(tab.browser, mail, work))
    chosen = page.select_one("select[name=time_zone] option[selected]")
    assert chosen and chosen["value"] == "Europe/Istanbul"
