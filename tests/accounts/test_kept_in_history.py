"""Who came in, who was not let in, and which limits were reached stands in the history (REL G7)."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.kit import clock
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Entry
from portal.timeline.checking import first_break
from tests.accounts.builders import authenticator_app
from tests.accounts.desk import App, come_in, first_step
from tests.accounts.door import Work, ask, asked, press
from tests.browser import Browser
from tests.mail import Mail


def written(app: Flask) -> list[tuple[str, str, int | None, int | None]]:
    with app.app_context():
        assert first_break() is None
        rows = db.session.execute(select(Entry.deed, Entry.subject, Entry.customer_id, Entry.staff_id).order_by(Entry.id))
        return [(deed, subject.partition(":")[0], customer_id, staff_id) for deed, subject, customer_id, staff_id in rows]


def test_a_customer_comes_in_and_goes_out(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    press(browser, asked(browser, mail, work))
    browser.post("/sign-out")
    assert written(app) == [
        ("sign-in asked", "sign_in", None, None),
        ("signed in", "customer", alice, None),
        ("signed out", "session", alice, None),
    ]


def test_wrong_codes_and_the_limit_that_they_reach(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    asked(browser, mail, work)
    for expect in (422, 422, 422, 422, 429):
        browser.post("/sign-in/code", {"code": "000000"}, expect=expect)
    deeds = [deed for deed, *_ in written(app)]
    assert deeds == ["sign-in asked", *["code wrong"] * 5, "limit reached"]


def test_whoever_hammers_at_a_limit_is_told_of_once(app: Flask) -> None:
    browser = Browser(app)
    for number in range(6):
        with clock.at(now() + timedelta(seconds=40 * number)):
            ask(browser, expect=200 if number < 3 else 429)
    assert [deed for deed, *_ in written(app)] == [*["sign-in asked"] * 3, "limit reached"]


def test_staff_come_in_by_two_steps_and_a_wrong_second_one_is_kept(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    with app.app_context(), transaction():
        phone = App(authenticator_app(jonas, at=clock.now()))
    first_step(browser, mail, work)
    browser.post("/desk/sign-in/second-step", {"code": phone.wrong}, expect=422)
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert [entry for entry in written(app) if entry[0] != "sign-in asked"] == [
        ("mail proven", "staff", None, jonas),
        ("second step wrong", "staff", None, None),
        ("signed in", "staff", None, jonas),
    ]


def test_what_somebody_was_refused_is_kept_with_why(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    with app.app_context(), transaction():
        phone = App(authenticator_app(jonas, at=clock.now()))
    come_in(browser, mail, work, phone)
    browser.get("/desk/staff", expect=403)
    with app.app_context():
        entry = db.session.scalars(select(Entry).where(Entry.deed == "refused")).one()
        assert (entry.subject, entry.staff_id, entry.facts) == (f"staff:{jonas}", jonas, {"what": "support.workers", "why": "403"})
        assert entry.request_id and entry.ip


def test_of_many_refusals_no_more_are_kept_than_tell_of_it(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    for _ in range(65):
        browser.client.post("/account/devices/999/sign-out", data={"csrf_token": browser.token()})
    assert [deed for deed, *_ in written(app)] == ["refused"] * 60


def test_no_secret_stands_in_it(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    message = asked(browser, mail, work)
    press(browser, message)
    text = str(message.get_body(("plain",)))
    with app.app_context():
        for entry in db.session.scalars(select(Entry)):
            told = str([entry.facts, entry.before, entry.after, entry.personal])
            assert "alice@example.com" not in told
            assert not [word for word in text.split() if len(word) > 30 and word in told]
