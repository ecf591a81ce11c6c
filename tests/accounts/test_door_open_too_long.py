"""REL C6 at the doors: a form that was open for too long does nothing, and comes back with what was typed."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import SignIn
from portal.kit.db import db
from tests.accounts.door import Work, asked, said
from tests.browser import Browser
from tests.mail import Mail, link

FROM_HERE = ({"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"})
SAID = "Not sent yet. This page was open for too long."


def token(page: BeautifulSoup) -> str:
    found = page.select_one("main [name=csrf_token]")
    assert found
    return str(found["value"])


def opened(client: FlaskClient, path: str) -> str:
    """The token of a page whose cookie is gone since."""
    there = token(BeautifulSoup(client.get(path).text, "html.parser"))
    client.delete_cookie("portal")
    return there


def asked_for(app: Flask) -> int:
    with app.app_context():
        return db.session.query(SignIn).count()


@pytest.mark.parametrize("door", ["/sign-in", "/desk/sign-in"])
@pytest.mark.parametrize("headers", FROM_HERE)
def test_the_address_is_still_there_and_can_be_sent(app: Flask, door: str, headers: dict[str, str]) -> None:
    client = app.test_client()
    form = {"email": "alice@example.com", "csrf_token": opened(client, door)}
    answer = client.post(door, data=form, headers=headers)
    page = BeautifulSoup(answer.text, "html.parser")
    field = page.select_one("input[name=email]")
    assert (answer.status_code, asked_for(app)) == (403, 0)
    assert field and field["value"] == "alice@example.com"
    assert SAID in said(page)
    again = client.post(door, data={**form, "csrf_token": token(page)}, headers=headers)
    assert (again.status_code, again.location, asked_for(app)) == (303, f"{door}/sent", 1)


def test_for_htmx_it_is_the_form_alone(app: Flask) -> None:
    client = app.test_client()
    form = {"email": "alice@example.com", "csrf_token": opened(client, "/sign-in")}
    answer = client.post("/sign-in", data=form, headers={**FROM_HERE[1], "HX-Request": "true", "HX-Target": "div#ask"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert (answer.status_code, page.find("html"), asked_for(app)) == (422, None, 0)
    assert page.select("#ask input[value='alice@example.com']")
    assert SAID in page.get_text(" ", strip=True)


def test_the_code_is_still_there_as_long_as_the_browser_is_the_one_that_asked(app: Flask, alice: int, work: Work, mail: Mail) -> None:
    browser = Browser(app)
    asked(browser, mail, work)
    with browser.client.session_transaction() as cookie:
        del cookie["csrf"]
    answer = browser.client.post("/sign-in/code", data={"code": "123 456", "csrf_token": "x"}, headers=FROM_HERE[1])
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 403
    assert page.select("input[name=code][value='123 456']") and SAID in said(page)


def test_the_button_of_a_link_comes_back_too(app: Flask, alice: int, work: Work, mail: Mail) -> None:
    asked(Browser(app), mail, work)
    elsewhere, path = app.test_client(), link(mail.newest("alice@example.com"))
    old = opened(elsewhere, path)
    answer = elsewhere.post(path, data={"csrf_token": old}, headers=FROM_HERE[1])
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 403 and SAID in said(page)
    assert elsewhere.post(path, data={"csrf_token": token(page)}, headers=FROM_HERE[1]).location == "/"


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_what_no_page_of_ours_is_shown_to_have_sent_is_a_bare_no(app: Flask, headers: dict[str, str]) -> None:
    client = app.test_client()
    form = {"email": "alice@example.com", "csrf_token": opened(client, "/sign-in")}
    answer = client.post("/sign-in", data=form, headers=headers)
    assert (answer.status_code, asked_for(app)) == (403, 0)
    assert "alice@example.com" not in answer.text


def test_a_stale_sign_out_signs_nobody_out(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    assert browser.client.post("/sign-out", data={"csrf_token": "x"}, headers=FROM_HERE[1]).status_code == 403
    browser.get("/account")
