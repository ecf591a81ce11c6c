from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts import tokens
from portal.accounts.models import Customer, SignIn
from portal.kit.db import db, transaction
from portal.outbox.models import Task
from tests.accounts.door import Work, ask, asked, press, said, sessions
from tests.browser import Browser
from tests.mail import Mail, link

Move = Callable[[timedelta], None]


def heading(page: BeautifulSoup) -> str:
    return page.select("h1")[0].text


def spent(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalars(select(SignIn).order_by(SignIn.id.desc()).limit(1)).one().spent_at is not None


def test_the_link_shows_whose_it_is_and_its_button_signs_in(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    desk, phone = Browser(app), Browser(app, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile/15E148 Safari/604.1")
    sent = asked(desk, mail, work)
    page = phone.get(link(sent))
    assert page.h1 and page.h1.text == "Sign in as a•••@example.com" and "alice" not in page.text
    assert said(page, ".facts") == "Asked at 10:00 On Firefox, Mac"
    assert phone.answer.headers["Referrer-Policy"] == "no-referrer" and phone.answer.headers["Cache-Control"] == "no-store"
    assert sessions(app) == 0
    phone.post(link(sent))
    assert phone.signed_in and not desk.signed_in and phone.answer.request.path == "/"
    with app.app_context():
        assert db.session.get_one(Customer, alice).email_verified_at


def test_scanners_spend_nothing(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    path = link(asked(Browser(app), mail, work))
    for agent in ("curl/8", "Mozilla/5.0 HeadlessChrome/140.0", "Microsoft Office"):
        scanner = app.test_client()
        for _ in range(10):
            assert scanner.get(path, headers={"User-Agent": agent, "Purpose": "prefetch"}).status_code == 200
        for _ in range(3):
            assert scanner.head(path).status_code == 200
        for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
            scanner.open(path, method=method)
        assert scanner.post(path).status_code == 403, "without the page's token the button is not pressed"
    assert not spent(app) and sessions(app) == 0


def test_a_link_works_once(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    sent = asked(Browser(app), mail, work)
    press(Browser(app), sent)
    late = Browser(app)
    page = late.get(link(sent), expect=410)
    assert said(page, "h1") == "This was used already" and page.select_one("main a[href='/sign-in']")
    assert said(late.post(link(sent), expect=410), "h1") == "This was used already"
    assert sessions(app) == 1


def test_two_who_press_at_once_are_one(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    for round_ in range(3):
        asking = Browser(app)
        sent = asked(asking, mail, work)
        browsers = [Browser(app) for _ in range(8)]
        for browser in browsers:
            browser.get(link(sent))
        with ThreadPoolExecutor(8) as pool:
            pressed = [pool.submit(browser._send, "POST", link(sent), {"csrf_token": browser._token or ""}) for browser in browsers]
            answers = [one.result() for one in pressed]
        assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7
        assert sessions(app) == round_ + 1


def test_it_works_for_ten_minutes(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    sent = asked(Browser(app), mail, work)
    time(timedelta(minutes=9, seconds=45))
    Browser(app).get(link(sent))
    time(timedelta(seconds=16))
    late = Browser(app)
    assert said(late.get(link(sent), expect=410), "h1") == "The ten minutes are over"
    assert said(late.post(link(sent), expect=410), "h1") == "The ten minutes are over"


def test_only_the_newest_works(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    first = asked(Browser(app), mail, work)
    second = asked(Browser(app), mail, work)
    browser = Browser(app)
    assert said(browser.get(link(first), expect=410), "h1") == "There is a newer mail"
    browser.post(link(first), expect=410)
    press(browser, second)
    assert sessions(app) == 1


def test_of_two_mails_for_one_asking_the_second_works(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    first = asked(Browser(app), mail, work)
    with app.app_context(), transaction():  # the worker that sent it died before it could say so
        db.session.scalars(select(Task)).one().done_at = None
    work()
    assert len(mail.received) == 2 and mail.received[0]["Message-ID"] != mail.received[1]["Message-ID"]
    assert said(Browser(app).get(link(first), expect=410), "h1") == "There is a newer mail"
    press(Browser(app), mail.newest("alice@example.com"))


@pytest.mark.parametrize("change", [lambda path: path[:-1], lambda path: path[:-9] + "AAAAAAAAA", lambda path: path.replace(".", "x.", 1)])
def test_a_link_that_was_cut_or_changed_says_so(app: Flask, alice: int, mail: Mail, work: Work, change: Callable[[str], str]) -> None:
    path = change(link(asked(Browser(app), mail, work)))
    browser = Browser(app)
    assert said(browser.get(path, expect=400), "h1") == "This link is not whole"
    assert said(browser.post(path, expect=400), "h1") == "This link is not whole"
    assert not spent(app)


@pytest.mark.parametrize("garbage", ["x", "....", "é" * 9, "." * 4000, "WzFd.a.b", "eyJhIjoxfQ.aaaaaa.bbb"])
def test_garbage_is_no_error_of_ours(app: Flask, garbage: str) -> None:
    Browser(app).get(f"/sign-in/link/{garbage}", expect=400)


def test_a_link_for_something_else_says_so(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    asked(Browser(app), mail, work)
    with app.app_context():
        sealed = tokens.seal("unsubscribe", tokens.Token(1, "x"))
    browser = Browser(app)
    assert said(browser.get(f"/sign-in/link/{sealed}", expect=400), "h1") == "This link does something else"
    browser.post(f"/sign-in/link/{sealed}", expect=400)
    assert not spent(app)


def test_somebody_elses_session_is_never_replaced_silently(app: Flask, alice: int, bob: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    press(browser, asked(browser, mail, work, "bob@example.com"))
    sent = asked(Browser(app), mail, work)
    page = browser.get(link(sent))
    assert "b•••@example.com is signed in here now, and will be signed out." in page.text
    assert heading(browser.get("/account")).endswith("Bob")
    with browser.client.session_transaction() as cookie:
        bobs = cookie["_user_id"]
    press(browser, sent)
    assert heading(browser.get("/account")).endswith("Alice") and sessions(app) == 1
    replay = Browser(app)
    with replay.client.session_transaction() as cookie:
        cookie["_user_id"] = bobs
    assert replay.client.get("/account").status_code == 303


def test_nothing_from_before_survives_in_the_cookie(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    sent = asked(browser, mail, work)
    browser.get(link(sent))
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "x"
        before, old_token = dict(cookie), browser._token
    browser.post(link(sent))
    with browser.client.session_transaction() as cookie:
        after = dict(cookie)
    assert "planted" not in after and "browser" not in after and after["csrf"] != before["csrf"]
    answer = browser._send("POST", "/sign-out", {"csrf_token": old_token or ""})
    assert answer.status_code == 403
    with Browser(app).client as planted:
        planted.set_cookie("portal", "planted")
        assert planted.get("/account").status_code == 303


def test_the_link_keeps_working_while_the_secret_key_changes(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    old = app.config["SECRET_KEY"]
    sent = asked(Browser(app), mail, work)
    app.config.update(SECRET_KEY="a new secret", SECRET_KEY_FALLBACKS=[old])
    press(Browser(app), sent)
    sent = asked(Browser(app), mail, work)
    app.config.update(SECRET_KEY="another secret", SECRET_KEY_FALLBACKS=[])
    assert said(Browser(app).get(link(sent), expect=400), "h1") == "This link is not whole"


def test_a_link_is_always_of_our_own_address(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.client.environ_base |= {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_FORWARDED": "host=evil.example"}
    assert "evil" not in asked(browser, mail, work).as_string()


def test_an_address_that_nobody_has_gets_in_nowhere(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    ask(Browser(app), "carol@example.com")
    work()
    with app.app_context():
        sealed = tokens.seal("sign-in", tokens.Token(1, "x"))
    browser = Browser(app)
    browser.get(f"/sign-in/link/{sealed}", expect=410)
    browser.post(f"/sign-in/link/{sealed}", expect=410)
    assert not browser.signed_in
