"""A mail says that something is suggested: one for all that came together, and none that opens anything."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from tests.browser import Browser
from tests.conftest import Work
from tests.mail import Mail, text
from tests.subscriptions.builders import Box

ALICE = "alice@example.com"
Time = Callable[[timedelta], None]


def letters(mail: Mail) -> list[str]:
    return [" ".join(f"{letter['Subject']} {text(letter)}".split()) for letter in mail.to(ALICE) if "suggests" in letter["Subject"]]


def test_when_the_view_ends_at_once_and_one_for_all(alice: Box, jonas: Browser, mail: Mail, work: Work, time: Time) -> None:
    jonas.post(alice.skip(0))
    jonas.post(alice.skip(1))
    work()
    assert letters(mail) == []
    jonas.post("/desk/viewing/leave")
    work()
    (told,) = letters(mail)
    assert "Jonas suggests 2 changes to you" in told and "Skip Mon 28 Dec" in told and "Skip Mon 25 Jan" in told
    assert "/suggestions" in told and "Nothing is changed until you approve it." in told
    time(timedelta(minutes=20))
    work()
    assert len(letters(mail)) == 1


def test_after_ten_minutes_while_the_view_goes_on(alice: Box, jonas: Browser, mail: Mail, work: Work, time: Time) -> None:
    jonas.post(alice.skip(0))
    time(timedelta(minutes=11))
    work()
    (told,) = letters(mail)
    assert "Jonas suggests a change to you" in told


def test_what_is_answered_or_taken_back_by_then_needs_no_mail(alice: Box, jonas: Browser, mail: Mail, work: Work, time: Time) -> None:
    jonas.post(alice.skip(0))
    jonas.get("/suggestions")
    jonas.post("/suggestions/1/withdraw")
    time(timedelta(minutes=11))
    work()
    assert letters(mail) == []


def test_in_the_customers_language(app: Flask, alice: Box, jonas: Browser, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice.customer_id).locale = "tr"
    jonas.post(alice.skip(0))
    jonas.post("/desk/viewing/leave")
    work()
    assert "Jonas size bir değişiklik öneriyor" in mail.newest(ALICE)["Subject"]
