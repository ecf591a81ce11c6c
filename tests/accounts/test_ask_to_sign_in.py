from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer, SignIn
from portal.kit.db import Model, db, transaction
from portal.notifications.models import Message
from portal.outbox.models import Task
from tests.accounts.door import Work, ask, said
from tests.browser import Browser
from tests.mail import Mail, code, html, link, text

Move = Callable[[timedelta], None]


def test_one_mail_carries_a_link_and_a_code(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    page = ask(Browser(app))
    assert said(page, "h1") == "Open the mail" and "If alice@example.com is known here, a mail is on its way." in page.text
    work()
    (sent,) = mail.received
    assert sent["To"] == "alice@example.com" and sent["From"] == "Halfjar <hello@halfjar.example>"
    assert sent["Auto-Submitted"] == "auto-generated" and sent["Content-Language"] == "en"
    six = code(sent)
    assert sent["Subject"] == f"{six[:3]} {six[3:]} is your code for Halfjar"
    assert app.config["PORTAL_BASE_URL"] + link(sent) in html(sent) and f"{six[:3]} {six[3:]}" in html(sent)
    assert "Asked for at 10:00 on Firefox, Mac." in text(sent) and "work until 10:10" in text(sent)
    with app.app_context():
        kept = db.session.scalars(select(Message)).one()
        assert (kept.customer_id, kept.template, kept.message_id) == (alice, "accounts/sign_in", sent["Message-ID"])


def test_for_an_address_that_nobody_has_it_is_the_same_but_no_mail_leaves(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    known, unknown = (ask(Browser(app), email) for email in ("alice@example.com", "carol@example.com"))
    assert said(known, "main").replace("alice", "carol") == said(unknown, "main")
    with app.app_context():
        assert len(db.session.scalars(select(SignIn)).all()) == len(db.session.scalars(select(Task)).all()) == 2
    work()
    assert [str(sent["To"]) for sent in mail.received] == ["alice@example.com"]


def test_no_secret_is_ever_at_rest(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    def everything() -> str:
        with app.app_context():
            tables = Model.metadata.sorted_tables
            return repr([db.session.execute(select(table)).all() for table in tables])

    ask(Browser(app))
    asked = everything()
    work()
    (sent,) = mail.received
    for kept in (asked, everything()):
        assert code(sent) not in kept and link(sent).rpartition("/")[2] not in kept and "alice" in kept
    with app.app_context():
        assert [task.payload for task in db.session.scalars(select(Task))] == [{"sign_in": 1}]


@pytest.mark.parametrize("typed", [" Alice@Example.COM ", "Alice <alice@example.com>", "mailto:alice@example.com", "ａlice@example.com"])
def test_an_address_may_come_as_people_write_it(app: Flask, alice: int, mail: Mail, work: Work, typed: str) -> None:
    ask(Browser(app), typed)
    work()
    assert len(mail.to("alice@example.com")) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type your e-mail address."),
        ("alice", "has an @ in it"),
        ("alice@example", "This is not a whole e-mail address."),
        ("alice@example.com, bob@example.com", "This is not a whole"),
        ("alice@example.com\r\nBcc: bob@example.com", "This is not a whole"),
        ("a" * 250 + "@example.com", "This is not a whole"),
        ("\x00@\x00.x", "This is not a whole"),
    ],
)
def test_what_is_no_address_is_said_and_kept(app: Flask, typed: str, sentence: str) -> None:
    page = ask(Browser(app), typed, expect=422)
    assert sentence in said(page, "#email-error")
    (field,) = page.select("#email")
    assert field["value"] == typed and field["aria-invalid"] == "true"
    with app.app_context():
        assert not db.session.scalars(select(SignIn)).all()


def test_a_double_tap_asks_once(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    ask(browser)
    browser.post("/sign-in", {"email": "alice@example.com"})
    with app.app_context():
        assert len(db.session.scalars(select(SignIn)).all()) == 1
    work()
    assert len(mail.received) == 1


def test_send_again_waits_half_a_minute_and_replaces(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    browser = Browser(app)
    ask(browser)
    assert "The last mail left just now." in browser.post("/sign-in/again").text
    time(timedelta(seconds=31))
    assert "A new mail is on its way." in browser.post("/sign-in/again").text
    work()
    assert len(mail.received) == 1, "the first was not sent yet, and is replaced"


def test_at_most_three_mails_in_ten_minutes_wherever_they_begin(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    for minutes in (0, 9.5, 0.2):
        time(timedelta(minutes=minutes))
        ask(Browser(app))
        work()
    page = ask(Browser(app), expect=429)
    assert "No further mail for now." in said(page) and "after 10:10" in said(page)
    assert [field["value"] for field in page.select("#email")] == ["alice@example.com"]
    assert len(mail.received) == 3
    time(timedelta(seconds=30))
    ask(Browser(app))
    work()
    ask(Browser(app), expect=429)
    assert len(mail.received) == 4


def test_and_ten_in_an_hour(app: Flask, alice: int, time: Move) -> None:
    for _ in range(10):
        ask(Browser(app))
        time(timedelta(minutes=4))
    ask(Browser(app), expect=429)
    time(timedelta(minutes=20))
    ask(Browser(app))


def test_the_limit_is_the_same_for_an_address_that_nobody_has(app: Flask, alice: int) -> None:
    for email in ("alice@example.com", "carol@example.com"):
        for _ in range(3):
            ask(Browser(app), email)
        answers = ask(Browser(app), email, expect=429)
        assert "No further mail for now." in answers.text


def test_one_network_asks_twenty_times_an_hour(app: Flask) -> None:
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = "9.9.9.9"
    for number in range(20):
        ask(browser, f"person{number}@example.com")
    ask(browser, "person20@example.com", expect=429)
    browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "9.9.9.10"
    ask(browser, "person20@example.com", expect=429)
    browser.client.environ_base["REMOTE_ADDR"] = "9.9.9.10"
    ask(browser, "person20@example.com")


def test_an_ipv6_network_is_one(app: Flask) -> None:
    browser = Browser(app)
    for number in range(20):
        browser.client.environ_base["REMOTE_ADDR"] = f"2a00:1:2:3::{number:x}"
        ask(browser, f"person{number}@example.com")
    browser.client.environ_base["REMOTE_ADDR"] = "2a00:1:2:3:ffff::1"
    ask(browser, "person20@example.com", expect=429)


def test_a_try_that_failed_makes_new_secrets_and_a_new_message(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    mail.answers = ["451 Later"]
    browser = Browser(app)
    ask(browser)
    work()
    assert not mail.received
    with app.app_context():
        task = db.session.scalars(select(Task)).one()
        assert task.attempts == 1 and task.error and "451" in task.error and "alice" not in task.error
        first = db.session.scalars(select(SignIn.code_hash)).one()
    time(timedelta(seconds=5))
    work()
    with app.app_context():
        asked = db.session.scalars(select(SignIn)).one()
        assert asked.sent_at and asked.code_hash != first
    browser.post("/sign-in/code", {"code": code(mail.newest("alice@example.com"))})
    assert browser.signed_in


def test_a_mail_that_could_not_leave_in_time_stays(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    ask(Browser(app))
    time(timedelta(minutes=10))
    work()
    assert not mail.received


def test_the_mail_speaks_the_language_of_its_reader(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        alice_now = db.session.get_one(Customer, alice)
        alice_now.locale, alice_now.time_zone = "ro", "Europe/Bucharest"
    ask(Browser(app))
    work()
    (sent,) = mail.received
    assert sent["Content-Language"] == "ro" and "până la 11:10" in text(sent)
