"""A mail says that something is suggested: one for all that came together, and none that opens anything."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

from bs4 import BeautifulSoup
from flask import Flask

from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.subscriptions.builders import Box
from tests.subscriptions.test_undo_by_mail import quantity

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


def test_it_says_what_each_costs_in_the_words_of_the_page(app: Flask, alice: Box, jonas: Browser, mail: Mail, work: Work) -> None:
    jonas.post(quantity(alice, app), {"quantity": "3"})
    jonas.post(f"{alice.page}/cancel", {"when": "now"})
    jonas.post("/desk/viewing/leave")
    work()
    for told in both_forms(mail.newest(ALICE)):
        assert "3 instead of 1 €29.80 more each delivery Next charge: Wed 23 Dec, €14.90 If you approve it: Wed 23 Dec, €44.70" in told
        assert "Cancel now Next charge: Wed 23 Dec, €14.90 If you approve it: No charge" in told


def test_in_the_customers_language(app: Flask, alice: Box, jonas: Browser, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice.customer_id).locale = "tr"
    jonas.post(alice.skip(0))
    jonas.post("/desk/viewing/leave")
    work()
    assert "Jonas size bir değişiklik öneriyor" in mail.newest(ALICE)["Subject"]
    for told in both_forms(mail.newest(ALICE)):
        assert "Her teslimat şimdiki kadar tutuyor. Sonraki ödeme: 23 Ara Çar, €14,90" in told


def both_forms(letter: EmailMessage) -> tuple[str, str]:
    return " ".join(text(letter).split()), words(BeautifulSoup(html(letter), "html.parser"))
